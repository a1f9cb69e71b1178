"""Small cells: what is hidden cannot be had from what is shown, however one combines it."""

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.suppression import hidden_cells

MINIMUM = 5
NOWHERE = "nowhere"
DAYS = [pd.Timestamp(2026, 1, 1) + pd.DateOffset(days=15 * number) for number in range(7)]
PERIODS = {
    "month": ((0, 2), (2, 4), (4, 6)),
    "jalali_month": ((0, 1), (1, 3), (3, 5), (5, 6)),
    "quarter": ((0, 6),),
}
"""Half months that each period covers; the two kinds of month begin together only once."""


MARKETS = ("tehran", "moscow", "dubai", NOWHERE)
SEGMENTS = ("gold", "silver", NOWHERE)
ATOMS = list(product(range(6), MARKETS, SEGMENTS))


class Cell(NamedTuple):
    grain_name: str
    grain_key: str
    period_type: str
    first: int
    last: int


def cells_of_a_company() -> dict[Cell, set[tuple[int, str, str]]]:
    """Every cell, and the atoms (half month, market, segment) that it adds up."""
    cells: dict[Cell, set[tuple[int, str, str]]] = {}
    for atom in ATOMS:
        keys = zip(("company", "market", "segment"), ("company", *atom[1:]), strict=True)
        for grain_name, key in keys:
            for period_type, periods in PERIODS.items():
                for first, last in periods:
                    if first <= atom[0] < last and key != NOWHERE:
                        cell = Cell(grain_name, key, period_type, first, last)
                        cells.setdefault(cell, set()).add(atom)
    return cells


def frame(*tables: Mapping[Cell, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "kpi_id": f"K-{number}",
                "statistic": "value",
                "grain_name": cell.grain_name,
                "grain_key": cell.grain_key,
                "period_type": cell.period_type,
                "period_start": DAYS[cell.first],
                "period_end": DAYS[cell.last],
                "n": n,
            }
            for number, cells in enumerate(tables)
            for cell, n in cells.items()
        ]
    )


def hidden_of(cells: Mapping[Cell, int]) -> set[Cell]:
    mask = hidden_cells(frame(cells), MINIMUM)
    return {cell for cell, is_hidden in zip(cells, mask, strict=True) if is_hidden}


def month(grain_name: str, key: str, number: int = 0) -> Cell:
    return Cell(grain_name, key, "month", *PERIODS["month"][number])


def test_the_smallest_other_key_joins_a_single_small_one() -> None:
    cells = {
        month("company", "company"): 70,
        month("market", "tehran"): 40,
        month("market", "moscow"): 27,
        month("market", "dubai"): 3,
        month("segment", "gold"): 70,
    }

    assert hidden_of(cells) == {month("market", "dubai"), month("market", "moscow")}


def test_two_small_keys_that_are_few_together_are_joined_too() -> None:
    cells = {
        month("company", "company"): 60,
        month("market", "tehran"): 36,
        month("market", "moscow"): 20,
        month("market", "dubai"): 2,
        month("market", "shiraz"): 2,
    }

    assert hidden_of(cells) == set(cells) - {
        month("company", "company"),
        month("market", "tehran"),
    }


def test_a_month_is_not_told_by_its_quarter() -> None:
    quarter = Cell("company", "company", "quarter", 0, 6)
    cells = {month("company", "company", number): n for number, n in enumerate((3, 90, 50))}

    assert hidden_of({**cells, quarter: 143}) == {
        month("company", "company", 0),
        month("company", "company", 2),
    }


def test_records_that_no_key_holds_hide_a_small_one() -> None:
    cells = {
        month("company", "company"): 70,
        month("market", "tehran"): 50,
        month("market", "dubai"): 3,
    }

    assert hidden_of(cells) == {month("market", "dubai")}


def test_where_no_cell_is_small_nothing_is_hidden() -> None:
    cells = {
        month("company", "company"): 10,
        month("market", "tehran"): 10,
        month("market", "x"): 0,
    }

    assert not hidden_of(cells)


# Many tables at once, as a night has many KPIs: the cost is one of calls.
@given(
    st.lists(
        st.dictionaries(st.sampled_from(ATOMS), st.integers(1, 9), max_size=40),
        min_size=8,
        max_size=8,
    )
)
@settings(max_examples=20)
def test_no_combination_of_shown_cells_tells_a_small_one(
    companies: list[dict[tuple[int, str, str], int]],
) -> None:
    behind = cells_of_a_company()
    axes = np.array([[atom in atoms for atom in ATOMS] for atoms in behind.values()], dtype=float)
    counts = [
        np.array([sum(records.get(atom, 0) for atom in atoms) for atoms in behind.values()])
        for records in companies
    ]
    tables = [dict(zip(behind, map(int, n), strict=True)) for n in counts]
    masks = hidden_cells(frame(*tables), MINIMUM).reshape(len(companies), len(behind))

    for n, is_hidden in zip(counts, masks, strict=True):
        is_small = (n > 0) & (n < MINIMUM)
        assert not (is_small & ~is_hidden).any()
        # A sum of atoms is told when the shown sums span its axis.
        _, sizes, spanned = np.linalg.svd(axes[~is_hidden], full_matrices=False)
        spanned = spanned[sizes > 1e-9]
        small = axes[is_small]
        left = small - small @ spanned.T @ spanned
        assert (np.abs(left).sum(axis=1) > 1e-6).all()
