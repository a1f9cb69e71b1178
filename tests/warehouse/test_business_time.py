"""Business clocks: the goldens, daylight saving, schedules that change, and another reckoning."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.business_clocks import Assignment, BusinessClocks, Hours, Span

TEHRAN = Hours("tehran", "67123", "08:00", "16:00")
# 2024: Tehran is 3.5 hours ahead of UTC.
FIRST_RESPONSES = [
    # Wednesday 15:30 to Saturday 09:00.
    (Span("2024-01-03 12:00", "2024-01-06 05:30"), (), 3930, 90),
    # The same with a holiday on Saturday, answered on Sunday.
    (Span("2024-01-03 12:00", "2024-01-07 05:30"), ("2024-01-06",), 5370, 90),
    # Thursday 12:00 to Saturday 08:15.
    (Span("2024-01-04 08:30", "2024-01-06 04:45"), (), 2655, 15),
    # Thursday 12:00 to 12:05, out of hours.
    (Span("2024-01-04 08:30", "2024-01-04 08:35"), (), 5, 0),
]


def instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


@pytest.mark.parametrize(("span", "holidays", "calendar", "business"), FIRST_RESPONSES)
def test_a_first_response_has_the_golden_minutes(
    span: Span, holidays: tuple[str, ...], calendar: int, business: int
) -> None:
    assert instant(span.ends_at) - instant(span.starts_at) == timedelta(minutes=calendar)
    with BusinessClocks(TEHRAN, holidays=holidays) as clocks:
        assert clocks.minutes(span) == business


def test_another_schedule_gives_the_first_case_another_golden() -> None:
    with BusinessClocks(Hours("west", "12345", "09:00", "17:00")) as clocks:
        assert clocks.minutes(FIRST_RESPONSES[0][0]) == 1050


def test_without_a_reply_there_is_no_business_time() -> None:
    with BusinessClocks(TEHRAN) as clocks:
        assert clocks.minutes(Span("2024-01-03 12:00", None)) is None
        assert clocks.minutes(Span("2024-01-03 12:00", "2024-01-03 11:59")) is None


def test_a_holiday_that_is_worked_is_open() -> None:
    span, day = FIRST_RESPONSES[1][0], "2024-01-06"
    with BusinessClocks(TEHRAN, holidays=(day,), working=(day,)) as clocks:
        assert clocks.minutes(span) == 90 + 480


def test_a_changed_schedule_counts_each_instant_by_the_one_in_force() -> None:
    clocks = BusinessClocks(
        Hours("level 1", "1234567", "07:00", "21:00", time_zone="America/Chicago"),
        Hours("level 2", "12345", "08:00", "17:30", time_zone="America/Los_Angeles"),
        assignments=(
            Assignment("queue", "tier", "level 1", None, "2020-09-30 19:01:15"),
            Assignment("queue", "tier", "level 2", "2020-09-30 19:01:15"),
        ),
        days=("2020-09-20", "2020-10-10"),
        time_zone="UTC",
    )
    created, moved, answered = (
        "2020-09-29 17:02:00",
        "2020-09-30 19:01:15",
        "2020-09-30 19:01:27.600",
    )
    with clocks:
        whole, before, after = clocks.milliseconds(
            Span(created, answered, queue="tier"),
            Span(created, moved, queue="tier"),
            Span(moved, answered, queue="tier"),
        )
    assert [whole[0], whole[1]] == [round(959.46 * 60_000), round(689.46 * 60_000)]
    assert (before[0], after[0]) == (round((538 + 421.25) * 60_000), round(0.21 * 60_000))


def test_a_row_that_changes_its_queue_is_cut_there_and_summed() -> None:
    clocks = BusinessClocks(
        TEHRAN,
        Hours("always", "1234567", "00:00", "24:00", holiday_country="none"),
        assignments=(
            Assignment("company", "*", "tehran"),
            Assignment("queue", "night", "always"),
        ),
    )
    with clocks:
        parts = clocks.milliseconds(
            Span("2024-01-03 12:00", "2024-01-04 00:00", queue="day"),
            Span("2024-01-04 00:00", "2024-01-04 06:00", queue="night"),
        )
    assert [part[0] for part in parts] == [30 * 60_000, 360 * 60_000]


def test_hours_of_one_schedule_have_a_history() -> None:
    clocks = BusinessClocks(
        TEHRAN._replace(valid_to="2024-01-06"),
        Hours("tehran", "67123", "10:00", "12:00", valid_from="2024-01-06"),
    )
    with clocks:
        # Wednesday 8 hours, Saturday and Sunday 2 each.
        assert clocks.minutes(Span("2024-01-02 20:30", "2024-01-07 20:30")) == 480 + 120 + 120


@pytest.mark.parametrize(
    ("queue", "team", "minutes"),
    [
        ("nobody's", None, 480),
        (None, "Back Office", 60),
        ("پشتیبانی", "Back Office", 1440),
        ("پشتيباني", None, 1440),
        ("nobody's", "back  office", 60),
    ],
)
def test_a_queue_outranks_its_team_and_either_the_company(
    queue: str | None, team: str | None, minutes: int
) -> None:
    clocks = BusinessClocks(
        TEHRAN,
        Hours("always", "1234567", "00:00", "24:00"),
        Hours("short", "1234567", "08:00", "09:00"),
        assignments=(
            Assignment("company", "*", "tehran"),
            Assignment("queue", "پشتیبانی", "always"),
            Assignment("team", "back office", "short"),
        ),
    )
    with clocks:
        span = Span("2024-01-02 20:30", "2024-01-03 20:30", queue, team)
        assert clocks.minutes(span) == minutes


def test_a_queue_without_a_schedule_for_a_time_keeps_the_company_s() -> None:
    clocks = BusinessClocks(
        TEHRAN,
        Hours("always", "1234567", "00:00", "24:00"),
        assignments=(
            Assignment("company", "*", "tehran"),
            Assignment("queue", "fair", "always", "2024-01-03", "2024-01-04"),
        ),
    )
    with clocks:
        span = Span("2024-01-01 20:30", "2024-01-06 20:30", queue="fair")
        assert clocks.minutes(span) == 480 + 1440 + 480


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2024-03-31", 23),
        ("Europe/Berlin", "2024-10-27", 25),
        # The clocks of Tehran changed at midnight, so that one did not exist.
        ("Asia/Tehran", "2022-03-21", 24),
        ("Asia/Tehran", "2022-03-22", 23),
        ("Asia/Tehran", "2022-09-21", 25),
    ],
)
def test_a_day_that_is_always_open_is_as_long_as_its_clock_says(
    zone: str, day: str, hours: int
) -> None:
    always = Hours("always", "1234567", "00:00", "24:00", time_zone=zone)
    only = always._replace(
        valid_from=day, valid_to=str(date.fromisoformat(day) + timedelta(days=1))
    )
    with BusinessClocks(only, days=("2022-01-01", "2025-01-01")) as clocks:
        assert clocks.minutes(Span("2022-01-01 00:00", "2024-12-31 00:00")) == hours * 60


def test_hours_that_overlap_are_open_once() -> None:
    shift = Hours("shift", "1234567", "08:00", "14:00")
    with BusinessClocks(shift, shift._replace(opens_at="12:00", closes_at="16:00")) as clocks:
        assert clocks.minutes(Span("2024-01-02 20:30", "2024-01-03 20:30")) == 480


OVERNIGHT = (
    Hours("berlin", "12345", "08:30", "12:00", time_zone="Europe/Berlin"),
    Hours("berlin", "12345", "13:00", "17:45", time_zone="Europe/Berlin"),
    Hours("berlin", "5", "22:00", "24:00", time_zone="Europe/Berlin"),
    Hours("berlin", "6", "00:00", "02:30", time_zone="Europe/Berlin"),
)
BERLIN_DAYS = ("2024-03-01", "2024-04-30")
INSTANTS = st.integers(0, 50 * 86_400_000).map(
    lambda number: datetime(2024, 3, 3) + timedelta(milliseconds=number)
)


@pytest.fixture(scope="module")
def berlin() -> BusinessClocks:
    return BusinessClocks(*OVERNIGHT, holidays=("2024-03-29", "2024-04-01"), days=BERLIN_DAYS)


def reckoned(start: datetime, end: datetime) -> int:
    """Open milliseconds by another route: wall clocks of each day, turned into UTC one by one."""
    zone, total, day = ZoneInfo("Europe/Berlin"), timedelta(), date.fromisoformat(BERLIN_DAYS[0])
    while day < date.fromisoformat(BERLIN_DAYS[1]):
        for hours in OVERNIGHT:
            is_open = str(day.isoweekday()) in hours.weekdays
            if is_open and str(day) not in ("2024-03-29", "2024-04-01"):
                opens, closes = (wall_clock(day, text, zone) for text in hours[2:4])
                total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total // timedelta(milliseconds=1)


def wall_clock(day: date, text: str, zone: ZoneInfo) -> datetime:
    hour, minute = map(int, text.split(":"))
    local = datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


@settings(max_examples=30)
@given(instants=st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_business_time_adds_up_and_equals_another_reckoning(
    berlin: BusinessClocks, instants: list[datetime]
) -> None:
    start, cut, end = instants
    spans = [Span(start, cut), Span(cut, end), Span(start, end)]
    first, second, whole = (row[0] for row in berlin.milliseconds(*spans))
    assert first is not None
    assert second is not None
    assert first + second == whole == reckoned(start, end)
    assert 0 <= whole <= (end - start) / timedelta(milliseconds=1)
