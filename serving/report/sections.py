"""The sections after the headlines: what each may consist of, and how its rows are read.

What a section says belongs in its own module: ``alarms``, ``voices``, ``impact``, ``hours``,
``actions`` and ``access``; their order in ``page``, their looks in ``section.html.jinja``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from serving.report.edition import Edition

Row = dict[str, Any]


@dataclass(frozen=True)
class Span:
    """What the sections look at: a version's folder, its day, and the company's clock.

    Args:
        version: folder of the published version.
        as_of: first day that the numbers do not contain.
        period_type: the company's months in the KPI table.
        time_zone: the company's own.
    """

    version: Path
    as_of: date
    period_type: str
    time_zone: str


@dataclass(frozen=True)
class Cell:
    """One cell: its text, a smaller note below, a chip beside it, and the style of the chip."""

    text: str
    note: str = ""
    chip: str = ""
    style: str = "red"


@dataclass(frozen=True)
class Tile:
    """One rectangle of a heat map: corner, darkness from 0 to 1, its letters and its title."""

    x: int
    y: int
    shade: float
    text: str
    title: str


@dataclass(frozen=True)
class HeatMap:
    """Hours to the right, weekdays downward; sizes in units of the drawing."""

    title: str
    tiles: list[Tile]
    hours: list[tuple[int, str]]
    weekdays: list[tuple[int, str]]
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page; without rows and maps it says that there is no data."""

    anchor: str
    title: str
    lead: str = ""
    columns: tuple[str, ...] = ()
    rows: list[list[Cell]] = field(default_factory=list)
    maps: list[HeatMap] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """A section before it is worded: how it is read, and how an edition shows its rows.

    An empty one is left out where the sources allow none of the KPIs that it is about.
    """

    read: Callable[[duckdb.DuckDBPyConnection, Span], list[Row]]
    shown: Callable[[list[Row], Edition], Section]
    kpis: tuple[str, ...] = ()


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, wanted: dict[str, Any] | None = None
) -> list[Row]:
    """What a query finds; nothing in a version that lacks one of its tables or columns."""
    try:
        cursor = connection.execute(query, wanted or {})
    except (duckdb.CatalogException, duckdb.BinderException):
        return []
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
