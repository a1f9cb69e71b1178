"""The lake's places: where each table lies, who may write it, and what its last commit says.

Nothing is written here; rows go in through ``landing``, refusals through ``quarantine``.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from ingestion.durable import withdraw_torn
from ingestion.stream import StreamSpec
from ingestion.writing import hold

SEQUENCE = "landing"
"""Name of the Delta app transaction whose version is the table's last ``_load_seq``."""

STATE = "cx_sources"
"""Key of the commit metadata that holds, per source instance, its cursor and freshness."""


@dataclass(frozen=True)
class SourceState:
    """What the lake knows of one source instance of a table, as of its last commit."""

    cursor: dict[str, Any]
    extracted_at: datetime | None = None
    data_through: datetime | None = None


@dataclass(frozen=True)
class Lake:
    """A folder of Delta tables: one per stream, with its restricted and quarantine companions."""

    root: Path

    def table(self, spec: StreamSpec) -> Path:
        """Folder of the stream's own table."""
        return self.root / spec.connector / spec.name

    def restricted(self, spec: StreamSpec) -> Path:
        """Folder of the stream's clear personal values."""
        return self.root / "_restricted" / spec.connector / spec.name

    def quarantine(self, spec: StreamSpec) -> Path:
        """Folder of the stream's refused rows."""
        return self.root / "_quarantine" / spec.connector / spec.name

    def quarantine_files(self) -> list[str]:
        """The data files of every quarantine table, in order."""
        tables = [open_table(log.parent) for log in self.root.glob("_quarantine/*/*/_delta_log")]
        return sorted(file for table in tables if table for file in table.file_uris())

    @property
    def loads(self) -> Path:
        """Folder of the append-only record of checked, held and released loads."""
        return self.root / "_loads"

    def lock(self, spec: StreamSpec) -> AbstractContextManager[None]:
        """Hold the operating system's lock of the stream's table; a dead holder frees it."""
        return hold(self.root / "_locks" / f"{spec.table}.lock")


def open_table(path: Path) -> DeltaTable | None:
    """The table's newest version, or None when nothing has landed in it."""
    withdraw_torn(path)
    return DeltaTable(str(path)) if DeltaTable.is_deltatable(str(path)) else None


def last_load(table: DeltaTable | None) -> int:
    """The greatest ``_load_seq`` committed to the table; 0 when none."""
    return (table.transaction_version(SEQUENCE) or 0) if table else 0


def count_rows(table: DeltaTable | None) -> int:
    """Rows in the table's newest version, all versions of all records."""
    if table is None or not table.file_uris():
        return 0
    return int(pa.table(table.get_add_actions(flatten=True)).column("num_records").to_numpy().sum())


def source_states(table: DeltaTable | None) -> dict[str, SourceState]:
    """The state of every source instance that feeds the table, by source id.

    Maintenance commits carry none, so the newest commit that does is used.
    """
    for commit in table.history() if table else []:
        if STATE in commit:
            return {
                source_id: SourceState(
                    cursor=state["cursor"],
                    extracted_at=_instant(state["extracted_at"]),
                    data_through=_instant(state["data_through"]),
                )
                for source_id, state in json.loads(commit[STATE]).items()
            }
    return {}


def state_json(states: dict[str, SourceState]) -> str:
    """The text that ``source_states`` reads back."""
    return json.dumps(
        {
            source_id: {
                "cursor": state.cursor,
                "extracted_at": state.extracted_at.isoformat() if state.extracted_at else None,
                "data_through": state.data_through.isoformat() if state.data_through else None,
            }
            for source_id, state in states.items()
        },
        sort_keys=True,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
