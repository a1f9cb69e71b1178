"""The notebook of a night: what each step leaves for the steps after it, as plain values.

Steps may run in different processes and be repeated alone, so they hand over through one
small file. What the values mean to a reader is decided in ``serving``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from ingestion import StreamResult, write_whole
from orchestration.lib.dbt_runner import NodeResult, tested_model
from orchestration.lib.manifest import Manifest
from serving import CheckFact, RejectFact, RunFacts, SourceFact, StreamFact

Section = Literal["streams", "contracts", "model_tests"]


class Notebook:
    """The notebook file of one company.

    Args:
        path: where it lies; it may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, section: Section, entries: Iterable[Any], *, is_part: bool = False) -> None:
        """Replace one section by dataclass instances.

        Args:
            section: what the step writes.
            entries: what it says.
            is_part: the step looked at a part of its things; what is said of others stays.
        """
        told = [asdict(entry) for entry in entries]
        if is_part:
            held = self._read().get(section, [])
            told = list({_identity(entry): entry for entry in [*held, *told]}.values())
        self._replace(section, told)

    def _replace(self, name: str, value: object) -> None:
        content = self._read() | {name: value}
        write_whole(self._path, json.dumps(content, default=_text, ensure_ascii=False))

    def write_demo_day(self, as_of: date) -> None:
        """Remember the day after the last one that the demo company has lived."""
        self._replace("demo_as_of", as_of.isoformat())

    def demo_day(self) -> date | None:
        """The day after the last one of the demo company; None before it was generated."""
        held = self._read().get("demo_as_of")
        return date.fromisoformat(held) if held else None

    def write_kept(self, run_id: str) -> None:
        """Remember that the values of a publication are in the lake."""
        self._replace("kept", run_id)

    def has_kept(self, run_id: str) -> bool:
        """Whether the values of a publication are in the lake."""
        return bool(self._read().get("kept") == run_id)

    def write_unbuilt(self, why: str) -> None:
        """Remember why the warehouse is not what a whole build makes; empty when it is."""
        self._replace("unbuilt", why)

    def unbuilt(self) -> str:
        """Why the warehouse is not what a whole build makes; empty when it is."""
        return str(self._read().get("unbuilt", ""))

    def streams(self) -> list[StreamResult]:
        """What the last extraction said of each stream."""
        entries = self._read().get("streams", [])
        return [
            StreamResult(**entry | {"data_through": _instant(entry["data_through"])})
            for entry in entries
        ]

    def checks(self) -> tuple[CheckFact, ...]:
        """Results of the source contracts and of the tests of models.

        A warehouse that is no whole build is one more that failed: its tests do not say so.
        """
        content = self._read()
        entries = [*content.get("contracts", []), *content.get("model_tests", [])]
        unbuilt = [_unbuilt_fact(why)] if (why := self.unbuilt()) else []
        return (*unbuilt, *(CheckFact(**entry) for entry in entries))

    def _read(self) -> dict[str, Any]:
        if not self._path.exists():
            return {}
        content: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return content


def _unbuilt_fact(why: str) -> CheckFact:
    return CheckFact(
        kind="model_test", name="build_ends", table="the warehouse", passed=False, message=why
    )


def _identity(entry: Mapping[str, Any]) -> tuple[str | None, ...]:
    """What an entry is about: a stream of a source, or a check of a table."""
    return entry["table"], entry.get("source_id"), entry.get("name")


def run_facts(
    notebook: Notebook,
    frozen: dict[str, Any],
    *,
    run_id: str,
    code_version: str,
    rejects: Iterable[RejectFact],
) -> RunFacts:
    """Everything that a publication says about its run.

    Args:
        notebook: what the steps left.
        frozen: content of ``frozen_inputs.json``.
        run_id: the publishing run.
        code_version: version of the code that built the warehouse.
        rejects: open refusals of the lake.
    """
    return RunFacts(
        run_id=run_id,
        as_of=date.fromisoformat(frozen["as_of"]),
        code_version=code_version,
        sources=tuple(
            SourceFact(
                source_id=source["id"],
                connector=source["connector"],
                status=source["status"],
                data_through=_instant(source["data_through"]),
                message=source["message"],
            )
            for source in frozen["sources"]
        ),
        streams=tuple(_stream_fact(result) for result in notebook.streams()),
        checks=notebook.checks(),
        rejects=tuple(rejects),
    )


def test_facts(results: Iterable[NodeResult], manifest: Manifest) -> list[CheckFact]:
    """What dbt's tests say of the models that a reader sees."""
    return [
        CheckFact(
            kind="model_test",
            name=test.name,
            table=tested_model(manifest, test.unique_id),
            passed=test.is_good,
            severity="warning" if test.status == "warn" else "error",
            count_failed_rows=test.count_failed_rows,
            message="" if test.is_good else test.message,
        )
        for test in results
        if test.unique_id.startswith("test.") and test.status != "skipped"
    ]


def _stream_fact(result: StreamResult) -> StreamFact:
    return StreamFact(
        table=result.table,
        source_id=result.source_id,
        status=result.status,
        rows_read=result.rows_read,
        rows_landed=result.rows_landed,
        rows_rejected=result.rows_rejected,
        rows_conflicting=result.rows_conflicting,
        message=result.message,
    )


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
