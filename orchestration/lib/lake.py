"""The ingestion room as a resource: its public face, bound to one company.

Tests hand the definitions another one. What extraction, contracts and freezing do belongs in
``ingestion``.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

import ingestion
from ingestion import FrozenInputs, StreamResult, StreamTask
from orchestration.lib.environment import Environment, demo_size
from serving import RejectFact

if TYPE_CHECKING:
    from ingestion.demo import DemoReport
    from ingestion.quality import QualityResult


class CompanyLake:
    """What the steps of a night ask of the ingestion room."""

    def __init__(self, environment: Environment) -> None:
        self._sources, self._home = environment.sources, environment.home

    def generate_demo(self, on_progress: Callable[[str], None]) -> "DemoReport":
        """Write what the demo company's systems would have written."""
        from ingestion import demo

        return demo.generate(self._home.root, **demo_size(), progress=on_progress)

    def extract(
        self, tasks: Sequence[StreamTask], on_result: Callable[[StreamResult], None]
    ) -> list[StreamResult]:
        """Bring every task's new rows into the lake."""
        return ingestion.extract(self._sources, self._home, tasks, on_result)

    def check(self, tables: Iterable[str]) -> list["QualityResult"]:
        """Results of the source contracts on the loads that none has seen."""
        from ingestion import quality

        specs = ingestion.all_streams()
        return quality.check_loads(self._home, [specs[table] for table in sorted(tables)])

    def freeze(
        self, results: Sequence[StreamResult], run_id: str, as_of: date | None
    ) -> FrozenInputs:
        """Pin what the run reads."""
        return ingestion.freeze(
            self._sources, self._home, results=results, run_id=run_id, as_of=as_of
        )

    def odd_volumes(self, tables: Collection[str]) -> list[str]:
        """One sentence per stream that landed far more or far fewer rows today than usual."""
        specs, time_zone = ingestion.all_streams(), self._sources.company.time_zone
        today = datetime.now(ZoneInfo(time_zone)).date()
        chosen = [specs[table] for table in sorted(tables)]
        found = ingestion.odd_volumes(self._home, chosen, day=today, time_zone=time_zone)
        return [each.sentence for each in found]

    def freeze_between(
        self, tables: Collection[str], run_id: str, as_of: date | None, into: Path
    ) -> dict[str, Any]:
        """Pin what a refresh reads, beside what the night pinned."""
        ingestion.freeze_between(
            self._sources, self._home, tables=tables, run_id=run_id, into=into, as_of=as_of
        )
        content: dict[str, Any] = json.loads(into.read_text(encoding="utf-8"))
        return content

    def frozen(self) -> dict[str, Any]:
        """What was pinned last."""
        content: dict[str, Any] = json.loads(self._home.frozen_inputs.read_text(encoding="utf-8"))
        return content

    def rejects(self) -> list[RejectFact]:
        """Open refusals by file, column and rule."""
        from ingestion import quarantine

        return [
            RejectFact(
                table=refusals.table,
                source_id=refusals.source_id,
                file=refusals.file,
                rule=refusals.rule,
                count_rows=refusals.count_rows,
                column=refusals.column_name,
                action=refusals.action,
            )
            for refusals in quarantine.summarize(self._home)
        ]

    def match_customers(self) -> str:
        """Land which customer records resemble each other; what was done, empty if nothing."""
        from enrichment import identity

        if not self._sources.company.match_customers:
            return ""
        if not identity.is_installed():
            return "customers were not matched: the extra `identity` is not installed"
        candidates = ingestion.identity_candidates(self._home)
        if candidates is None:
            return ""
        pairs = pa.Table.from_pandas(
            identity.match_customers(candidates.records.to_pandas()), preserve_index=False
        )
        ingestion.land_identity_edges(self._home, pairs, load_seq=candidates.load_seq)
        return f"{pairs.num_rows} pairs of customer records resemble each other"

    def contact_records(self) -> pa.Table:
        """Every living customer record in clear, for the contact zone alone."""
        return ingestion.contact_records(self._home, self._sources)

    def land_published(self, table: pa.Table, run_id: str) -> int:
        """Land the closed values of a publication; the rows that were new or changed."""
        from ingestion import published

        return published.land_published(self._home, table, run_id=run_id).rows_landed

    def land_identities(self, table: pa.Table, run_id: str) -> int:
        """Land the keys whose person a publication found changed; how many they are."""
        from ingestion import published

        load = published.land_identities(self._home, table, run_id=run_id)
        return load.rows_landed if load else 0
