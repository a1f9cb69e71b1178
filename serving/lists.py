"""Lists that people work from: open cases and offers, one Excel workbook per area.

Reads the published ``mart_action_today``, so a list shows what BI tools show: pseudonymous
customers, no names and no numbers to dial: the edition that has them is made in
``contact.lists``. Which cases there are and whose they are belongs in ``dbt_project``; a list
that comes back filled in is read by the connector ``files`` (see the room's README). Whom to
ask back and what to offer is read in ``offers``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from serving.headlines import Calendar
from serving.offers import OFFERED, offers
from serving.versions import DATABASE
from serving.wording import Language, Wording
from serving.workbooks import (
    RECORDED,
    SUGGESTED,
    Columns,
    Line,
    label_joins,
    time_cell,
    write_workbooks,
)

LISTS = "lists"

SHOWN = {
    "case": 22,
    "due": 17,
    "overdue": 10,
    "reason": 26,
    "step": 26,
    "customer": 36,
    "segment": 12,
    "market": 12,
    "language": 10,
    "channel": 14,
    "team": 18,
    "agent": 10,
    "status": 16,
    "opened": 17,
}
SHEETS: dict[str, Columns] = {SUGGESTED: SHOWN, RECORDED: SHOWN, **OFFERED}
"""Columns of each sheet of a list."""

CASES = """
    select
        cases.owner, cases.status = 'suggested', cases.reason, cases.suggested_step,
        cases.case_id, timezone($time_zone, timezone('UTC', cases.step_due_at)) as due,
        cases.is_overdue,
        coalesce(reasons.label, cases.reason), coalesce(steps.label, cases.suggested_step),
        cases.customer_id, coalesce(segments.label, cases.segment),
        coalesce(markets.label, cases.market), coalesce(languages.label, cases.language),
        coalesce(channels.label, cases.preferred_channel), cases.team_name, cases.agent_number,
        coalesce(statuses.label, cases.status),
        timezone($time_zone, timezone('UTC', cases.opened_at)) as opened
    from mart_action_today as cases
    {joins}
    order by cases.owner, cases.step_due_at, cases.case_id
"""
LABELED = {
    "reasons": ("reason", "reason"),
    "steps": ("suggested_step", "suggested_step"),
    "segments": ("segment", "segment"),
    "markets": ("market", "market"),
    "languages": ("language", "language"),
    "channels": ("channel", "preferred_channel"),
    "statuses": ("case_status", "status"),
}


@dataclass(frozen=True, kw_only=True)
class ListSettings:
    """For whom the lists are written.

    Args:
        language: of headings and labels; Persian sheets read from right to left.
        time_zone: of the times.
        calendar: of the dates, ``gregorian`` or ``jalali``.
    """

    language: Language
    time_zone: str
    calendar: str = "gregorian"


def write_lists(
    version: Path, settings: ListSettings, *, night: Path | None = None
) -> dict[str, Path]:
    """Write ``lists/<owner>.xlsx`` into a published version: the path of each area's list.

    Areas with nothing to do get none; lists that stood there before are replaced as a whole.

    Args:
        version: folder of the version whose cases they are, as ``cases_version`` tells.
        settings: language and time zone.
        night: folder of the version whose offers they are; by default the same.
    """
    lines = all_lines(version, settings, night)
    return write_workbooks(version / LISTS, lines, SHEETS, settings.language)


def all_lines(version: Path, settings: ListSettings, night: Path | None = None) -> list[Line]:
    """The open cases of a version and the offers of a night, as a person reads them.

    Whoever has an open case is made no offer, also when it came after the night.
    """
    cases = open_cases(version, settings)
    waiting = {case.cells["customer"] for case in cases}
    made = offers(night or version, settings.language, settings.calendar)
    return [*cases, *(offer for offer in made if offer.cells["customer"] not in waiting)]


def open_cases(version: Path, settings: ListSettings) -> list[Line]:
    """The open cases of a published version, as a person reads them, the most urgent first."""
    query = CASES.format(joins=label_joins(settings.language, LABELED, "cases"))
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        jalali = Calendar(connection) if settings.calendar == "jalali" else None
        wording = Wording(settings.language, jalali)
        rows = connection.execute(query, {"time_zone": settings.time_zone})
        cases = []
        for owner, is_suggested, reason, step, *cells in rows.fetchall():
            shown = dict(zip(SHOWN, _shown(cells, wording, settings.calendar), strict=True))
            sheet = SUGGESTED if is_suggested else RECORDED
            cases.append(Line(owner, sheet, reason, step, shown))
        return cases


def _shown(cells: list[Any], wording: Wording, calendar: str) -> list[Any]:
    """The cells of a case as a person reads them."""
    case, due, is_overdue, *middle, opened = cells
    overdue = wording.say("lists", "overdue") if is_overdue else None
    return [
        case,
        time_cell(due, wording, calendar),
        overdue,
        *middle,
        time_cell(opened, wording, calendar),
    ]
