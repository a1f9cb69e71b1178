"""The header of a table: the row that names the columns, below titles and above values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.proposing.words import ascii_digits, synonyms

ROWS_SEARCHED = 30
NO_HEADER = "it has no header: write a row with the names of the columns above the first row"
VALUE = re.compile(r"^[+-]?[\d.,:/\-\s]*\d[\d.,:/\-\s]*$|@|^\+?\d[\d ()-]{6,}$")


@dataclass(frozen=True, kw_only=True)
class Header:
    """Where the names stand, counted from 1, how many there are and how many are known."""

    row: int
    width: int
    count_known: int

    @property
    def setting(self) -> dict[str, int]:
        """What a stream declares of it: nothing when the names stand first."""
        return {"header_row": self.row} if self.row > 1 else {}


def find_header(rows: Sequence[Sequence[str]], entities: Sequence[str]) -> Header | None:
    """The likeliest header among the first rows; None when each of them holds values."""
    width = _usual_width(rows)
    found: list[Header] = []
    for place, row in enumerate(rows[:ROWS_SEARCHED], start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        known = max(_count_known(cells, entity) for entity in entities)
        has_values = any(VALUE.search(ascii_digits(cell)) for cell in cells)
        if cells and len(cells) >= 0.6 * width and (known > 1 or not has_values):
            found.append(Header(row=place, width=len(cells), count_known=known))
    return max(found, key=lambda each: (each.count_known, -each.row), default=None)


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """How many cells the fuller half of the rows has at least."""
    widths = sorted(filled for row in rows if (filled := sum(bool(cell.strip()) for cell in row)))
    return widths[len(widths) // 2] if widths else 1


def _count_known(cells: Sequence[str], entity: str) -> int:
    return sum(synonyms().column_of(cell, entity) is not None for cell in cells)
