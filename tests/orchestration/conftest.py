"""A tiny company: one stream in a fake lake, a dbt project of three models, a real warehouse."""

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from ingestion import IngestionError, Sources, StreamResult, StreamTask
from ingestion.entities import MAPPED_STREAMS
from ingestion.settings import Company, Home, Source
from orchestration import build
from orchestration.defs.automation import jobs
from orchestration.defs.ingestion import assets
from orchestration.defs.serving import contact, deliveries, people, refreshed
from orchestration.lib.dbt_runner import DbtRunner
from orchestration.lib.deliveries import Told
from orchestration.lib.environment import Environment
from serving import Differences, RejectFact
from serving.contact import CallingLists

TINY_PROJECT = Path(__file__).parent / "tiny_project"
ORDERS = MAPPED_STREAMS["orders"]


@dataclass
class FakeLake:
    """Answers like the ingestion room, from values that a test sets."""

    environment: Environment
    orders: list[dict[str, Any]] = field(
        default_factory=lambda: [{"source_id": "1", "amount": 5}, {"source_id": "2", "amount": 7}]
    )
    status: str = "landed"
    is_contract_kept: bool = True
    is_writable: bool = True
    rows_conflicting: int = 0
    frozen_at: datetime = datetime(2026, 11, 1, 2, tzinfo=UTC)
    kept: list[str] = field(default_factory=list)
    frozen_results: list[StreamResult] = field(default_factory=list)

    def generate_demo(self, on_progress: Callable[[str], None]) -> SimpleNamespace:
        on_progress("wrote orders")
        return SimpleNamespace(as_of=date(2026, 11, 1), events={"orders": 2}, files_written=1)

    def extract(
        self, tasks: Sequence[StreamTask], on_result: Callable[[StreamResult], None]
    ) -> list[StreamResult]:
        results = [
            StreamResult(
                table=task.spec.table,
                source_id=task.source.id,
                status=self.status,  # type: ignore[arg-type] # one of the words
                rows_read=3,
                rows_landed=2,
                rows_rejected=1,
                rows_conflicting=self.rows_conflicting,
                load_seq=1,
                data_through=datetime(2026, 10, 31, tzinfo=UTC),
                message="unreachable" if self.status == "failed" else "",
            )
            for task in tasks
        ]
        for result in results:
            on_result(result)
        return results

    def check(self, tables: Iterable[str]) -> list[SimpleNamespace]:
        expectation = {
            "expectation": "expect_unique",
            "column": "order_number",
            "success": self.is_contract_kept,
            "severity": "critical",
            "unexpected_count": 0,
            "rule": {},
        }
        return [
            SimpleNamespace(
                table=table,
                passed=self.is_contract_kept,
                count_rows=2,
                expectations=(expectation,),
            )
            for table in tables
        ]

    def match_customers(self) -> str:
        return ""

    def freeze(
        self, results: Sequence[StreamResult], run_id: str, as_of: date | None
    ) -> SimpleNamespace:
        self.frozen_results = list(results)
        self._write(self.environment.home.frozen_inputs, as_of)
        return SimpleNamespace(as_of=str(as_of), streams=[])

    def odd_volumes(self, tables: Collection[str]) -> list[str]:
        return []

    def freeze_between(
        self, tables: Collection[str], run_id: str, as_of: date | None, into: Path
    ) -> dict[str, Any]:
        assert as_of
        return self._write(into, as_of + timedelta(days=1))

    def _write(self, path: Path, as_of: date | None) -> dict[str, Any]:
        source = {"id": "crm", "connector": "files", "status": "fresh", "message": ""}
        stream = {"stream": "mapped__orders", "files": [str(self.orders)], "held_loads": []}
        content = {
            "as_of": str(as_of),
            "frozen_at": self.frozen_at.isoformat(),
            "orders": self.orders,
            "streams": [stream],
            "sources": [{**source, "data_through": "2026-10-31T00:00:00+00:00"}],
        }
        path.write_text(json.dumps(content))
        return content

    def frozen(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.environment.home.frozen_inputs.read_text())
        return content

    def rejects(self) -> list[RejectFact]:
        return []

    def contact_records(self) -> pa.Table:
        return pa.table({})

    def land_published(self, table: pa.Table, run_id: str) -> int:
        if not self.is_writable:
            raise IngestionError("the lake is full")
        self.kept.append(run_id)
        return int(table.num_rows)

    def land_identities(self, table: pa.Table, run_id: str) -> int:
        return int(table.num_rows)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A demo company with one source of orders, in a folder of its own."""
    company = Company(
        key="tiny", name={"en": "Tiny"}, time_zone="Asia/Tehran", currency="IRR", is_demo=True
    )
    source = Source(id="crm", connector="files", required=True)
    found = Environment(
        sources=Sources(company=company, sources=(source,)), home=Home(root=tmp_path / "tiny")
    )
    found.home.root.mkdir()
    tasks = [StreamTask(source=source, spec=ORDERS)]
    streams = {name: MAPPED_STREAMS[name] for name in ("orders", "agents")}
    for module in (assets, build):
        monkeypatch.setattr(module, "configured_streams", lambda sources: tasks)
    for module in (refreshed, jobs):
        monkeypatch.setattr(module, "is_conversation", lambda spec: True)
    monkeypatch.setattr(refreshed, "write_lists", lambda folder, settings, **_: {})
    monkeypatch.setattr(
        assets, "all_streams", lambda: {spec.table: spec for spec in streams.values()}
    )
    monkeypatch.setattr(people, "write_report", lambda version, settings: version)
    monkeypatch.setattr(people, "write_catalog", lambda version, *_: version)
    monkeypatch.setattr(people, "write_lists", lambda version, settings, **_: {})
    monkeypatch.setattr(people, "new_alerts", lambda version, told, **settings: [])
    lists = CallingLists(paths={}, count_listed=0, left_out={})
    told = Differences(Path(), count_records=0, count_new=0, count_changed=0, summary="")
    monkeypatch.setattr(deliveries, "tell_crm", lambda *_: (told, None))
    monkeypatch.setattr(deliveries, "tell_cases", lambda *_: Told({}))
    monkeypatch.setattr(contact, "write_zone", lambda folder, records, **paths: 0)
    monkeypatch.setattr(contact, "renew_cases", lambda folder, version: None)
    monkeypatch.setattr(contact, "write_calling_lists", lambda folder, *_, **who: lists)
    return found


@pytest.fixture
def lake(environment: Environment) -> FakeLake:
    """The fake lake of the tiny company."""
    return FakeLake(environment)


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project with its manifest, parsed once."""
    home = Home(root=tmp_path_factory.mktemp("parsed"))
    company = Company(key="tiny", name={}, time_zone="UTC", currency="IRR")
    environment = Environment(sources=Sources(company=company, sources=()), home=home)
    DbtRunner(environment, TINY_PROJECT).parse()
    return environment.dbt_target


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the tiny project that a test may change."""
    return Path(shutil.copytree(TINY_PROJECT, tmp_path / "project"))


@pytest.fixture
def dbt(environment: Environment, project: Path) -> DbtRunner:
    """dbt on the tiny project and the tiny warehouse."""
    return DbtRunner(environment, project)


@pytest.fixture
def manifest(parsed_project: Path) -> dict[str, Any]:
    """The manifest of the tiny project."""
    content: dict[str, Any] = json.loads((parsed_project / "manifest.json").read_text())
    return content


@pytest.fixture
def defs(
    environment: Environment, manifest: dict[str, Any], lake: FakeLake, dbt: DbtRunner
) -> dg.Definitions:
    """Definitions of the tiny company."""
    return build.build_defs(
        environment=environment,
        manifest=manifest,
        resource_overrides={"lake": lake, "dbt": dbt},
    )
