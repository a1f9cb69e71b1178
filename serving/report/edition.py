"""The report in one language: how its words, numbers and days are said.

What is said, and in which order, belongs in ``content`` and in the modules of the sections.
"""

from datetime import date

from serving.headlines import SMALLEST_PLACE
from serving.report.content import Card, Content, Definition
from serving.wording import Wording


class Edition:
    """One language of the report: what templates and sections may say."""

    def __init__(self, wording: Wording, content: Content) -> None:
        self.language = wording.language
        self.direction = "rtl" if wording.language == "fa" else "ltr"
        self.wording, self._content = wording, content

    def say(self, *keys: str, **values: str) -> str:
        """A label of the room."""
        return self.wording.say(*keys, **values)

    def report(self, *keys: str, **values: str) -> str:
        """A label of the report."""
        return self.wording.say("report", *keys, **values)

    def month(self, day: date) -> str:
        """A month in the company's calendar."""
        return self.wording.month(day)

    def day(self, day: date) -> str:
        """A day in the company's calendar."""
        return self.wording.date(day)

    def count(self, number: int | None) -> str:
        """A whole number; nothing counts as none."""
        return self.wording.number(number or 0)

    def label(self, domain: str, code: str | None) -> str:
        """The name of a code; no code has none."""
        return self._content.label(domain, code, self.language) if code else ""

    def value(self, number: float | None, layout: str = "0.0", unit: str | None = None) -> str:
        """A number laid out like ``0.0``; without one, words that say so."""
        if number is None:
            return self.say("no_value")
        return self.wording.measure(number, layout, unit)

    def percent(self, number: float | None) -> str:
        """A share in percent; nothing without one."""
        return "" if number is None else self.value(number, "0.0", "percent")

    def measure(self, card: Card, value: float | None) -> str:
        """A value in the layout of its KPI."""
        return self.value(value, card.layout, card.unit)

    def interval(self, card: Card, low: float | None, high: float | None) -> str:
        """Both ends of an interval; nothing without one."""
        if low is None or high is None:
            return ""
        return f"{self.measure(card, low)} – {self.measure(card, high)}"

    def change(self, card: Card) -> str:
        """The change since the period before, and whether it is real."""
        if card.delta is None or card.is_significant is None:
            is_small = card.n < SMALLEST_PLACE
            return self.say("unknown_change") if is_small else self.report("no_comparison")
        delta = self.wording.measure(card.delta, f"+{card.layout.lstrip('+')}")
        return self.say("significant" if card.is_significant else "noise", delta=delta)

    def goal(self, card: Card) -> str:
        """The target in words."""
        if card.target is None:
            return self.say("no_target")
        return self.say("target", target=self.measure(card, card.target))

    def unit(self, card: Card | Definition) -> str:
        """The unit or currency of a KPI."""
        currency = card.currency if isinstance(card, Card) else ""
        return currency or self.label("unit", card.unit)
