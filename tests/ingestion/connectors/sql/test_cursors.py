"""How far a position moves, in whatever form the database writes its times."""

from datetime import UTC, datetime

import pytest

from ingestion.connectors.sql.cursors import Position
from ingestion.errors import SourceError


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("2026-01-01 00:30:00", "2025-12-31 23:30:00"),
        ("2026-01-01T10:00:00.5Z", "2026-01-01T09:00:00"),
        ("2026-01-01 10:00:00.123456+00", "2026-01-01 09:00:00"),
        ("2026-01-01 10:00", "2026-01-01 09:00"),
        ("2026-01-01", "2025-12-31"),
        ("12345", "12345"),
    ],
)
def test_a_position_moves_back_and_keeps_its_form(text: str, earlier: str) -> None:
    assert Position(text).back(60, keep_zone=False).text == earlier


def test_a_zone_is_kept_where_the_database_compares_instants() -> None:
    assert Position("2026-01-01 10:00:00+00").back(60, keep_zone=True).text == (
        "2026-01-01 09:00:00+00"
    )


@pytest.mark.parametrize("text", ["2026-01-01 10:00:00.5", "2026-01-01 10:00", "1404/01/01"])
def test_without_an_overlap_a_position_stays_to_the_digit(text: str) -> None:
    assert Position(text).back(0, keep_zone=False).text == text


def test_a_text_that_is_no_time_cannot_have_an_overlap() -> None:
    with pytest.raises(SourceError, match="set overlap_minutes to 0"):
        Position("1404/01/01 10:00").back(60, keep_zone=False)


def test_a_position_is_never_more_than_a_day_ahead_of_the_clock() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    assert Position("9999-12-31 00:00:00+00").not_after(now).text == "2026-01-02 12:00:00+00"
    assert Position("2026-01-02 03:30:00").not_after(now).text == "2026-01-02 03:30:00"


def test_a_position_survives_its_storage_as_a_cursor() -> None:
    position = Position("42", "integer")

    assert Position.of(position.cursor) == position
    assert position.value == 42
    assert Position.of({}) is None
