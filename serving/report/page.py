"""Writes the report: content and words into the template, one file for all languages.

The template holds layout and colors only; the words are in ``serving/labels.yaml``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from serving import durable, headlines
from serving.headlines import SMALLEST_PLACE
from serving.report import content, pictures
from serving.report.content import Card, Content, Definition
from serving.report.templates import rendered
from serving.versions import DATABASE
from serving.wording import JalaliDate, Language, Wording

REPORT = "report.html"
LANGUAGES: tuple[Language, ...] = ("en", "fa", "ru")
TEMPLATE = "page.html.jinja"


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """For whom the report is written.

    Args:
        language: the language that is shown first.
        company_names: the company's name by language.
        time_zone, calendar: the company's own.
        is_demo: whether a banner says that nothing here is real.
    """

    language: Language
    company_names: dict[str, str]
    time_zone: str
    calendar: str = "gregorian"
    is_demo: bool = False


def write_report(version: Path, settings: ReportSettings) -> Path:
    """Write the report of a published version into its folder and return its path.

    Args:
        version: folder of the version, as ``current_version`` tells.
        settings: language, names and calendar.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        shown = content.read(connection, settings.calendar)
        jalali = headlines.Calendar(connection) if settings.calendar == "jalali" else None
        html = _rendered(shown, settings, jalali)
    path = version / REPORT
    durable.write_text(path, html)
    return path


def _rendered(
    shown: Content,
    settings: ReportSettings,
    jalali: Callable[[date], JalaliDate | None] | None,
) -> str:
    return rendered(
        TEMPLATE,
        content=shown,
        settings=settings,
        editions=[_Edition(Wording(language, jalali), shown) for language in LANGUAGES],
        trend=pictures.trend,
        bars=pictures.bars,
    )


class _Edition:
    """The report in one language: what the template may say."""

    def __init__(self, wording: Wording, shown: Content) -> None:
        self.language = wording.language
        self.direction = "rtl" if wording.language == "fa" else "ltr"
        self._wording, self._content = wording, shown

    def say(self, *keys: str, **values: str) -> str:
        return self._wording.say(*keys, **values)

    def report(self, key: str, **values: str) -> str:
        return self._wording.say("report", key, **values)

    def month(self, day: date) -> str:
        return self._wording.month(day)

    def day(self, day: date) -> str:
        return self._wording.date(day)

    def count(self, number: int) -> str:
        return self._wording.number(number)

    def label(self, domain: str, code: str) -> str:
        return self._content.label(domain, code, self.language)

    def measure(self, card: Card, value: float | None) -> str:
        if value is None:
            return self.say("no_value")
        return self._wording.measure(value, card.layout, card.unit)

    def interval(self, card: Card, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ""
        return f"{self.measure(card, low)} – {self.measure(card, high)}"

    def change(self, card: Card) -> str:
        if card.delta is None or card.is_significant is None:
            is_small = card.n < SMALLEST_PLACE
            return self.say("unknown_change") if is_small else self.report("no_comparison")
        delta = self._wording.measure(card.delta, f"+{card.layout.lstrip('+')}")
        return self.say("significant" if card.is_significant else "noise", delta=delta)

    def goal(self, card: Card) -> str:
        if card.target is None:
            return self.say("no_target")
        return self.say("target", target=self.measure(card, card.target))

    def unit(self, card: Card | Definition) -> str:
        currency = card.currency if isinstance(card, Card) else ""
        return currency or self.label("unit", card.unit)
