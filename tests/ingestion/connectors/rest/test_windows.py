"""Windows and positions: where reads begin, and that no position runs ahead or back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingestion.connectors.rest.positions import Position
from ingestion.connectors.rest.streams import RestCursor
from ingestion.connectors.rest.windows import Window
from ingestion.errors import SourceError
from ingestion.readers.instants import Scale

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEHRAN = ZoneInfo("Asia/Tehran")


def window(position: Position | None = None, *, has_keys: bool = False, **cursor: object) -> Window:
    declared = RestCursor.model_validate({"field": "at"} | cursor)
    return Window(declared, TEHRAN, position or Position(), has_keys=has_keys)


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("utc", "2026-02-01T10:00:00+03:30", "2026-02-01T06:30:00Z"),
        ("offset", "2026-02-01T06:30:00Z", "2026-02-01T10:00:00+03:30"),
        ("local", "2026-02-01T10:00:00", "2026-02-01T10:00:00"),
        ("spaced", "2026-02-01 10:00:00", "2026-02-01 10:00:00"),
        ("date", "Sun, 01 Feb 2026 10:00:00 +0000", "2026-02-01"),
        ("epoch", "1769930000", 1769930000),
        ("epoch_ms", "1769930000123", 1769930000123),
        ("number", "41", 41),
    ],
)
def test_a_cursor_value_comes_back_as_the_source_writes_it(
    written: str, text: str, expected: str | int
) -> None:
    scale = Scale(written, TEHRAN)  # type: ignore[arg-type] # one of its words
    key = scale.loaded(scale.stored(scale.key(text)))
    assert scale.request(key) == expected


def test_a_read_begins_before_its_position_by_the_overlap() -> None:
    position = Position(position="2026-02-01T10:00:00+00:00")
    assert window(position, overlap_minutes=90).since == "2026-02-01T08:30:00Z"
    assert window(first="2025-01-01").since == "2024-12-31T20:30:00Z"
    assert window(Position(position="41"), written="number").since == 41


def test_no_position_comes_from_the_future_or_from_what_is_still_written() -> None:
    reading = window(settle_minutes=5)
    reading.see([{"at": "2026-03-01T11:00:00Z"}, {"at": "2226-01-01"}], after=None, now=NOW)
    assert reading.ended(NOW).position == "2026-03-01T11:55:00+00:00"


def test_a_position_never_moves_back() -> None:
    reading = window(Position(position="2026-02-01T10:00:00+00:00"))
    reading.see([{"at": "2026-02-01T09:30:00Z"}, {"at": None}, {"at": "soon"}], after=None, now=NOW)
    assert reading.ended(NOW) == Position(position="2026-02-01T10:00:00+00:00")


def test_a_read_that_stops_goes_on_behind_its_last_key_in_the_same_window() -> None:
    begun = window(Position(position="2026-02-01T10:00:00+00:00"), has_keys=True)
    begun.see([{"at": "2026-02-02T10:00:00Z"}], after=50, now=NOW)

    again = window(begun.position, has_keys=True)

    assert (again.since, again.position.after) == ("2026-02-01T09:00:00Z", 50)
    assert again.ended(NOW).position == "2026-02-02T10:00:00+00:00"


def test_a_position_behind_the_source_s_clock_stops_the_stream() -> None:
    reading = window(Position(position="2027-01-01T00:00:00+00:00"))
    with pytest.raises(SourceError, match="clock says 2026-03-01 12:00 UTC"):
        reading.see([], after=None, now=NOW)
