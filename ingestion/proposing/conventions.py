"""How a file writes values: calendar, order of dates, decimal separator, zone, phone region.

The zone is never told by a file, so it is always an open question.
"""

import re
from collections.abc import Iterable
from typing import Any

from ingestion.entities import MAPPED_STREAMS
from ingestion.proposing.drafts import Draft, Question
from ingestion.proposing.looking import Look
from ingestion.proposing.wording import said
from ingestion.proposing.words import ascii_digits
from ingestion.stream import ColumnType

DATE = re.compile(r"^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ].*)?$")
OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
ARABIC_LETTERS = re.compile(r"[\u0600-\u06ff]")
CYRILLIC_LETTERS = re.compile(r"[\u0400-\u04ff]")
COMMA_DECIMAL = re.compile(r"^-?[\d .]*\d,\d{1,2}$")
POINT_DECIMAL = re.compile(r"^-?[\d ,]*\d\.\d+$")


def conventions_of(look: Look, drafts: list[Draft]) -> tuple[dict[str, Any], list[Question]]:
    """The conventions of the source, and what to ask about them."""
    dated = _values(look, drafts, {ColumnType.DATE, ColumnType.TIMESTAMP}, typed=False)
    written = [match for value in dated if (match := DATE.match(value))]
    moments = _values(look, drafts, {ColumnType.TIMESTAMP}, typed=True)
    found, questions = _dates(written)
    zone, region = _place(look, found.get("calendar") == "jalali")
    found = {"time_zone": zone, "phone_region": region, **found}
    if not all(OFFSET.search(value) and ":" in value for value in moments):
        questions.insert(
            0,
            Question(
                text=said("In which time zone are the times written?"),
                assumed=zone,
                key="conventions.time_zone",
            ),
        )
    amounts = _values(look, drafts, {ColumnType.DECIMAL}, typed=False)
    if any(map(COMMA_DECIMAL.match, amounts)) and not any(map(POINT_DECIMAL.match, amounts)):
        found["decimal_separator"] = ","
    return found, questions


def _values(
    look: Look, drafts: list[Draft], types: Iterable[ColumnType], *, typed: bool
) -> list[str]:
    """The values of all columns that are read as one of ``types``, perhaps also typed ones."""
    columns = {
        source
        for draft in drafts
        for column in MAPPED_STREAMS[draft.entity].columns
        if column.type in types and (source := draft.read.get(column.name)) in look.columns
    }
    wanted = sorted(columns if typed else columns - look.typed)
    return [ascii_digits(value) for name in wanted for value in look.columns[name]]


def _dates(written: list[re.Match[str]]) -> tuple[dict[str, Any], list[Question]]:
    if not written:
        return {}, []
    parts = [tuple(map(str, match.groups())) for match in written]
    leads = sum(len(first) == 4 for first, _, _ in parts)
    trails = sum(len(last) == 4 for _, _, last in parts)
    if max(leads, trails) < len(parts) / 2:
        return {"dates": "dmy"}, [_order("dmy")]
    years = [int(first if leads >= trails else last) for first, _, last in parts]
    found: dict[str, Any] = {}
    if sum(1200 <= year < 1500 for year in years) > len(years) / 2:
        found["calendar"] = "jalali"
    if leads >= trails:
        return found, []
    is_mdy = any(int(second) > 12 for _, second, _ in parts)
    is_dmy = any(int(first) > 12 for first, _, _ in parts)
    found["dates"] = "mdy" if is_mdy and not is_dmy else "dmy"
    return found, [_order(found["dates"])] if is_mdy == is_dmy else []


def _order(assumed: str) -> Question:
    return Question(
        text=said("In which order are day (d), month (m) and year (y) written?"),
        assumed=assumed,
        key="conventions.dates",
    )


def _place(look: Look, is_jalali: bool) -> tuple[str, str]:
    """The likeliest zone and phone region, by calendar and script."""
    text = " ".join([*look.columns, *(v for c in look.columns.values() for v in c[:20])])
    arabic = len(ARABIC_LETTERS.findall(text))
    cyrillic = len(CYRILLIC_LETTERS.findall(text))
    if is_jalali or arabic > cyrillic:
        return "Asia/Tehran", "IR"
    return ("Europe/Moscow", "RU") if cyrillic else ("UTC", "IR")
