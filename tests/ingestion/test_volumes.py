"""A stream that falls silent, or floods, is told; one without a past is not."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from ingestion import volumes
from ingestion.entities import MAPPED_STREAMS
from ingestion.lake import Lake
from ingestion.settings import Home
from ingestion.volumes import odd_volumes

DAY = date(2026, 11, 1)
TICKETS = MAPPED_STREAMS["tickets"]


@pytest.mark.parametrize(
    ("today", "weeks", "told"),
    [
        (100, 8, []),
        (19, 8, ["mapped__tickets: 19 rows landed, 100 are usual"]),
        (0, 4, ["mapped__tickets: 0 rows landed, 100 are usual"]),
        (501, 8, ["mapped__tickets: 501 rows landed, 100 are usual"]),
        (0, 3, []),
    ],
)
def test_a_day_is_compared_with_the_same_weekday_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: int, weeks: int, told: list[str]
) -> None:
    """Fault 23."""
    past = {DAY - timedelta(weeks=back): 100 for back in range(1, weeks + 1)}
    landed = {DAY: today, DAY - timedelta(days=1): 7_000, **past}
    monkeypatch.setattr(volumes, "_landed_by_day", lambda lake, spec, zone: landed)

    found = odd_volumes(Home(root=tmp_path), [TICKETS], day=DAY, time_zone="Asia/Tehran")

    assert [each.sentence for each in found] == told


def test_the_files_of_the_lake_tell_what_landed_when(tmp_path: Path) -> None:
    lake, zone = Lake(tmp_path), ZoneInfo("Asia/Tehran")
    before = datetime.now(zone).date()
    for rows in (2, 3):
        write_deltalake(
            str(lake.table(TICKETS)), pa.table({"ticket_number": ["1"] * rows}), mode="append"
        )

    landed = volumes._landed_by_day(lake, TICKETS, zone)

    assert sum(landed.values()) == 5
    assert before <= min(landed) <= max(landed) <= datetime.now(zone).date()
