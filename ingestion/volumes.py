"""Volumes: streams that landed far fewer or far more rows than usual on such a weekday.

The lake's own files tell how many rows landed on which day, so nothing is kept for this. It
is a warning: a holiday or a campaign looks the same. What is wrong with single rows is found
at the door.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pyarrow as pa

from ingestion.lake import Lake, open_table
from ingestion.settings import Home
from ingestion.stream import StreamSpec

WEEKS = 8
FEWEST_WEEKS = 4
"""Days of the same weekday with rows that are needed before anything is usual."""
LEAST, MOST = 0.2, 5.0
"""Shares of what is usual between which a day is."""


@dataclass(frozen=True)
class OddVolume:
    """A stream, the rows that landed on the day, and what is usual on its weekday."""

    table: str
    count_rows: int
    usual: int

    @property
    def sentence(self) -> str:
        """The finding for people."""
        return f"{self.table}: {self.count_rows:,} rows landed, {self.usual:,} are usual"


def odd_volumes(
    home: Home, specs: Iterable[StreamSpec], *, day: date, time_zone: str
) -> list[OddVolume]:
    """The streams that are far from their usual volume on a day.

    Args:
        home: the company's folders.
        specs: the streams to look at.
        day: local day of landing.
        time_zone: of the company.
    """
    lake, zone = Lake(home.lake), ZoneInfo(time_zone)
    found = []
    for spec in specs:
        landed = _landed_by_day(lake, spec, zone)
        earlier = [landed.get(day - timedelta(weeks=back), 0) for back in range(1, WEEKS + 1)]
        known = [rows for rows in earlier if rows]
        rows = landed.get(day, 0)
        if len(known) >= FEWEST_WEEKS:
            usual = int(median(known))
            if not LEAST * usual <= rows <= MOST * usual:
                found.append(OddVolume(spec.table, rows, usual))
    return found


def _landed_by_day(lake: Lake, spec: StreamSpec, zone: ZoneInfo) -> dict[date, int]:
    table = open_table(lake.table(spec))
    if table is None or not table.file_uris():
        return {}
    files = pa.table(table.get_add_actions(flatten=True))
    landed: dict[date, int] = {}
    for moment, rows in zip(
        files.column("modification_time").to_pylist(),
        files.column("num_records").to_pylist(),
        strict=True,
    ):
        day = datetime.fromtimestamp(moment / 1000, zone).date()
        landed[day] = landed.get(day, 0) + rows
    return landed
