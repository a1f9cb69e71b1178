"""Dates and instants: calendars, orders, offsets, and the hours that a clock shows twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.settings import Conventions
from ingestion.stream import ColumnType
from tests.factories.conforming import Outcome, value_column

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
DATE = value_column(ColumnType.DATE)
TIMESTAMP = value_column(ColumnType.TIMESTAMP)
JALALI = Conventions(calendar="jalali", time_zone="Asia/Tehran")
LEAP_YEARS = [
    *(1300, 1304, 1309, 1313, 1317, 1321, 1325, 1329, 1333, 1337, 1342, 1346, 1350, 1354, 1358),
    *(1362, 1366, 1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420),
    *(1424, 1428, 1432, 1436, 1441, 1445, 1449),
]
"""Leap years of the official calendar, as published, not computed."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def jalali_days() -> list[tuple[str, date]]:
    """Every day of the years 1300 to 1450, counted from Nowruz 1403, 20 March 2024."""
    days = []
    leap = set(LEAP_YEARS)
    for year in range(1300, 1451):
        lengths = [31] * 6 + [30] * 5 + [30 if year in leap else 29]
        days += [
            f"{year:04}/{month:02}/{day:02}"
            for month, length in enumerate(lengths, start=1)
            for day in range(1, length + 1)
        ]
    anchor = days.index("1403/01/01")
    return [
        (day, date(2024, 3, 20) + timedelta(days=place - anchor)) for place, day in enumerate(days)
    ]


def test_every_jalali_day_from_1300_to_1450_is_the_right_gregorian_day() -> None:
    written, expected = zip(*jalali_days(), strict=True)
    outcome = Outcome(list(written), DATE, JALALI)
    assert outcome.rejects == []
    assert outcome.values == list(expected)


def test_jalali_days_that_do_not_exist_are_refused() -> None:
    outcome = Outcome(
        ["1403/12/30", "1404/12/30", "1403-02-31", "1403/07/31", "1403/13/01", "1403/00/10"],
        DATE,
        JALALI,
    )
    assert outcome.values[0] == date(2025, 3, 20)
    assert outcome.values[2] == date(2024, 5, 20)
    assert outcome.rules == [None, "no_such_date", None, *["no_such_date"] * 3]


def test_a_calendar_is_declared_and_never_guessed() -> None:
    assert Outcome(["1403-07-30"], DATE).rules == ["implausible_year"]
    assert Outcome(["2024-10-21"], DATE, JALALI).rules == ["implausible_year"]
    assert Outcome(["1403-07-30 10:00"], TIMESTAMP).rules == ["implausible_year"]


def test_jalali_times_are_wall_time_of_the_source() -> None:
    outcome = Outcome(["۱۴۰۳/۷/۳۰ ۱۰:۰۵", "1403-07-30T10:05:06.25"], TIMESTAMP, JALALI)
    assert outcome.values == [at("2024-10-21T06:35Z"), at("2024-10-21T06:35:06.25Z")]


@pytest.mark.parametrize(
    ("dates", "written"),
    [
        ("ymd", ["2024-03-05", "2024/3/5", "2024.03.05", "۲۰۲۴/۰۳/۰۵", "2024-03-05 23:59"]),
        ("dmy", ["05.03.2024", "5/3/2024", "05-03-2024", "٥/٣/٢٠٢٤", "05.03.2024 23:59:59"]),
        ("mdy", ["03/05/2024", "3/5/2024", "03-05-2024", "۳/۵/۲۰۲۴", "03/05/2024 00:00:00"]),
    ],
)
def test_dates_follow_the_declared_order_whatever_the_separator(
    dates: str, written: list[str]
) -> None:
    conventions = Conventions.model_validate({"dates": dates})
    outcome = Outcome(written, DATE, conventions)
    assert outcome.values == [date(2024, 3, 5)] * len(written), outcome.rules


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("24-03-05", "two_digit_year"),
        ("1899-12-31", "implausible_year"),
        ("2201-01-01", "implausible_year"),
        ("0024-03-05", "implausible_year"),
        ("2024-02-30", "no_such_date"),
        ("2023-02-29", "no_such_date"),
        ("2024-13-01", "no_such_date"),
        ("2024/03-05", "not_a_date"),
        ("05.03.2024", "not_a_date"),
        ("20240305", "not_a_date"),
        ("45356", "not_a_date"),
        ("tomorrow", "not_a_date"),
        ("infinity", "not_a_date"),
        ("0000-00-00", "implausible_year"),
    ],
)
def test_what_is_no_date_is_refused(written: str, rule: str) -> None:
    assert Outcome([written], DATE).rules == [rule]


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("2024-03-05 24:00:00", "not_a_timestamp"),
        ("2024-03-05 12:00:60", "not_a_timestamp"),
        ("2024-03-05 3:05 PM", "not_a_timestamp"),
        ("2024-02-30 12:00:00", "no_such_date"),
        ("2024-02-30T12:00:00Z", "no_such_date"),
        ("24-03-05 12:00", "two_digit_year"),
        ("1024-03-05 12:00", "implausible_year"),
        ("1700000000000", "implausible_year"),
        ("20240305", "not_a_timestamp"),
        ("-1700000000", "not_a_timestamp"),
        ("epoch", "not_a_timestamp"),
        ("2024-03-05 12:00:00+16:00", "not_a_timestamp"),
    ],
)
def test_what_is_no_instant_is_refused(written: str, rule: str) -> None:
    assert Outcome([written], TIMESTAMP).rules == [rule]


def test_an_offset_is_exact_whatever_the_zone() -> None:
    written = [
        *("2024-03-05T10:20:30Z", "2024-03-05 13:50:30+03:30", "2024-03-05T13:50:30+0330"),
        *("2024-03-05 06:20:30 -04", "2024-03-05 10:20:30 UTC", "2024-3-5 10:20:30.0000009Z"),
        *("2024/03/05 10:20:30.000000Z", "۲۰۲۴-۰۳-۰۵T۱۳:۵۰:۳۰+۰۳:۳۰"),
    ]
    outcome = Outcome(written, TIMESTAMP, Conventions(time_zone="Asia/Tehran"))
    assert outcome.values == [at("2024-03-05T10:20:30Z")] * len(written), outcome.rules


def test_the_date_of_an_instant_is_the_date_in_the_zone_of_the_source() -> None:
    tehran = Conventions(time_zone="Asia/Tehran")
    assert Outcome(["2024-03-05T23:00:00Z"], DATE, tehran).values == [date(2024, 3, 6)]
    instants = pa.array([datetime(2024, 3, 5, 23, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    assert Outcome(instants, DATE, tehran).values == [date(2024, 3, 6)]


def test_epoch_seconds_are_exact_to_the_microsecond() -> None:
    outcome = Outcome(
        ["1700000000", "1700000000.123456", "999999999", "۱۷۰۰۰۰۰۰۰۰", "1700000000.5"],
        TIMESTAMP,
        Conventions(time_zone="Asia/Tehran"),
    )
    instant = datetime.fromtimestamp(1_700_000_000, UTC)
    assert outcome.values == [
        instant,
        instant + timedelta(microseconds=123456),
        datetime.fromtimestamp(999_999_999, UTC),
        instant,
        instant + timedelta(milliseconds=500),
    ]
    assert Outcome(pa.array([1_700_000_000, 0]), TIMESTAMP).values == [
        instant,
        datetime.fromtimestamp(0, UTC),
    ]
    assert Outcome(pa.array([1_700_000_000.5]), TIMESTAMP).values == [
        instant + timedelta(milliseconds=500)
    ]


def test_an_hour_shown_twice_means_what_is_declared() -> None:
    twice, once = "2024-10-27 02:30:00", "2024-10-27 03:30:00"
    for written in (twice, "2024-10-27 2:30", pa.array([datetime(2024, 10, 27, 2, 30)])):
        values = written if isinstance(written, pa.Array) else [written]
        earlier = Outcome(values, TIMESTAMP, Conventions(time_zone="Europe/Berlin"))
        later = Outcome(values, TIMESTAMP, Conventions(time_zone="Europe/Berlin", fold="later"))
        assert earlier.values == [at("2024-10-27T00:30Z")]
        assert later.values == [at("2024-10-27T01:30Z")]
    berlin = Conventions(time_zone="Europe/Berlin")
    assert Outcome([once], TIMESTAMP, berlin).values == [at("2024-10-27T02:30Z")]


def test_a_time_that_no_clock_showed_is_refused() -> None:
    for zone, written in (
        ("Asia/Tehran", "2022-03-22 00:30:00"),
        ("Europe/Berlin", "2024-03-31 02:30:00"),
        ("Europe/Berlin", "2044-03-27 02:30:00"),
    ):
        outcome = Outcome([written], TIMESTAMP, Conventions(time_zone=zone))
        assert outcome.rules == ["non_existent_local_time"]
        assert outcome.rejects[0]["value"] == written
    naive = pa.array([datetime(2022, 3, 22, 0, 30)])
    tehran = Conventions(time_zone="Asia/Tehran")
    assert Outcome(naive, TIMESTAMP, tehran).rules == ["non_existent_local_time"]
    assert Outcome(["1401/01/02 00:30"], TIMESTAMP, JALALI).rules == ["non_existent_local_time"]


def test_the_hours_that_london_shows_twice_or_never() -> None:
    """The demo's cities have not moved their clocks in its years; a company's own may."""
    written = ["2025-10-26 01:30:00", "2025-03-30 01:30:00", "2025-07-01 12:00:00"]
    earlier = Outcome(written, TIMESTAMP, Conventions(time_zone="Europe/London"))
    assert earlier.values == [at("2025-10-26T00:30Z"), None, at("2025-07-01T11:00Z")]
    assert earlier.rules == [None, "non_existent_local_time", None]
    later = Outcome(written, TIMESTAMP, Conventions(time_zone="Europe/London", fold="later"))
    assert later.values == [at("2025-10-26T01:30Z"), None, at("2025-07-01T11:00Z")]


def test_a_day_begins_at_its_first_instant() -> None:
    outcome = Outcome(["1401/01/02", "1402/01/02"], TIMESTAMP, JALALI)
    assert outcome.values == [at("2022-03-21T20:30Z"), at("2023-03-21T20:30Z")]
    days = pa.array([date(2022, 3, 22)])
    tehran = Conventions(time_zone="Asia/Tehran")
    assert Outcome(days, TIMESTAMP, tehran).values == [at("2022-03-21T20:30Z")]


@pytest.mark.parametrize("fold", ["earlier", "later"])
@pytest.mark.parametrize(
    "zone", ["Asia/Tehran", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]
)
def test_every_half_hour_agrees_with_another_time_zone_library(zone: str, fold: str) -> None:
    starts = [datetime(2015, 1, 1), datetime(2022, 1, 1)]
    written = [start + timedelta(minutes=30 * n) for start in starts for n in range(17_520)]
    outcome = Outcome(
        pa.array(written),
        TIMESTAMP,
        Conventions.model_validate({"time_zone": zone, "fold": fold}),
    )
    tz, later = ZoneInfo(zone), int(fold == "later")
    for local, value in zip(written, outcome.values, strict=True):
        expected = local.replace(tzinfo=tz, fold=later).astimezone(UTC)
        exists = expected.astimezone(tz).replace(tzinfo=None) == local
        assert value == (expected if exists else None), local


@settings(max_examples=8)
@given(
    st.lists(
        st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 12, 30)),
        min_size=1,
        max_size=20,
    )
)
def test_instants_mean_the_same_in_every_script_and_form(instants: list[datetime]) -> None:
    plain = [instant.isoformat(" ", "microseconds") for instant in instants]
    forms = [
        *plain,
        *(text.replace(" ", "T") + "Z" for text in plain),
        *(text.translate(PERSIAN) for text in plain),
        *(text.translate(ARABIC).replace("-", "/") for text in plain),
    ]
    expected = [instant.replace(tzinfo=UTC) for instant in instants]
    assert Outcome(forms, TIMESTAMP).values == expected * 4


def test_typed_dates_and_instants_keep_their_value() -> None:
    assert Outcome(pa.array([date(2024, 3, 5), None]), DATE).values == [date(2024, 3, 5), None]
    assert Outcome(pa.array([date(1403, 3, 5)]), DATE).rules == ["implausible_year"]
    nanoseconds = pa.array([1_700_000_000_123_456_000], pa.timestamp("ns"))
    assert Outcome(nanoseconds, TIMESTAMP).values == [
        datetime.fromtimestamp(1_700_000_000, UTC) + timedelta(microseconds=123456)
    ]
    old = pa.array([datetime(1403, 3, 5, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    assert Outcome(old, TIMESTAMP).rules == ["implausible_year"]
