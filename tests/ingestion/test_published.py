"""Published values come back into the lake once, also those that a stopped run computed."""

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from ingestion.published import PUBLISHED_KPI, land_published
from ingestion.settings import Home

EXAMPLES = {
    "id": "K-NPS", "text": "x", "integer": 1, "decimal": 1, "boolean": True,
    "date": date(2026, 10, 1), "timestamp": datetime(2026, 11, 1),
}  # fmt: skip


def value(grain_key: str, run_id: str, *, is_closed: bool = True) -> dict[str, object]:
    row = {column.name: EXAMPLES.get(column.type.value) for column in PUBLISHED_KPI.columns}
    return row | {"grain_key": grain_key, "run_id": run_id, "is_closed": is_closed}


def landed(home: Home, rows: list[dict[str, object]], run_id: str) -> int:
    return land_published(home, pa.Table.from_pylist(rows), run_id=run_id).rows_landed


def test_a_run_that_computed_nothing_anew_lands_what_was_never_kept(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    rows = [value("a", "stopped"), value("b", "stopped"), value("open", "stopped", is_closed=False)]

    assert landed(home, rows, "next") == 2
    # The table stands: the same values, and nothing new to keep.
    assert landed(home, rows, "third") == 0
    assert landed(home, [*rows, value("c", "fourth")], "fourth") == 1
    assert landed(home, [*rows, value("c", "fourth")], "fourth") == 0
