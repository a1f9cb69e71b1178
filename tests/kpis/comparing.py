"""Compares what a second computation finds with what is published, row by row.

Which computation proves what is in ``proofs``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from tests.kpis.reading import KEYS, Compute

Pair = tuple[str, str]
COMPARED = ("numerator", "denominator", "n", "value", "ci_low", "ci_high")
EXACT = 1e-5


@dataclass(frozen=True)
class Computation:
    """A computation, the statistics that it proves, and how far off its numbers may be.

    Attributes:
        compute: KEYS and any of the compared columns, of every row that should be published.
        statistics: of each KPI, parted by blanks.
        period_type: of the rows that it tells.
        within: absolute tolerance; numbers of rows are whole.
        relative: tolerance of amounts that are rounded entry by entry.
        least: rows of a smaller base are of no interest.
    """

    compute: Compute
    statistics: Mapping[str, str]
    period_type: str = "month"
    within: float = EXACT
    relative: float = 0.0
    least: int = 0

    @property
    def pairs(self) -> frozenset[Pair]:
        """What it proves."""
        return frozenset(pairs_of(self.statistics))

    def different(self, expected: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
        """Rows of either side that the other has not, or that tell another number."""
        sides = [
            rows[_base(rows) >= self.least].astype({"period_start": "datetime64[us]"})
            for rows in (published, expected)
        ]
        joined = sides[0].merge(
            sides[1], on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True
        )
        # What is hidden for its few persons shows no number that could be compared.
        joined = joined[joined["suppressed"].ne(True)]
        is_different = joined["_merge"] != "both"
        for column in COMPARED:
            if column in expected:
                is_different |= self._differs(joined, column)
        return joined[is_different]

    def _differs(self, joined: pd.DataFrame, column: str) -> pd.Series:
        mine, told = (
            pd.to_numeric(joined[name], errors="coerce").astype("float64")
            for name in (column, f"{column}_expected")
        )
        pairs = [joined["kpi_id"], joined["statistic"]]
        is_told = told.notna().groupby(pairs).transform("any")
        is_near = (mine - told).abs() <= self.within + self.relative * told.abs()
        return is_told & ~is_near & (mine.notna() | told.notna())


def _base(rows: pd.DataFrame) -> pd.Series:
    for name in ("n", "denominator"):
        if name in rows:
            return pd.to_numeric(rows[name], errors="coerce").fillna(float("inf"))
    return pd.Series(float("inf"), index=rows.index)


def pairs_of(statistics: Mapping[str, str]) -> Iterator[Pair]:
    """Statistics of KPIs, of which each names its own parted by blanks."""
    for kpi_id, names in statistics.items():
        for name in names.split():
            yield kpi_id, name
