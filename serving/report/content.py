"""What the report shows: published values of the whole company, month by month.

How they are worded belongs in ``page``, how they are drawn in ``pictures``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import duckdb

from serving.headlines import HEADLINES, MONTHS, SMALLEST_PLACE

COUNT_MONTHS = 13
"""A year and the same month of the year before."""

COMPANY_HISTORY = f"""
    select
        kpi_id, kpi_name_en, kpi_name_fa, kpi_name_ru, owner, unit, display_format,
        period_start, value, ci_low, ci_high, n, target, status, delta, delta_significant,
        currency_code
    from mart_cx_kpi
    where
        is_headline
        and grain_name = 'company'
        and period_type = $period_type
        and period_end <= $as_of
        and not coalesce(suppressed, false)
    qualify
        dense_rank() over (order by period_start desc) <= {COUNT_MONTHS}
    order by owner, kpi_id, statistic, period_start
"""

PLACES = f"""
    select
        kpi_id, grain_label_en, grain_label_fa, grain_label_ru, value, ci_low, ci_high, n
    from mart_cx_kpi
    where
        is_headline
        and kpi_id in (select unnest($kpis))
        and grain_name = 'market'
        and period_type = $period_type
        and period_start = $period_start
        and n >= {SMALLEST_PLACE}
        and value is not null
        and not coalesce(suppressed, false)
    order by kpi_id, value desc, grain_key
"""

DEFINITIONS = """
    select
        kpi_id, any_value(name_en), any_value(name_fa), any_value(name_ru),
        any_value(question), any_value(question_fa), any_value(question_ru), any_value(unit),
        any_value(direction), any_value(owner),
        max(definition_version), any_value(drill_mart)
    from dim_kpi
    where is_headline
    group by kpi_id
    order by kpi_id
"""

LABELS = "select domain, code, name_en, name_fa, name_ru from dim_labels"

Names = dict[str, str]
"""A name in every language, by language."""


@dataclass(frozen=True)
class Point:
    """One month of a KPI."""

    month: date
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Place:
    """A market in the last complete month."""

    names: Names
    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class Card:
    """A KPI of the company: its months, and how the last one is to be read."""

    kpi_id: str
    names: Names
    owner: str
    unit: str
    currency: str
    layout: str
    points: tuple[Point, ...]
    n: int
    target: float | None
    status: str
    delta: float | None
    is_significant: bool | None
    places: tuple[Place, ...] = ()

    @property
    def last(self) -> Point:
        """The last complete month."""
        return self.points[-1]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a KPI is, as the registry says."""

    kpi_id: str
    names: Names
    questions: Names
    unit: str
    direction: str
    owner: str
    version: int
    mart: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that is shown: headlines, every other KPI by owner, the registry, and labels."""

    as_of: date
    headlines: tuple[Card, ...]
    others: dict[str, tuple[Card, ...]]
    definitions: tuple[Definition, ...]
    labels: dict[tuple[str, str], Names]

    def label(self, domain: str, code: str, language: str) -> str:
        """The name of a code; an unknown code names itself."""
        return self.labels.get((domain, code), {}).get(language) or code


def read(connection: duckdb.DuckDBPyConnection, calendar: str) -> Content:
    """The content of the published version that the connection has open.

    Args:
        connection: on the version's DuckDB file.
        calendar: ``gregorian`` or ``jalali``: whose months are shown.
    """
    [(as_of,)] = connection.execute("select as_of from _meta").fetchall()
    wanted = {"period_type": MONTHS[calendar], "as_of": as_of}
    rows = connection.execute(COMPANY_HISTORY, wanted).fetchall()
    cards = list(_cards(rows))
    places = _places(connection, calendar, cards)
    headlines = [
        Card(**{**vars(card), "places": places.get(card.kpi_id, ())})
        for card in cards
        if card.kpi_id in HEADLINES
    ]
    others = [card for card in cards if card.kpi_id not in HEADLINES]
    return Content(
        as_of=as_of,
        headlines=tuple(sorted(headlines, key=lambda card: HEADLINES.index(card.kpi_id))),
        others={
            owner: tuple(group) for owner, group in groupby(others, key=lambda card: card.owner)
        },
        definitions=tuple(_definition(row) for row in connection.execute(DEFINITIONS).fetchall()),
        labels={
            (domain, code): _names(*names)
            for domain, code, *names in connection.execute(LABELS).fetchall()
        },
    )


def _cards(rows: list[tuple[Any, ...]]) -> Iterator[Card]:
    for _, group in groupby(rows, key=lambda row: (row[4], row[0])):
        months = list(group)
        kpi_id, *names, owner, unit, layout = months[-1][:7]
        n, target, status, delta, is_significant, currency = months[-1][11:]
        yield Card(
            kpi_id=kpi_id,
            names=_names(*names),
            owner=owner or "",
            unit=unit or "",
            currency=currency or "",
            layout=layout or "0.0",
            points=tuple(Point(row[7], *row[8:11]) for row in months),
            n=n or 0,
            target=target,
            status=status or "",
            delta=delta,
            is_significant=is_significant,
        )


def _places(
    connection: duckdb.DuckDBPyConnection, calendar: str, cards: list[Card]
) -> dict[str, tuple[Place, ...]]:
    if not cards:
        return {}
    wanted = {
        "kpis": list(HEADLINES),
        "period_type": MONTHS[calendar],
        "period_start": max(card.last.month for card in cards),
    }
    rows = connection.execute(PLACES, wanted).fetchall()
    return {
        kpi_id: tuple(Place(_names(*row[1:4]), *row[4:]) for row in group)
        for kpi_id, group in groupby(rows, key=lambda row: row[0])
    }


def _definition(row: tuple[Any, ...]) -> Definition:
    kpi_id, *texts, unit, direction, owner, version, mart = row
    return Definition(
        kpi_id=kpi_id,
        names=_names(*texts[:3]),
        questions=_names(*texts[3:]),
        unit=unit or "",
        direction=direction or "",
        owner=owner or "",
        version=version,
        mart=mart or "",
    )


def _names(english: str, persian: str, russian: str) -> Names:
    return {"en": english, "fa": persian, "ru": russian}
