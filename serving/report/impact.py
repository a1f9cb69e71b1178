"""The sections of what to improve first: priorities, pain points, and the journey.

Ranks and scores are those of ``mart_priorities``, ``mart_pain_points`` and
``mart_journey_map``; nothing is weighed here.
"""

import duckdb

from serving.report.edition import Edition
from serving.report.sections import Cell, Part, Row, Section, Span, rows

MOST = 5

PRIORITIES = f"""
    select * from mart_priorities
    where period_end <= $as_of
    qualify
        period_start = max(period_start) over ()
        and priority_rank <= {MOST}
    order by priority_rank, touchpoint
"""

PAIN_POINTS = f"""
    select * from mart_pain_points
    where period_end <= $as_of
    qualify
        period_start = max(period_start) over (partition by theme_kind)
        and pain_rank <= {MOST}
    order by theme_kind, pain_rank, theme
"""

JOURNEY = """
    select
        cells.*,
        row_number() over (
            order by
                coalesce(cells.low_n, true) or cells.csat_pct is null,
                cells.csat_pct,
                cells.stage_code,
                cells.touchpoint
        ) = 1 and cells.csat_pct is not null and not cells.low_n as is_worst
    from mart_journey_map as cells
    left join dim_journey_stages as stages on cells.stage = concat(
        stages.journey, ':', stages.stage_code
    )
    where cells.month_end_date <= $as_of
    qualify cells.month_start_date = max(cells.month_start_date) over ()
    order by stages.sort_order, cells.stage_code, cells.touchpoint
"""


def read_priorities(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """The touchpoints where improvement counts most, of the last complete month."""
    return rows(connection, PRIORITIES, {"as_of": span.as_of})


def priorities(touchpoints: list[Row], edition: Edition) -> Section:
    """A line per touchpoint: how satisfied, how far from the target, how much it matters."""
    return Section(
        anchor="priorities",
        title=edition.report("sections", "priorities"),
        lead=edition.report("sections", "priorities_lead"),
        columns=_columns(
            edition,
            "rank",
            "touchpoint",
            "satisfied",
            "gap",
            "impact",
            "touches",
            "priority",
            "owner",
        ),
        rows=[
            [
                Cell(edition.count(row["priority_rank"])),
                Cell(edition.label("touchpoint", row["touchpoint"]), _few(row, edition)),
                Cell(
                    edition.percent(row["csat_pct"]),
                    edition.say("count", n=edition.count(row["count_csat_responses"])),
                ),
                Cell(_number(row["gap_points"], edition)),
                Cell(_number(row["impact_points"], edition)),
                Cell(edition.count(row["count_touches"])),
                Cell(_number(row["priority_score"], edition)),
                Cell(edition.label("owner", row["owner"])),
            ]
            for row in touchpoints
        ],
    )


def read_pain_points(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """The themes that hurt most, of the last complete month."""
    return rows(connection, PAIN_POINTS, {"as_of": span.as_of})


def pain_points(themes: list[Row], edition: Edition) -> Section:
    """A line per theme: how often, how painful, and what it costs in further contacts."""
    return Section(
        anchor="pain_points",
        title=edition.report("sections", "pain_points"),
        lead=edition.report("sections", "pain_points_lead"),
        columns=_columns(
            edition, "rank", "theme", "mentions", "painful", "extra_contacts", "impact"
        ),
        rows=[
            [
                Cell(edition.count(row["pain_rank"])),
                Cell(_theme(row, edition), _few(row, edition)),
                Cell(edition.count(row["count_mentions"]), edition.percent(row["theme_share_pct"])),
                Cell(edition.percent(row["painful_pct"]), _interval(row, "painful_pct", edition)),
                Cell(
                    ""
                    if row["count_extra_contacts"] is None
                    else edition.count(row["count_extra_contacts"])
                ),
                Cell(_number(row["impact_points"], edition)),
            ]
            for row in themes
        ],
    )


def read_journey(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """The cells of the journey in the last complete month; ``is_worst`` marks one."""
    return rows(connection, JOURNEY, {"as_of": span.as_of})


def journey(cells: list[Row], edition: Edition) -> Section:
    """A line per stage and touchpoint, the least satisfied with a chip."""
    worst = edition.report("sections", "worst_cell")
    return Section(
        anchor="journey",
        title=edition.report("sections", "journey"),
        lead=edition.report("sections", "journey_lead"),
        columns=_columns(edition, "stage", "touchpoint", "touches", "satisfied", "effort", "left"),
        rows=[
            [
                Cell(edition.label("journey_stage", row["stage_code"])),
                Cell(
                    edition.label("touchpoint", row["touchpoint"]),
                    chip=worst if row["is_worst"] else "",
                ),
                Cell("" if row["count_touches"] is None else edition.count(row["count_touches"])),
                Cell(edition.percent(row["csat_pct"]), _interval(row, "csat_pct", edition)),
                Cell("" if row["mean_ces"] is None else edition.value(row["mean_ces"], "0.00")),
                Cell(
                    edition.percent(row.get("drop_off_pct")),
                    _interval(row, "drop_off_pct", edition),
                ),
            ]
            for row in cells
        ],
    )


def _columns(edition: Edition, *keys: str) -> tuple[str, ...]:
    return tuple(edition.report("columns", key) for key in keys)


def _theme(row: Row, edition: Edition) -> str:
    domain = "reason" if row["theme_kind"] == "reason" else "theme"
    return edition.label(domain, row["theme"])


def _few(row: Row, edition: Edition) -> str:
    return edition.report("sections", "few") if row["low_n"] else ""


def _number(value: float | None, edition: Edition) -> str:
    return "" if value is None else edition.value(value)


def _interval(row: Row, name: str, edition: Edition) -> str:
    low, high = row.get(f"{name}_ci_low"), row.get(f"{name}_ci_high")
    if low is None or high is None:
        return ""
    return f"{edition.percent(low)} – {edition.percent(high)}"


PARTS = (
    Part(read_priorities, priorities, ("K-JMAP",)),
    Part(read_pain_points, pain_points, ("K-JMAP", "K-SENT")),
    Part(read_journey, journey, ("K-JMAP",)),
)
