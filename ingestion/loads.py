"""Loads: which are checked, which are held back, which were released again.

An append-only Delta table, so that the history of every decision stays. A held load is in
the lake but no night reads it until a person releases it.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Literal

import pyarrow as pa

from ingestion.durable import commit
from ingestion.lake import Lake, open_table
from ingestion.sql import connect, parquet

Status = Literal["checked", "held", "released"]

_SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("source_id", pa.string()),
        ("load_seq", pa.int64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("recorded_at", pa.timestamp("us", "UTC")),
    ]
)


@dataclass(frozen=True, kw_only=True)
class LoadDecision:
    """What was decided about one load of one table, when and why."""

    table: str
    source_id: str
    load_seq: int
    status: Status
    reason: str
    recorded_at: datetime


def record(lake: Lake, decisions: Iterable[LoadDecision]) -> None:
    """Append decisions to the record; the latest about a load counts."""
    rows = [astuple(decision) for decision in decisions]
    if rows:
        names = [field.name for field in fields(LoadDecision)]
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        commit(lake.loads, pa.table(columns, schema=_SCHEMA), mode="append")


def held_loads(lake: Lake) -> list[LoadDecision]:
    """The loads that are held now, oldest first."""
    return [decision for decision in _latest(lake) if decision.status == "held"]


def last_checked(lake: Lake) -> dict[str, int]:
    """Per table, the greatest load that the source contracts have seen."""
    marks: dict[str, int] = {}
    for decision in _latest(lake):
        marks[decision.table] = max(decision.load_seq, marks.get(decision.table, 0))
    return marks


def _latest(lake: Lake) -> list[LoadDecision]:
    table = open_table(lake.loads)
    if not table or not table.file_uris():
        return []
    names = ", ".join(f'"{field.name}"' for field in fields(LoadDecision))
    with connect() as connection:
        rows = connection.sql(
            f"select {names} from {parquet(table.file_uris())} "
            'qualify row_number() over (partition by "table", load_seq '
            "order by recorded_at desc, status desc) = 1 order by recorded_at, load_seq"
        ).fetchall()
    keys = [field.name for field in fields(LoadDecision)]
    return [LoadDecision(**dict(zip(keys, row, strict=True))) for row in rows]
