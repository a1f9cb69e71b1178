"""The section of the contact center by hour and weekday: service level and calls, as heat maps.

One hue from light to dark and a number in every tile: readable in print and by color-blind
people.
"""

from collections.abc import Callable
from datetime import timedelta

import duckdb

from serving.report.edition import Edition
from serving.report.sections import HeatMap, Part, Row, Section, Span, Tile, rows

DAYS = 28
"""Four of each weekday."""

SMALLEST_TILE = 30
"""Calls below which a tile has no service level."""

STEP, TALL, LEFT, TOP = 40, 30, 110, 22
DARKEST_LOSS = 50
"""Percentage points below 100 at which a tile is darkest."""

HOURS = """
    with intervals as (
        select
            timezone($time_zone, timezone('UTC', interval_start_at)) as local_at, local_date,
            count_offered, count_offered - count_short_abandoned as count_judged,
            count_answered_within_threshold as count_answered
        from mart_contact_center
        where local_date >= $since and local_date < $as_of
    ),
    days as (
        select isodow(local_date) as weekday, count(distinct local_date) as count_days
        from intervals
        group by 1
    ),
    tiles as (
        select
            isodow(local_at) as weekday, hour(local_at) as hour,
            sum(count_offered) as count_offered, sum(count_judged) as count_judged,
            sum(count_answered) as count_answered
        from intervals
        group by 1, 2
        having sum(count_offered) > 0
    )
    select
        tiles.weekday, tiles.hour, tiles.count_judged::bigint as count_judged,
        100.0 * tiles.count_answered / nullif(tiles.count_judged, 0) as service_level,
        tiles.count_offered / days.count_days as calls_per_day,
        (
            tiles.weekday - 1
            - (select case week_start when 'saturday' then 5 when 'sunday' then 6 else 0 end
                from dim_run) + 7
        ) % 7 as position
    from tiles
    inner join days on tiles.weekday = days.weekday
    order by position, hour
"""


def read(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """Calls and service level by weekday and hour of the company's clock, four weeks."""
    wanted = {
        "time_zone": span.time_zone,
        "since": span.as_of - timedelta(days=DAYS),
        "as_of": span.as_of,
    }
    return rows(connection, HOURS, wanted)


def shown(tiles: list[Row], edition: Edition) -> Section:
    """Two maps over the same hours: the share answered in time, and the calls."""
    busiest = max((row["calls_per_day"] for row in tiles), default=1.0)

    def level(row: Row) -> tuple[float, str]:
        if row["count_judged"] < SMALLEST_TILE or row["service_level"] is None:
            return 0.0, ""
        shade = min(1.0, (100 - row["service_level"]) / DARKEST_LOSS)
        return shade, edition.value(row["service_level"], "0")

    def volume(row: Row) -> tuple[float, str]:
        layout = "0" if row["calls_per_day"] >= 10 else "0.0"
        return row["calls_per_day"] / busiest, edition.value(row["calls_per_day"], layout)

    maps = {"service_level": level, "calls": volume}
    return Section(
        anchor="hours",
        title=edition.report("sections", "hours"),
        lead=edition.report("sections", "hours_lead", least=edition.count(SMALLEST_TILE)),
        maps=[
            _map(tiles, edition, edition.report("sections", name), look)
            for name, look in maps.items()
            if tiles
        ],
    )


def _map(
    tiles: list[Row], edition: Edition, title: str, look: Callable[[Row], tuple[float, str]]
) -> HeatMap:
    first = min(row["hour"] for row in tiles)
    hours = range(first, max(row["hour"] for row in tiles) + 1)
    weekdays = sorted({(row["position"], row["weekday"]) for row in tiles})
    names = {weekday: edition.report("weekdays", str(weekday)) for _, weekday in weekdays}
    drawn = []
    for row in tiles:
        shade, text = look(row)
        where = f"{names[row['weekday']]} {edition.wording.number(row['hour'])}:00"
        drawn.append(
            Tile(
                x=LEFT + STEP * (row["hour"] - first),
                y=TOP + TALL * row["position"],
                shade=round(shade, 2),
                text=text,
                title=f"{where}: {text or edition.report('sections', 'few')}",
            )
        )
    return HeatMap(
        title=title,
        tiles=drawn,
        hours=[
            (LEFT + STEP * number + STEP // 2, edition.wording.number(hour))
            for number, hour in enumerate(hours)
        ],
        weekdays=[
            (TOP + TALL * position + TALL // 2, names[weekday]) for position, weekday in weekdays
        ],
        width=LEFT + STEP * len(hours),
        height=TOP + TALL * 7,
    )


PARTS = (Part(read, shown, ("K-SL",)),)
