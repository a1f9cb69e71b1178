"""How dates and instants are typed, as generated SQL: calendars, order of parts, time zones.

A local time becomes an instant here and nowhere else. Jalali arithmetic belongs in
``jalali``; everything that is neither a date nor a time belongs in ``rules``.
"""

from datetime import timedelta
from functools import cache

import duckdb

from ingestion.conform.expressions import (
    DIRECTION_MARKS,
    TEXT_KINDS,
    Layer,
    Names,
    ascii_digits,
    broken_text,
    cleaned,
    is_plain,
    matches,
)
from ingestion.conform.jalali import gregorian_date, is_jalali_date
from ingestion.settings import Conventions
from ingestion.sql import literal
from ingestion.stream import Column

_SEPARATOR = "([-/.])"
_PART_PATTERNS = {"year": "([0-9]{4}|[0-9]{2})", "month": "([0-9]{1,2})", "day": "([0-9]{1,2})"}
_ORDERS = {
    "ymd": ("year", "month", "day"),
    "dmy": ("day", "month", "year"),
    "mdy": ("month", "day", "year"),
}
_TIME = (
    r"(?:[tT ] *([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]{1,9}))?)?"
    r" *([zZ]|UTC|GMT|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)?)?$"
)
_TIME_NAMES = ("hour", "minute", "second", "fraction", "zone")
_PLAIN_DAY = "^(?:19[0-9]{2}|2[01][0-9]{2}|2200)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_PLAIN_TIME = r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
PLAIN_DATE = f"{_PLAIN_DAY}$"
PLAIN_INSTANT = f"{_PLAIN_DAY}{_PLAIN_TIME}(?:Z|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])?$"
OFFSET = "(?:Z|[+-][0-9]{2}:[0-9]{2})$"
EPOCH = r"^([0-9]{9,10})(?:[.,\x{66b}]([0-9]+))?$"
TYPED_EPOCH = r"^([0-9]{1,10})(?:\.([0-9]+))?$"
FAR_EPOCH = r"^[0-9]{11,}(?:[.,][0-9]+)?$"

YEARS, JALALI_YEARS = (1900, 2200), (1279, 1579)
_CHECKED_YEARS = (2000, 2035)


def date_layers(column: Column, names: Names, conventions: Conventions) -> list[Layer]:
    """Dates; of an instant, the date in the source's time zone."""
    zone = literal(conventions.time_zone)
    typed = {
        "date": names.raw,
        "local": f"cast({names.raw} as date)",
        "instant": f"cast(timezone({zone}, {names.raw}) as date)",
    }
    implausible = f"{names.value} not between date '1900-01-01' and date '2200-12-31'"
    if names.kind in typed:
        value = f"cast({typed[names.kind]} as date)"
        return [
            {names.value: value},
            {names.rule: f"case when {implausible} then 'implausible_year' end"},
        ]
    written = f"cast({names.day} as timestamp) + {_time_of_day(names.parts)}"
    elsewhere = f"cast(timezone({zone}, {_with_offset(written, names.parts)}) as date)"
    return [
        *_text_layers(names, conventions, PLAIN_DATE),
        *_part_layers(names, conventions),
        {
            names.value: f"case when {names.plain} then try_cast({names.text} as date) "
            f"when {names.parts}.zone <> '' then {elsewhere} else {names.day} end"
        },
        {
            names.rule: f"case when {names.text} is null then null "
            f"when {implausible} then 'implausible_year' "
            f"when {names.value} is not null then null {broken_text(names)} "
            f"when {names.plain} then 'no_such_date' "
            f"{_broken_day(names, conventions, 'not_a_date')} end"
        },
    ]


def timestamp_layers(column: Column, names: Names, conventions: Conventions) -> list[Layer]:
    """Instants; a time without an offset is wall time of the source's zone."""
    match names.kind:
        case "instant":
            value = f"cast({names.raw} as timestamptz)"
            return [{names.value: value}, {names.rule: _implausible_instant(names)}]
        case "local" | "date":
            local = {names.local: f"cast({names.raw} as timestamp)"}
            is_day = str(names.kind == "date").lower()
            return [local, *_resolved(names, conventions, is_day=is_day, otherwise="")]
    is_day = f"coalesce({names.parts}.hour = '', false)"
    written = f"cast({names.day} as timestamp) + {_time_of_day(names.parts)}"
    epoch = EPOCH if names.kind in TEXT_KINDS else TYPED_EPOCH
    has_offset = (
        f"case when strlen({names.text}) = 19 then false "
        f"when ends_with({names.text}, 'Z') then true else {matches(names.text, OFFSET)} end"
    )
    otherwise = (
        f"{broken_text(names)} when {names.plain} then 'no_such_date' "
        f"when {matches(names.digits, FAR_EPOCH)} then 'implausible_year' "
        f"{_broken_day(names, conventions, 'not_a_timestamp')}"
    )
    return [
        *_text_layers(names, conventions, PLAIN_INSTANT),
        {names.exact: f"case when {names.plain} then {has_offset} else false end"},
        *_part_layers(names, conventions),
        {
            names.local: f"case when {names.exact} then null "
            f"when {names.plain} then try_cast({names.text} as timestamp) "
            f"when {names.parts}.zone = '' then {written} end",
            names.moment: f"case when {names.exact} then try_cast({names.text} as timestamptz) "
            f"when {names.parts}.zone <> '' then {_with_offset(written, names.parts)} "
            f"when {matches(names.digits, epoch)} then {_epoch(names.digits, epoch)} end",
        },
        *_resolved(names, conventions, is_day=is_day, otherwise=otherwise),
    ]


def _text_layers(names: Names, conventions: Conventions, plain: str) -> list[Layer]:
    """The cleaned text, and whether it is ISO text that can be cast as it stands."""
    is_iso = conventions.dates == "ymd" and conventions.calendar == "gregorian"
    digits = ascii_digits(names.text, also="\xa0", into=" ", without=DIRECTION_MARKS)
    return [
        {names.plain: is_plain(names.raw_text, plain) if is_iso else "false"},
        {names.text: cleaned(names.raw_text, conventions.null_words, plain=names.plain)},
        {names.digits: f"case when not {names.plain} then {digits} end"},
    ]


def _part_layers(names: Names, conventions: Conventions) -> list[Layer]:
    """The written parts, and the day that they name in the source's calendar."""
    order = _ORDERS[conventions.dates]
    pattern = "^" + _SEPARATOR.join(_PART_PATTERNS[part] for part in order) + _TIME
    found = [order[0], "separator", order[1], "second_separator", order[2], *_TIME_NAMES]
    parts = f"regexp_extract({names.digits}, {literal(pattern)}, {found})"
    year, month, day = (f"{names.parts}.{part}" for part in ("year", "month", "day"))
    if conventions.calendar == "jalali":
        numbers = [f"try_cast({part} as integer)" for part in (year, month, day)]
        date = f"case when {is_jalali_date(*numbers)} then {gregorian_date(*numbers)} end"
    else:
        date = f"try_cast(concat({year}, '-', {month}, '-', {day}) as date)"
    return [
        {names.parts: f"case when {names.digits} is not null then {parts} end"},
        {
            names.day: f"case when {names.parts}.separator = {names.parts}.second_separator "
            f"and strlen({year}) = 4 then {date} end"
        },
    ]


def _broken_day(names: Names, conventions: Conventions, unread: str) -> str:
    """The ``when`` branches for text that names no day; ``unread`` when it has no such form."""
    year = f"try_cast({names.parts}.year as integer)"
    first, last = JALALI_YEARS if conventions.calendar == "jalali" else YEARS
    return (
        f"when {names.parts}.day = '' "
        f"or {names.parts}.separator <> {names.parts}.second_separator then '{unread}' "
        f"when strlen({names.parts}.year) = 2 then 'two_digit_year' "
        f"when {year} not between {first} and {last} then 'implausible_year' "
        f"else 'no_such_date'"
    )


def _time_of_day(parts: str) -> str:
    """The written time as an interval; zero when only a day was written."""
    seconds = " + ".join(
        f"coalesce(try_cast({parts}.{part} as bigint), 0) * {factor}"
        for part, factor in (("hour", 3600), ("minute", 60), ("second", 1))
    )
    micros = f"coalesce(try_cast(rpad({parts}.fraction[:6], 6, '0') as bigint), 0)"
    return f"to_microseconds(({seconds}) * 1000000 + {micros})"


def _with_offset(local: str, parts: str) -> str:
    """The instant of a local time with a written offset such as ``Z``, ``+0330``, ``-05``."""
    hours = f"coalesce(try_cast({parts}.zone[2:3] as integer), 0)"
    minutes = f"coalesce(try_cast(right(replace({parts}.zone, ':', '')[4:], 2) as integer), 0)"
    sign = f"case when {parts}.zone[1] = '-' then -1 else 1 end"
    return f"timezone('UTC', {local} - to_minutes({sign} * ({hours} * 60 + {minutes})))"


def _epoch(text: str, pattern: str) -> str:
    """The instant of seconds since 1970, exact to the microsecond."""
    seconds = f"regexp_extract({text}, {literal(pattern)}, 1)"
    fraction = f"regexp_extract({text}, {literal(pattern)}, 2)"
    micros = f"cast(concat({seconds}, rpad({fraction}[:6], 6, '0')) as bigint)"
    return f"timezone('UTC', make_timestamp({micros}))"


def _resolved(
    names: Names, conventions: Conventions, *, is_day: str, otherwise: str
) -> list[Layer]:
    """From ``local`` (and ``moment``, for text) to the value and its rule."""
    instant = _instant(names.local, conventions, is_day=is_day)
    is_text = bool(otherwise)
    value = f"coalesce({names.moment}, {instant})" if is_text else instant
    return [
        {names.value: value},
        {
            names.rule: f"case when {names.value} is not null then {_implausible_instant(names)} "
            f"when {names.local} is not null then 'non_existent_local_time' "
            + (f"when {names.text} is null then null {otherwise} end" if is_text else "end")
        },
    ]


def _implausible_instant(names: Names) -> str:
    return (
        f"case when {names.value} < timestamptz '1899-12-31 00:00:00+00' "
        f"or {names.value} >= timestamptz '2201-01-02 00:00:00+00' then 'implausible_year' end"
    )


def _instant(local: str, conventions: Conventions, *, is_day: str) -> str:
    """The instant of a wall time, null when the clock never showed it.

    DuckDB takes the later of two instants and moves a time that never was. So on the days
    when the zone's offset changes, only instants count that show the wall time again. A day
    without a time begins at its first instant, whatever the clock showed.
    """
    zone = literal(conventions.time_zone)
    usual = f"timezone({zone}, {local})"
    dates, shifts = offset_changes(conventions.time_zone)
    if not shifts:
        return usual
    first, last = _CHECKED_YEARS
    near = ", ".join(f"{usual} {sign} to_seconds({shift})" for shift in shifts for sign in "-+")
    shown = f"list_filter([{usual}, {near}], lambda moment: timezone({zone}, moment) = {local})"
    chosen = "list_min" if conventions.fold == "earlier" else "list_max"
    in_doubt = f"cast({local} as date) in ({', '.join(dates)})" if dates else "false"
    return (
        f"case when year({local}) between {first} and {last} and not {in_doubt} then {usual} "
        f"when {is_day} then coalesce(list_min({shown}), {usual}) "
        f"else {chosen}({shown}) end"
    )


@cache
def offset_changes(time_zone: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Local dates near a change of the zone's offset, as SQL, and by how many seconds it moves.

    Asked from DuckDB itself, so that it always agrees with how it converts. The shifts cover
    the years 1900 to 2200, the dates only ``_CHECKED_YEARS``: others are always looked at.
    """
    with duckdb.connect() as connection:
        changes = connection.execute(
            """
            with days as (
                select timestamp '1899-12-30' + to_days(cast(day as integer)) as midnight
                from range(0, 110000) as days(day)
            ),
            offsets as (
                select
                    midnight,
                    epoch(timezone($zone, timezone('UTC', midnight)) - midnight) as seconds
                from days
            ),
            changes as (
                select midnight, seconds - lag(seconds) over (order by midnight) as shift
                from offsets
            )
            select cast(midnight as date), cast(abs(shift) as bigint)
            from changes
            where shift <> 0
            order by all
            """,
            {"zone": time_zone},
        ).fetchall()
    first, last = _CHECKED_YEARS
    near = {
        day - timedelta(days=back)
        for day, _ in changes
        if first - 1 <= day.year <= last + 1
        for back in range(3)
    }
    dates = tuple(f"date '{day}'" for day in sorted(near))
    return dates, tuple(sorted({int(shift) for _, shift in changes}))
