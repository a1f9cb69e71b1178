"""Workbooks that people work from: lines of lists, one Excel file per area of the company.

What stands in the lines belongs in ``lists`` and ``offers``; with names and numbers in
``contact.lists``.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from serving import durable
from serving.wording import END_OF_RUN, LEFT_TO_RIGHT, Language, Wording

SUGGESTED, RECORDED = "suggested", "recorded"
ALWAYS = (SUGGESTED, RECORDED)
"""Sheets that a workbook has even when they are empty, in front of all others."""

OUTCOMES = ("contacted", "resolved", "cancelled")
RISKY_STARTS = tuple("=+-@\t\r\0＝＋－＠")
"""What spreadsheet programs may read as a formula (OWASP, CSV injection)."""

RETURNED = {"outcome": 16, "contacted": 17, "resolved": 17}
"""Empty columns of the suggested cases, to be filled in and returned. A case that a system
holds is kept there, so its sheet has none."""

Columns = Mapping[str, int]
"""Label keys of the columns of a sheet, with their widths in characters."""


@dataclass(frozen=True)
class Line:
    """A line of a list: whose it is, its sheet, the codes of reason and step, cells by column."""

    owner: str
    sheet: str
    reason: str
    step: str
    cells: dict[str, Any]


def write_workbooks(
    folder: Path, lines: Iterable[Line], columns: Mapping[str, Columns], language: Language
) -> dict[str, Path]:
    """Replace ``folder`` by one workbook per area: the path of each.

    Args:
        folder: where ``<owner>.xlsx`` is written.
        lines: in the order in which they are shown.
        columns: of each sheet.
        language: of the headings.
    """
    lists: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for line in lines:
        sheets = lists.setdefault(line.owner, {sheet: [] for sheet in ALWAYS})
        sheets.setdefault(line.sheet, []).append(line.cells)
    draft = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for owner, sheets in lists.items():
        _write(draft / f"{owner}.xlsx", sheets, columns, Wording(language))
    durable.sync_tree(draft)
    shutil.rmtree(folder, ignore_errors=True)
    durable.move(draft, folder)
    return {owner: folder / f"{owner}.xlsx" for owner in lists}


def label_joins(language: Language, labeled: Mapping[str, tuple[str, str]], rows: str) -> str:
    """SQL that joins the label of each code of ``rows``; its ``label`` is null without one.

    Args:
        language: of the labels.
        labeled: domain of the labels and column of the codes, by the alias of the join.
        rows: alias of the rows.
    """
    return "\n".join(
        f"left join (select code, name_{language} as label from dim_labels"
        f" where domain = '{domain}') as {alias} on {alias}.code = {rows}.{column}"
        for alias, (domain, column) in labeled.items()
    )


def day_cell(day: date | None, wording: Wording, calendar: str) -> date | str | None:
    """A day as a cell; a Jalali one is text."""
    return _plain(wording.date(day)) if day and calendar == "jalali" else day


def time_cell(moment: datetime, wording: Wording, calendar: str) -> datetime | str:
    """A day and time as a cell, to be read and returned; a Jalali one is text."""
    return _plain(wording.time(moment)) if calendar == "jalali" else moment


def harmless(cell: Any) -> Any:
    """Text that no spreadsheet program takes for a formula; everything else as it is.

    Control characters have no place in a workbook: the program that writes it refuses them.
    """
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell)
    return f"'{text}" if cell.startswith(RISKY_STARTS) else text


def _plain(text: str) -> str:
    """Without the marks of reading direction."""
    return text.replace(LEFT_TO_RIGHT, "").replace(END_OF_RUN, "")


def _write(
    path: Path,
    sheets: Mapping[str, list[dict[str, Any]]],
    shown: Mapping[str, Columns],
    wording: Wording,
) -> None:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    for name, lines in sheets.items():
        sheet = workbook.create_sheet(wording.say("lists", name))
        columns = {**shown[name], **(RETURNED if name == SUGGESTED else {})}
        _lay_out(sheet, columns, len(lines), wording)
        for row in _rows(sheet, columns, lines, wording):
            sheet.append(row)
    workbook.save(path)


def _lay_out(sheet: Any, columns: Columns, count: int, wording: Wording) -> None:
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
    sheet: Any, columns: Columns, lines: list[dict[str, Any]], wording: Wording
) -> Iterator[list[Any]]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    headings = [WriteOnlyCell(sheet, wording.say("lists", "columns", key)) for key in columns]
    for heading in headings:
        heading.font = Font(bold=True)
    yield headings
    for line in lines:
        yield [harmless(line[key]) for key in columns if key in line]


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))
