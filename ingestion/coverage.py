"""Coverage: which KPIs the configured sources unlock, and what would unlock more.

What a KPI needs is handed in by who knows ``dbt_project``; what the sources fill is found in
``filling``. How it is worded belongs in ``serving``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from ingestion.connectors.base import Filling

NEW_ENTITY_COST = 2
"""Bringing a table is dearer than mapping one more of its columns."""

Thing = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Need:
    """One row of the registry of needs.

    Args:
        kpi_id: the KPI.
        part: a KPI needs all of its parts; of the rows of one part any suffices.
        entity: the unified entity.
        columns: optional columns of it, or values (``metric=nps``) that one kind of record has.
    """

    kpi_id: str
    part: int
    entity: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """What lacks of one entity: ``columns``, and the entity itself where ``is_new``."""

    entity: str
    columns: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class Addition:
    """What could be added next, and the KPIs that it would unlock."""

    gaps: tuple[Gap, ...]
    kpis: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """The KPIs that can be computed, the gaps of each other one, and what to add in which order."""

    computable: tuple[str, ...]
    gaps: Mapping[str, tuple[Gap, ...]]
    additions: tuple[Addition, ...]


def coverage(needs: Iterable[Need], filled: Mapping[str, Filling]) -> Coverage:
    """What is unlocked, given what the KPIs need and what the sources fill."""
    by_kpi: dict[str, list[Need]] = {}
    for need in needs:
        by_kpi.setdefault(need.kpi_id, []).append(need)
    gaps = {kpi: _gaps(rows, filled) for kpi, rows in by_kpi.items()}
    locked = {kpi: found for kpi, found in gaps.items() if found}
    return Coverage(
        computable=tuple(kpi for kpi, found in gaps.items() if not found),
        gaps=locked,
        additions=_additions(locked),
    )


def _gaps(needs: list[Need], filled: Mapping[str, Filling]) -> tuple[Gap, ...]:
    """What lacks to one KPI: of each part the alternative that is nearest."""
    found: dict[str, Gap] = {}
    for _, rows in groupby(sorted(needs, key=attrgetter("part")), key=attrgetter("part")):
        lacking = [_gap(row, filled.get(row.entity)) for row in rows]
        nearest = min(lacking, key=lambda gap: _effort(_things(gap)))
        if nearest.is_new or nearest.columns:
            other = found.get(nearest.entity, Gap(nearest.entity, (), nearest.is_new))
            columns = dict.fromkeys((*other.columns, *nearest.columns))
            found[nearest.entity] = Gap(nearest.entity, tuple(columns), nearest.is_new)
    return tuple(found.values())


def _gap(need: Need, filling: Filling | None) -> Gap:
    if filling is None:
        return Gap(need.entity, need.columns, is_new=True)
    values = [name for name in need.columns if "=" in name]
    missing = [name for name in need.columns if name not in filling.columns and name not in values]
    unfilled = [value for value in values if _parted(value)[0] not in filling.columns]
    if unfilled or not filling.has(dict(map(_parted, values))):
        missing += unfilled or values
    return Gap(need.entity, tuple(missing), is_new=False)


def _parted(value: str) -> tuple[str, str]:
    column, _, wanted = value.partition("=")
    return column, wanted


def _additions(locked: Mapping[str, tuple[Gap, ...]]) -> tuple[Addition, ...]:
    """What to add one after the other: each time what unlocks most KPIs for its effort."""
    left = {kpi: frozenset[Thing]().union(*map(_things, gaps)) for kpi, gaps in locked.items()}
    added = []
    while left:
        unlocks = {
            kpi: tuple(other for other, theirs in left.items() if theirs <= things)
            for kpi, things in left.items()
        }
        efforts = {kpi: _effort(things) for kpi, things in left.items()}
        best = min(left, key=lambda kpi: (efforts[kpi] / len(unlocks[kpi]), efforts[kpi]))
        things, kpis = left[best], unlocks[best]
        gaps = [_within(gap, things) for gap in locked[best]]
        added.append(Addition(tuple(filter(None, gaps)), kpis))
        left = {kpi: theirs - things for kpi, theirs in left.items() if kpi not in kpis}
    return tuple(added)


def _things(gap: Gap) -> frozenset[Thing]:
    """A gap in single things: the entity itself without a column."""
    columns = {(gap.entity, column) for column in gap.columns}
    return frozenset(columns | ({(gap.entity, "")} if gap.is_new else set()))


def _effort(things: frozenset[Thing]) -> int:
    return sum(1 if column else NEW_ENTITY_COST for _, column in things)


def _within(gap: Gap, things: frozenset[Thing]) -> Gap | None:
    """What of a gap is not closed yet."""
    columns = tuple(column for column in gap.columns if (gap.entity, column) in things)
    is_new = (gap.entity, "") in things
    return Gap(gap.entity, columns, is_new) if columns or is_new else None
