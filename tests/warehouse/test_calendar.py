"""The calendar under the settings of several companies: weeks, business years, holidays."""

from datetime import date
from typing import Any

import duckdb
import pytest

from tests.factories.rendering import model

RUN = {
    "week_start": "monday",
    "country_code": None,
    "fiscal_calendar": "gregorian",
    "fiscal_month": 1,
    "fiscal_day": 1,
    "fiscal_named_after": "first_day",
}


def calendar(**setting: Any) -> dict[date, dict[str, Any]]:
    """The calendar of a company, by day."""
    with duckdb.connect() as connection:
        run = connection.execute
        types = {name: "integer" if isinstance(RUN[name], int) else "varchar" for name in RUN}
        columns = ", ".join(f"cast(${name} as {kind}) as {name}" for name, kind in types.items())
        run(f"create table stg_meta__run as select {columns}", RUN | setting)
        run(
            "create table int_calendar__days as select cast(day as date) as calendar_date, "
            "cast(isodow(day) as integer) as iso_day_of_week "
            "from range(date '2014-01-01', date '2026-01-01', interval 1 day) as days(day)"
        )
        run(
            "create table dim_holidays as from (values ('IR', date '2024-12-20', false), "
            "('IR', date '2024-12-21', true), ('RU', date '2024-12-22', false)) "
            "as holidays(country_code, holiday_date, is_working_day)"
        )
        cursor = run(model("dim_calendar"))
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["calendar_date"]: row for row in rows}


@pytest.mark.parametrize(
    ("setting", "day", "year", "quarter", "year_start", "quarter_start"),
    [
        ({}, "2024-12-31", 2024, 4, "2024-01-01", "2024-10-01"),
        ({"fiscal_named_after": "last_day"}, "2024-12-31", 2024, 4, "2024-01-01", "2024-10-01"),
        ({"fiscal_month": 7}, "2024-06-30", 2023, 4, "2023-07-01", "2024-04-01"),
        ({"fiscal_month": 7}, "2024-07-01", 2024, 1, "2024-07-01", "2024-07-01"),
        (
            {"fiscal_month": 7, "fiscal_named_after": "last_day"},
            *("2024-07-01", 2025, 1, "2024-07-01", "2024-07-01"),
        ),
        ({"fiscal_month": 4, "fiscal_day": 6}, "2025-01-05", 2024, 3, "2024-04-06", "2024-10-06"),
        ({"fiscal_month": 4, "fiscal_day": 6}, "2025-01-06", 2024, 4, "2024-04-06", "2025-01-06"),
        ({"fiscal_calendar": "jalali"}, "2025-03-20", 1403, 4, "2024-03-20", "2024-12-21"),
        ({"fiscal_calendar": "jalali"}, "2025-03-21", 1404, 1, "2025-03-21", "2025-03-21"),
        ({"fiscal_calendar": "jalali"}, "2015-01-01", 1393, 4, "2014-03-21", "2014-12-22"),
        (
            {"fiscal_calendar": "jalali", "fiscal_month": 7, "fiscal_named_after": "last_day"},
            *("2024-09-22", 1404, 1, "2024-09-22", "2024-09-22"),
        ),
    ],
)
def test_a_day_belongs_to_the_business_year_and_quarter_of_the_setting(
    setting: dict[str, Any], day: str, year: int, quarter: int, year_start: str, quarter_start: str
) -> None:
    row = calendar(**setting)[date.fromisoformat(day)]
    assert (row["fiscal_year"], row["fiscal_quarter"]) == (year, quarter)
    assert str(row["fiscal_year_start_date"]) == year_start
    assert str(row["fiscal_quarter_start_date"]) == quarter_start


def test_weeks_are_those_of_iso_and_those_of_the_company() -> None:
    days = calendar()
    assert all(
        (day["iso_year"], day["iso_week"], day["iso_day_of_week"])
        == day["calendar_date"].isocalendar()
        for day in days.values()
    )
    assert all(
        (day["iso_year"], day["iso_week"]) == (day["week_year"], day["week_number"])
        for day in days.values()
    )


@pytest.mark.parametrize(
    ("day", "start", "year", "week"),
    [
        ("2024-12-27", "2024-12-21", 2024, 52),
        ("2024-12-28", "2024-12-28", 2024, 53),
        ("2025-01-03", "2024-12-28", 2024, 53),
        ("2025-01-04", "2025-01-04", 2025, 1),
    ],
)
def test_a_week_from_saturday_belongs_to_the_year_of_its_fourth_day(
    day: str, start: str, year: int, week: int
) -> None:
    row = calendar(week_start="saturday")[date.fromisoformat(day)]
    assert str(row["week_start_date"]) == start
    assert (row["week_year"], row["week_number"]) == (year, week)


@pytest.mark.parametrize(
    ("country", "holidays"), [("IR", ["2024-12-20"]), ("RU", ["2024-12-22"]), (None, [])]
)
def test_holidays_are_those_of_the_company_s_country_on_which_it_rests(
    country: str | None, holidays: list[str]
) -> None:
    days = calendar(country_code=country)
    assert [str(day) for day, row in days.items() if row["is_holiday"]] == holidays
