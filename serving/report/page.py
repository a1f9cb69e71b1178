"""Writes the report: content and words into the template, one file for all languages.

The template holds layout and colors only; the words are in ``serving/labels.yaml``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from serving import durable, headlines
from serving.coverage import Unlocked
from serving.report import (
    access,
    actions,
    alarms,
    content,
    gaps,
    hours,
    impact,
    pictures,
    voices,
)
from serving.report import variants as readings
from serving.report.edition import Edition
from serving.report.sections import Part, Section, Span
from serving.report.templates import rendered
from serving.versions import DATABASE
from serving.wording import Language, Wording

REPORT = "report.html"
LANGUAGES: tuple[Language, ...] = ("en", "fa", "ru")
TEMPLATE = "page.html.jinja"
PARTS = (
    *alarms.PARTS,
    *voices.PARTS,
    *impact.PARTS,
    *hours.PARTS,
    *actions.PARTS,
)
"""The sections between the headlines and the table of every KPI, in this order."""


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """For whom the report is written.

    Args:
        language: the language that is shown first.
        company_names: the company's name by language.
        time_zone, calendar: the company's own.
        is_demo: whether a banner says that nothing here is real.
        unlocked: what the sources allow; what they do not is hidden, and told in one section.
    """

    language: Language
    company_names: dict[str, str]
    time_zone: str
    calendar: str = "gregorian"
    is_demo: bool = False
    unlocked: Unlocked = field(default_factory=Unlocked)


def write_report(version: Path, settings: ReportSettings) -> Path:
    """Write the report of a published version into its folder and return its path.

    A table that the version lacks, or that is empty, leaves a section that says so.

    Args:
        version: folder of the version, as ``current_version`` tells.
        settings: language, names and calendar.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        html = _rendered(connection, version, settings)
    path = version / REPORT
    durable.write_text(path, html)
    return path


def _rendered(
    connection: duckdb.DuckDBPyConnection, version: Path, settings: ReportSettings
) -> str:
    locked = settings.unlocked.lacks
    shown = gaps.without(content.read(connection, settings.calendar), locked)
    months = headlines.MONTHS[settings.calendar]
    span = Span(version, shown.as_of, months, settings.time_zone)
    jalali = headlines.Calendar(connection) if settings.calendar == "jalali" else None
    editions = [Edition(Wording(language, jalali), shown) for language in LANGUAGES]
    cards = [*shown.headlines, *(card for group in shown.others.values() for card in group)]
    return rendered(
        TEMPLATE,
        content=shown,
        settings=settings,
        editions=editions,
        sections=_worded(PARTS, connection, span, editions, locked),
        access=_worded(access.PARTS, connection, span, editions, {}),
        gaps={
            edition.language: gaps.shown(settings.unlocked, edition)
            for edition in editions
            if locked
        },
        variants=readings.beneath(readings.read(connection, span), {card.kpi_id for card in cards}),
        trend=pictures.trend,
        bars=pictures.bars,
    )


def _worded(
    parts: Iterable[Part],
    connection: duckdb.DuckDBPyConnection,
    span: Span,
    editions: list[Edition],
    locked: Collection[str],
) -> dict[str, list[Section]]:
    """The sections by language; each part is read once."""
    read = [(part, part.read(connection, span)) for part in parts]
    found = [
        (part, rows)
        for part, rows in read
        if rows or not part.kpis or any(kpi not in locked for kpi in part.kpis)
    ]
    return {
        edition.language: [part.shown(rows, edition) for part, rows in found]
        for edition in editions
    }
