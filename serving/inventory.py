"""What the warehouse holds: rows and columns of its relations, for whoever reports on them.

What may be published is decided in ``audit``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from serving.facts import Relation
from serving.warehouse import ColumnInfo, open_warehouse


@dataclass(frozen=True)
class Holding:
    """One relation: its columns, and its rows where counting them is cheap."""

    columns: tuple[ColumnInfo, ...]
    count_rows: int | None


def inventory(warehouse: Path, relations: Iterable[Relation]) -> dict[Relation, Holding]:
    """Columns of every relation that exists, and the rows of tables (a view may be dear)."""
    holdings = {}
    with open_warehouse(warehouse) as held:
        tables = held.tables()
        for relation in relations:
            columns = held.columns(relation)
            if columns:
                count = held.count(relation) if relation in tables else None
                holdings[relation] = Holding(tuple(columns), count)
    return holdings


def read_built(warehouse: Path, relation: Relation) -> pa.Table | None:
    """The rows of one relation as the last build left them; None when there is no such one."""
    with open_warehouse(warehouse) as held:
        if not held.columns(relation):
            return None
        return held.connection.sql(f"from {held.name(relation)}").to_arrow_table()
