"""The one screen that ends a night: what a CX manager asks first, in the company's language.

Reads the published version only, so it shows what BI tools show. Numbers and words are
formatted in ``wording``; how the numbers come about belongs in ``dbt_project``.
"""

import textwrap
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from serving import headlines
from serving.headlines import Headline
from serving.versions import DATABASE
from serving.wording import Language, Wording, for_terminal

WIDTH = 100
COUNT_REJECTIONS = 5


@dataclass(frozen=True, kw_only=True)
class ScreenSettings:
    """For whom the screen is written.

    Args:
        paths: places worth knowing, by label key.
    """

    language: Language
    company_name: str
    time_zone: str
    calendar: str = "gregorian"
    is_demo: bool = False
    paths: dict[str, Path] = field(default_factory=dict)


def render(version: Path, settings: ScreenSettings) -> str:
    """The screen for a published version as plain text, at most 100 columns wide.

    Args:
        version: folder of the version, as ``current_version`` tells.
        settings: language, names and paths.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        wording = Wording(settings.language, _calendar(connection, settings))
        page = _Page(connection, wording, settings)
        lines = [
            *page.title(),
            *page.freshness(),
            *page.headlines(),
            *page.matched(),
            *page.rejected(),
            *page.paths(),
        ]
    text = "\n".join(piece for line in lines for piece in _fitted(line)) + "\n"
    return for_terminal(text)


class _Page:
    """The sections of the screen."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        wording: Wording,
        settings: ScreenSettings,
    ) -> None:
        self._connection = connection
        self._wording = wording
        self._settings = settings
        query = "select as_of from _meta"
        self._as_of: date = connection.execute(query).fetchall()[0][0]

    def title(self) -> list[str]:
        say, settings = self._wording.say, self._settings
        name, mark = settings.company_name, say("demo")
        is_unmarked = settings.is_demo and mark.lower() not in name.lower()
        as_of = say(
            "as_of",
            date=self._wording.date(self._as_of),
            time_zone=self._wording.literal(settings.time_zone),
        )
        return [f"{mark} · {name}" if is_unmarked else name, as_of]

    def freshness(self) -> list[str]:
        say, zone = self._wording.say, ZoneInfo(self._settings.time_zone)
        lines = ["", say("freshness")]
        for source, status, through, message in self._health(
            "source_id, status, timezone('UTC', data_through), message", "source", "source_id"
        ):
            age = (
                say("through", time=self._wording.time(through.astimezone(zone)))
                if through
                else say("no_time" if status == "fresh" else "no_data")
            )
            parts = [f"{source}: {say('source_status', status)}", age, message]
            lines.append("  " + " · ".join(filter(None, parts)))
        return lines

    def headlines(self) -> list[str]:
        say, wording = self._wording.say, self._wording
        found = headlines.read(
            self._connection, self._settings.language, self._settings.calendar, self._as_of
        )
        if not found:
            return ["", say("headlines", period="–"), "  " + say("no_headline")]
        first, last = found[0].period_start, found[0].last_day
        period = f"{wording.date(first)} – {wording.date(last)}"
        lines = ["", say("headlines", period=period)]
        for headline in found:
            lines += self._headline(headline)
        return lines

    def _headline(self, headline: Headline) -> list[str]:
        say, wording = self._wording.say, self._wording
        name = say("kpi", headline.kpi_id)
        if headline.value is None:
            return [f"  {name}: {say('no_value')}"]
        layout, unit = headline.layout, headline.unit
        parts = [wording.measure(headline.value, layout, unit)]
        if headline.target is None:
            parts.append(say("no_target"))
        else:
            parts.append(say("target", target=wording.measure(headline.target, layout, unit)))
            parts.append(say("status", headline.status))
        parts.append(say("count", n=wording.number(headline.n)))
        parts.append(self._change(headline))
        worst = say("no_worst")
        if headline.worst:
            place = headline.worst
            worst = say(
                "worst",
                grain=say("grain", place.grain),
                place=place.label,
                value=wording.measure(place.value, layout, unit),
                n=wording.number(place.n),
            )
        return [f"  {name}: {' · '.join(parts)}", f"      {worst}"]

    def _change(self, headline: Headline) -> str:
        if headline.delta is None or headline.is_significant is None:
            return self._wording.say("unknown_change")
        delta = self._wording.measure(headline.delta, f"+{headline.layout.lstrip('+')}")
        return self._wording.say("significant" if headline.is_significant else "noise", delta=delta)

    def matched(self) -> list[str]:
        say, wording = self._wording.say, self._wording
        lines = ["", say("matched")]
        found = self._health(
            "name, status, rule, count_rows, count_total_rows", "matched", "count_rows desc, rule"
        )
        for name in dict.fromkeys(row[0] for row in sorted(found, reverse=True)):
            rows = [row for row in found if row[0] == name]
            linked = sum(count for _, status, _, count, _ in rows if status == "matched")
            total = rows[0][4]
            parts = [
                say("matched_line", share=wording.share(linked, total), total=wording.number(total))
            ]
            missed = [row for row in rows if row[1] == "missed"]
            if missed:
                cause = say("cause", missed[0][2] or "")
                parts.append(say("missed", cause=cause, count=wording.number(missed[0][3])))
            lines.append(f"  {say('matched_kind', name)}: {' · '.join(parts)}")
        return lines

    def rejected(self) -> list[str]:
        say, wording = self._wording.say, self._wording
        found = self._health(
            "coalesce(file_name, table_name), column_name, rule, count_rows",
            "rejected",
            "count_rows desc, file_name, rule, column_name",
        )
        lines = ["", say("rejected")]
        for file, column, rule, count in found[:COUNT_REJECTIONS]:
            said = say(
                "rejected_column" if column else "rejected_line",
                rows=wording.number(count),
                column=wording.literal(column or ""),
                rule=wording.literal(rule or ""),
            )
            lines.append(f"  {wording.literal(_short(str(file)))}: {said}")
        return lines if found else [*lines, f"  {say('nothing_rejected')}"]

    def paths(self) -> list[str]:
        say, wording = self._wording.say, self._wording
        places = [
            f"  {say('path', key)}: {wording.literal(str(path))}"
            for key, path in self._settings.paths.items()
        ]
        return ["", say("paths"), *places] if places else []

    def _health(self, columns: str, kind: str, order: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(
            f"select {columns} from mart_dq_health where kind = ? order by {order}",
            [kind],
        ).fetchall()


def _calendar(
    connection: duckdb.DuckDBPyConnection, settings: ScreenSettings
) -> headlines.Calendar | None:
    return headlines.Calendar(connection) if settings.calendar == "jalali" else None


def _short(path: str) -> str:
    """The last two parts of a path: folder and file."""
    return "/".join(Path(path).parts[-2:])


def _fitted(line: str) -> list[str]:
    """A line broken at spaces; a longer word such as a path stays whole to be copied."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
