"""Words, numbers and dates in the company's language.

The words are in ``labels.yaml``. What is said, and in which order, belongs in
``screen`` and ``report``.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

Language = Literal["en", "fa", "ru"]
JalaliDate = tuple[int, int, int]

LABELS = Path(__file__).with_name("labels.yaml")
PERCENT = "percent"
PERSIAN_SIGNS = str.maketrans("0123456789.,%", "۰۱۲۳۴۵۶۷۸۹٫٬٪")
RUSSIAN_SIGNS = str.maketrans(".,", ",\u00a0")
LEFT_TO_RIGHT, END_OF_RUN = "\u2066", "\u2069"
"""Isolates: they keep a path or a signed number whole inside a right-to-left line."""

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def for_terminal(text: str) -> str:
    """``text`` without signs that a terminal would obey instead of show; line ends stay."""
    return CONTROL.sub("\ufffd", text)


@cache
def _labels() -> dict[str, dict[str, Any]]:
    labels: dict[str, dict[str, Any]] = yaml.safe_load(LABELS.read_text(encoding="utf-8"))
    return labels


class Wording:
    """How one language says things.

    Args:
        language: the company's language.
        jalali: looks up the Jalali date of a day; None writes Gregorian dates.
    """

    def __init__(
        self, language: Language, jalali: Callable[[date], JalaliDate | None] | None = None
    ) -> None:
        self.language = language
        self._labels = _labels()[language]
        self._jalali = jalali

    def say(self, *keys: str, **values: str) -> str:
        """The label below ``keys``, with values filled in; an unknown last key says itself."""
        found: Any = self._labels
        for key in keys:
            found = found.get(key, key)
        return str(found).format(**values) if values else str(found)

    def number(self, value: int | float | Decimal, *, decimals: int = 0) -> str:
        """A number with the language's digits and separators."""
        return self._digits(f"{value:,.{decimals}f}")

    def measure(self, value: float | Decimal, layout: str, unit: str | None = None) -> str:
        """A KPI value laid out like ``0.0`` or ``+0.00``, with a sign when it is a percent."""
        decimals = len(layout.partition(".")[2])
        sign = "+" if layout.startswith("+") else ""
        percent = "%" if unit == PERCENT else ""
        # Nothing is neither above nor below.
        sign = sign if round(value, decimals) else ""
        shown = round(value, decimals) or 0
        text = f"{shown:{sign},.{decimals}f}{percent}".replace("-", "−")
        return self.literal(self._digits(text))

    def share(self, part: int, total: int) -> str:
        """A part of a total in percent."""
        return self.measure(100 * part / total, "0.0", PERCENT)

    def month(self, day: date) -> str:
        """The month of a day in the company's calendar."""
        jalali = self._jalali(day) if self._jalali else None
        year, month = jalali[:2] if jalali else (day.year, day.month)
        return self.literal(self._date_digits(f"{year}-{month:02}"))

    def date(self, day: date) -> str:
        """A day in the company's calendar."""
        jalali = self._jalali(day) if self._jalali else None
        year, month, number = jalali or (day.year, day.month, day.day)
        return self.literal(self._date_digits(f"{year}-{month:02}-{number:02}"))

    def time(self, moment: datetime) -> str:
        """A day with hour and minute."""
        clock = self._date_digits(f"{moment:%H:%M}")
        return f"{self.date(moment.date())} {self.literal(clock)}"

    def literal(self, text: str) -> str:
        """Text that reads from left to right whatever stands around it."""
        return f"{LEFT_TO_RIGHT}{text}{END_OF_RUN}" if self.language == "fa" else text

    def _digits(self, text: str) -> str:
        signs = {"fa": PERSIAN_SIGNS, "ru": RUSSIAN_SIGNS}.get(self.language)
        return text.translate(signs) if signs else text

    def _date_digits(self, text: str) -> str:
        return text.translate(PERSIAN_SIGNS) if self.language == "fa" else text
