"""The answer to "why is it what it is?" as plain text, in the company's language.

What is looked up belongs in ``asked`` and ``evidence``, the arithmetic in ``effects``; words
are in ``serving/labels.yaml``.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from serving.explanation import asked, evidence
from serving.explanation.asked import Question, Row
from serving.explanation.effects import Effect
from serving.headlines import Calendar
from serving.versions import DATABASE
from serving.wording import Language, Wording, for_terminal

COUNT_EFFECTS = 5
QUESTIONS = {"en": "question", "fa": "question_fa", "ru": "question_ru"}


def explain(
    version: Path, question: Question, *, language: Language = "en", calendar: str = "gregorian"
) -> str:
    """The answer as plain text: definition, parts, change and its causes, rows, remarks.

    Args:
        version: folder of a published version, as ``current_version`` tells.
        question: the KPI, place and period.
        language: of the answer.
        calendar: the company's own, ``gregorian`` or ``jalali``.

    Raises:
        ExplainError: what is asked is not published; the message says what is.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        row = asked.find(connection, question, calendar)
        jalali = Calendar(connection) if calendar == "jalali" else None
        page = _Page(connection, row, Wording(language, jalali))
        sections = [page.definition(), page.value(), page.change(), page.rows(), page.remarks()]
    return for_terminal("\n\n".join("\n".join(section) for section in sections) + "\n")


class _Page:
    """The sections of an answer."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, row: Row, wording: Wording) -> None:
        self._connection, self._row, self._wording = connection, row, wording
        self._definition = evidence.definition(connection, row)

    def definition(self) -> list[str]:
        row, of = self._row, self._definition
        language = self._wording.language
        name, question = row[f"kpi_name_{language}"], of[QUESTIONS[language]]
        return [
            f"{name} ({row['kpi_id']} · {self._label('statistic', row['statistic'])})",
            f"  {question}",
            "  "
            + self._say(
                "definition",
                version=self._wording.number(row["definition_version"]),
                unit=self._label("unit", of["unit"]),
                direction=self._label("direction", row["direction"]),
                owner=self._label("owner", row["owner"]),
            ),
        ]

    def value(self) -> list[str]:
        row, number = self._row, self._wording.number
        place = row[f"grain_label_{self._wording.language}"] or row["grain_key"]
        lines = [f"{place} · {self._period(row)}: {self._measure(row['value'])}"]
        if row["denominator"] is not None:
            parts = (number(row["numerator"]), number(row["denominator"]))
            lines.append("  " + self._say("parts", numerator=parts[0], denominator=parts[1]))
        facts = [self._wording.say("count", n=number(row["n"] or 0))]
        if row["ci_low"] is not None and row["ci_high"] is not None:
            low, high = self._measure(row["ci_low"]), self._measure(row["ci_high"])
            facts.append(self._say("interval", low=low, high=high))
        if row["target"] is not None:
            facts.append(self._wording.say("target", target=self._measure(row["target"])))
            facts.append(self._wording.say("status", row["status"] or ""))
        cautions = [
            self._say(flag)
            for flag, is_raised in {
                "low_n": row["low_n"],
                "suppressed": row["suppressed"],
                "immature": (row["mature_share"] or 1) < 1,
            }.items()
            if is_raised
        ]
        return [*lines, "  " + " · ".join(facts), *(f"  {caution}" for caution in cautions)]

    def change(self) -> list[str]:
        row = self._row
        earlier = evidence.before(self._connection, row)
        if earlier is None or None in (earlier["value"], row["value"]):
            return [self._say("no_change")]
        delta = self._signed(row["value"] - earlier["value"])
        is_real = row["delta_significant"]
        meaning = {None: "change", True: "significant", False: "noise"}[is_real]
        said = delta if is_real is None else self._wording.say(meaning, delta=delta)
        title = self._say(
            "change", period=self._period(earlier), value=self._measure(earlier["value"])
        )
        return [f"{title} {said}", *self._causes(earlier)]

    def _causes(self, earlier: Row) -> Iterator[str]:
        scale = evidence.scale_of(self._definition)
        if scale is None:
            yield "  " + self._say("not_additive")
            return
        language = self._wording.language
        found = evidence.causes(self._connection, self._row, earlier, scale, language)
        is_any = False
        for grain, labels, effects in found:
            is_any = True
            yield f"  {self._say('by', grain=self._label('grain', grain))}"
            for effect in effects[:COUNT_EFFECTS]:
                yield self._effect(labels.get(effect.key) or self._say("rest"), effect)
            if others := effects[COUNT_EFFECTS:]:
                rate, mix = sum(e.rate for e in others), sum(e.mix for e in others)
                yield self._effect(self._say("others"), Effect("", rate, mix))
        if not is_any:
            yield "  " + self._say("no_parts")

    def _effect(self, place: str, effect: Effect) -> str:
        said = self._say("effect", rate=self._signed(effect.rate), mix=self._signed(effect.mix))
        return f"    {place}: {self._signed(effect.total)} ({said})"

    def rows(self) -> list[str]:
        query = evidence.query_of(self._row)
        if query is None:
            return [self._say("no_rows")]
        count, names, cells = evidence.rows_behind(self._connection, query)
        title = self._say("rows", count=self._wording.number(count))
        widths = [max(len(text) for text in column) for column in zip(names, *cells, strict=True)]
        table = [
            "  " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
            for line in ([names, *cells] if cells else [])
        ]
        return [title, *(line.rstrip() for line in table), f"  {self._wording.literal(query)}"]

    def remarks(self) -> list[str]:
        found = evidence.remarks(self._connection, self._row)
        lines = [
            "  " + " · ".join(str(part) for part in self._remark(remark) if part)
            for remark in found
        ]
        return [self._say("remarks"), *(lines or [f"  {self._say('no_remarks')}"])]

    def _remark(self, remark: Row) -> tuple[Any, ...]:
        rows = remark["count_rows"]
        count = self._wording.number(rows) if rows else ""
        return (
            self._wording.literal(remark["place"]),
            self._say("remark", remark["status"]),
            count and self._say("count_rows", count=count),
            remark["rule"],
            remark["message"],
        )

    def _period(self, row: Row) -> str:
        last = row["period_end"] - timedelta(days=1)
        return f"{self._wording.date(row['period_start'])} – {self._wording.date(last)}"

    def _measure(self, value: float | None) -> str:
        if value is None:
            return self._wording.say("no_value")
        row = self._row
        return self._wording.measure(value, row["display_format"] or "0.0", row["unit"])

    def _signed(self, value: float) -> str:
        layout = (self._row["display_format"] or "0.0").lstrip("+")
        return self._wording.measure(value, f"+{layout}")

    def _label(self, domain: str, code: str | None) -> str:
        query = (
            f"select name_{self._wording.language} from dim_labels where domain = ? and code = ?"
        )
        found = self._connection.execute(query, [domain, code]).fetchall()
        return str(found[0][0] if found else code)

    def _say(self, *keys: str, **values: str) -> str:
        return self._wording.say("explain", *keys, **values)
