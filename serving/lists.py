"""Lists that people work from: one Excel workbook of open cases per area of the company.

Reads the published ``mart_action_today``, so a list shows what BI tools show: pseudonymous
customers, no names and no numbers to dial: the edition that has them is made in
``contact.lists``. Which cases there are and whose they are belongs in ``dbt_project``; a list
that comes back filled in is read by the connector ``files`` (see the room's README).
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from serving import durable
from serving.headlines import Calendar
from serving.versions import DATABASE
from serving.wording import END_OF_RUN, LEFT_TO_RIGHT, Language, Wording

LISTS = "lists"
SHEETS = {True: "suggested", False: "recorded"}
OUTCOMES = ("contacted", "resolved", "cancelled")
RISKY_STARTS = tuple("=+-@\t\r\0＝＋－＠")
"""What spreadsheet programs may read as a formula (OWASP, CSV injection)."""

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
"""Columns of a list by label key, with their widths in characters."""

RETURNED = {"outcome": 16, "contacted": 17, "resolved": 17}
"""Empty columns of the suggested cases, to be filled in and returned. A case that a system
holds is kept there, so its sheet has none."""

CASES = """
    with labels as (
        select domain, code, {name} as label from dim_labels
    )
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


@dataclass(frozen=True)
class Case:
    """An open case: whose it is, the codes of its reason and step, and its cells by column."""

    owner: str
    is_suggested: bool
    reason: str
    step: str
    cells: dict[str, Any]


def write_lists(version: Path, settings: ListSettings) -> dict[str, Path]:
    """Write ``lists/<owner>.xlsx`` into a published version: the path of each area's list.

    Areas without a case get none; lists that stood there before are replaced as a whole.

    Args:
        version: folder of the version, as ``current_version`` tells.
        settings: language and time zone.
    """
    return write_workbooks(version / LISTS, open_cases(version, settings), SHOWN, settings.language)


def open_cases(version: Path, settings: ListSettings) -> list[Case]:
    """The open cases of a published version, as a person reads them, the most urgent first."""
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        jalali = Calendar(connection) if settings.calendar == "jalali" else None
        wording = Wording(settings.language, jalali)
        rows = connection.execute(_query(settings.language), {"time_zone": settings.time_zone})
        cases = []
        for owner, is_suggested, reason, step, *cells in rows.fetchall():
            shown = dict(zip(SHOWN, _shown(cells, wording, settings.calendar), strict=True))
            cases.append(Case(owner, is_suggested, reason, step, shown))
        return cases


def write_workbooks(
    folder: Path, cases: Iterable[Case], columns: dict[str, int], language: Language
) -> dict[str, Path]:
    """Replace ``folder`` by one workbook per area: the path of each.

    Args:
        folder: where ``<owner>.xlsx`` is written.
        cases: in the order in which they are shown.
        columns: cells that are shown, by label key, with their widths in characters.
        language: of the headings.
    """
    lists: dict[str, dict[bool, list[dict[str, Any]]]] = {}
    for case in cases:
        sheets = lists.setdefault(case.owner, {True: [], False: []})
        sheets[case.is_suggested].append(case.cells)
    draft = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for owner, sheets in lists.items():
        _write(draft / f"{owner}.xlsx", sheets, columns, Wording(language))
    durable.sync_tree(draft)
    shutil.rmtree(folder, ignore_errors=True)
    durable.move(draft, folder)
    return {owner: folder / f"{owner}.xlsx" for owner in lists}


def _query(language: Language) -> str:
    joins = "\n    ".join(
        f"left join labels as {alias} "
        f"on {alias}.domain = '{domain}' and {alias}.code = cases.{column}"
        for alias, (domain, column) in LABELED.items()
    )
    return CASES.format(name=f"name_{language}", joins=joins)


def _shown(cells: list[Any], wording: Wording, calendar: str) -> list[Any]:
    """The cells of a case as a person reads them."""
    case, due, is_overdue, *middle, opened = cells
    if calendar == "jalali":
        due, opened = _time(due, wording), _time(opened, wording)
    overdue = wording.say("lists", "overdue") if is_overdue else None
    return [case, due, overdue, *middle, opened]


def _time(moment: datetime, wording: Wording) -> str:
    """A day and time to be read and returned: without the marks of reading direction."""
    return wording.time(moment).replace(LEFT_TO_RIGHT, "").replace(END_OF_RUN, "")


def _write(
    path: Path,
    sheets: dict[bool, list[dict[str, Any]]],
    shown: dict[str, int],
    wording: Wording,
) -> None:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    for is_suggested, lines in sheets.items():
        sheet = workbook.create_sheet(wording.say("lists", SHEETS[is_suggested]))
        columns = {**shown, **(RETURNED if is_suggested else {})}
        _lay_out(sheet, columns, len(lines), wording)
        for row in _rows(sheet, columns, lines, wording):
            sheet.append(row)
    workbook.save(path)


def _lay_out(sheet: Any, columns: dict[str, int], count: int, wording: Wording) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.sheet_view.rightToLeft = wording.language == "fa"
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{_letter(len(columns))}{count + 1}"
    for number, width in enumerate(columns.values(), 1):
        sheet.column_dimensions[_letter(number)].width = width
    if "outcome" in columns and count:
        outcome = _letter(list(columns).index("outcome") + 1)
        choices = ",".join(wording.say("lists", "outcomes", code) for code in OUTCOMES)
        validation = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
        validation.add(f"{outcome}2:{outcome}{count + 1}")
        sheet.data_validations.append(validation)


def _rows(
    sheet: Any, columns: dict[str, int], lines: list[dict[str, Any]], wording: Wording
) -> Iterator[list[Any]]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    headings = [WriteOnlyCell(sheet, wording.say("lists", "columns", key)) for key in columns]
    for heading in headings:
        heading.font = Font(bold=True)
    yield headings
    for line in lines:
        yield [harmless(line[key]) for key in columns if key in line]


def harmless(cell: Any) -> Any:
    """Text that no spreadsheet program takes for a formula; everything else as it is.

    Control characters have no place in a workbook: the program that writes it refuses them.
    """
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell)
    return f"'{text}" if cell.startswith(RISKY_STARTS) else text


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))
