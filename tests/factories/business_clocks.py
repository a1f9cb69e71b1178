"""A small set of business clocks, by the warehouse's own models and macros.

What the clocks must say stands in ``tests/warehouse``.
"""

from datetime import datetime
from typing import NamedTuple, Self

import duckdb

from tests.factories.rendering import model, rendered

MODELS = (
    "int_calendar__business_intervals",
    "int_calendar__clock_periods",
    "int_calendar__business_segments",
)
SPANS = """
    select
        {{ business_milliseconds('started', 'spans.starts_at', 'ended', 'spans.ends_at') }}
            as cumulative,
        {{ business_milliseconds(
            'last_started', 'spans.starts_at', 'last_ended', 'spans.ends_at'
        ) }} as last_schedule
    from spans
    {{ join_business_clocks(queue='spans.queue', team='spans.team') }}
    {{ join_business_time('started', 'spans.starts_at', business_clock()) }}
    {{ join_business_time('ended', 'spans.ends_at', business_clock()) }}
    {{ join_business_time('last_started', 'spans.starts_at', 'ended.schedule_clock_id') }}
    {{ join_business_time('last_ended', 'spans.ends_at', 'ended.schedule_clock_id') }}
    order by number
"""
Text = str | None


class Hours(NamedTuple):
    """Opening hours of one schedule on some weekdays."""

    schedule: str
    weekdays: str
    opens_at: str
    closes_at: str
    valid_from: Text = None
    valid_to: Text = None
    time_zone: Text = None
    holiday_country: Text = None


class Assignment(NamedTuple):
    """Which schedule rules a queue, a team or the company."""

    kind: str
    assignee: str
    schedule: str
    valid_from: Text = None
    valid_to: Text = None


class Span(NamedTuple):
    """Two instants, in UTC, of a row with a queue or a team."""

    starts_at: datetime | str | None
    ends_at: datetime | str | None
    queue: Text = None
    team: Text = None


class BusinessClocks:
    """Clocks over some years, read by spans.

    Args:
        hours: opening hours.
        assignments: who keeps them; the company keeps the first schedule by default.
        holidays: closed days of the country ``IR``, the company's.
        working: which of them are worked all the same.
        days: first day of the calendar and first day after it.
        time_zone: that of the company.
    """

    def __init__(
        self,
        *hours: Hours,
        assignments: tuple[Assignment, ...] = (),
        holidays: tuple[str, ...] = (),
        working: tuple[str, ...] = (),
        days: tuple[str, str] = ("2023-12-25", "2024-01-20"),
        time_zone: str = "Asia/Tehran",
    ) -> None:
        self.connection = duckdb.connect()
        run = self.connection.execute
        run("set timezone = 'UTC'")
        run(
            "create table stg_meta__run as select ? as time_zone, 'IR' as country_code", [time_zone]
        )
        run(
            "create table int_calendar__days as select cast(day as date) as calendar_date, "
            "cast(isodow(day) as integer) as iso_day_of_week "
            "from range(cast(? as date), cast(? as date), interval 1 day) as days(day)",
            days,
        )
        run(
            "create table business_hours (schedule_id varchar, iso_day_of_week integer, opens_at "
            "varchar, closes_at varchar, valid_from date, valid_to date, time_zone varchar, "
            "holiday_country varchar)"
        )
        run(
            "create table schedule_assignments (assignee_kind varchar, assignee varchar, "
            "schedule_id varchar, valid_from timestamp, valid_to timestamp)"
        )
        run(
            "create table holidays (country_code varchar, holiday_date date, "
            "is_working_override boolean)"
        )
        for row in hours:
            for weekday in row.weekdays:
                run(
                    "insert into business_hours values (?, ?, ?, ?, ?, ?, ?, ?)",
                    [row.schedule, int(weekday), *row[2:]],
                )
        for assigned in assignments or (Assignment("company", "*", hours[0].schedule),):
            run("insert into schedule_assignments values (?, ?, ?, ?, ?)", assigned)
        for day in holidays:
            run("insert into holidays values ('IR', ?, ?)", [day, day in working or None])
        for name in MODELS:
            run(f"create table {name} as {model(name)}")

    def milliseconds(self, *spans: Span) -> list[tuple[int | None, int | None]]:
        """Business time of each span by either policy: cumulative, and the last schedule's."""
        run = self.connection.execute
        run(
            "create or replace temp table spans (number integer, starts_at timestamp, "
            "ends_at timestamp, queue varchar, team varchar)"
        )
        for number, span in enumerate(spans):
            run("insert into spans values (?, ?, ?, ?, ?)", [number, *span])
        return run(rendered(SPANS)).fetchall()

    def minutes(self, span: Span) -> float | None:
        """Business minutes of one span, cumulative."""
        ((milliseconds, _),) = self.milliseconds(span)
        return None if milliseconds is None else milliseconds / 60_000

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
