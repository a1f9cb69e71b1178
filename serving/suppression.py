"""Small cells and what protects them: which cells of the KPI table a reader must not see.

A cell below the minimum is hidden, and with it so many others that no total gives it away:
the keys of a grain add up to the company, months to quarters and years, and the months of
two calendars to the same whole. Which columns and rows a role sees belongs in ``roles``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

SERIES = ["kpi_id", "statistic"]
CELL = [*SERIES, "grain_name", "grain_key", "period_type", "period_start"]
TOTAL_GRAIN = "company"
NESTED = {
    "week": ("day",),
    "month": ("day",),
    "jalali_month": ("day",),
    "quarter": ("day", "month"),
    "year": ("day", "month", "quarter"),
}
"""Period types whose periods each other one is made of, whole."""
WHOLE_HISTORY = ("week", "month", "jalali_month")
"""Period types that cross each other, but tell the same whole."""

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


def hidden_cells(cells: pd.DataFrame, minimum: int) -> Mask:
    """Which cells to hide, in the order of the rows.

    A hidden cell can be told from those that stay neither by one subtraction nor by any
    combination of them, and what one subtraction tells stands for ``minimum`` records.

    Args:
        cells: the columns of ``CELL``, ``period_end`` and ``n``, one row per cell.
        minimum: number of records from which a cell may be seen.
    """
    counts = cells["n"].to_numpy(dtype=np.int64)
    hidden: Mask = (counts > 0) & (counts < minimum)
    if hidden.any():
        lines = _lines(cells.reset_index(drop=True), counts)
        is_open = True
        while is_open:
            _close(lines, counts, hidden, minimum)
            is_open = _break_systems(lines, counts, hidden)
    return hidden


@dataclass
class _Lines:
    """Sums that a reader can do: the cells of each, and what is left for others.

    Args:
        line: number of the line, per member.
        cell: row of the cell, per member.
        is_total: the member is the sum of the others.
        slack: records of the total that no member holds, per line; they hide with the hidden.
        order: the members line by line, the next to be hidden first.
    """

    line: Numbers
    cell: Numbers
    is_total: Mask
    slack: Numbers
    order: Numbers

    def next_to_hide(self, wanted: Mask, counts: Numbers, hidden: Mask) -> Numbers:
        """The first open part of each wanted line, or else its total."""
        is_candidate = wanted[self.line] & ~hidden[self.cell] & (counts[self.cell] > 0)
        order = self.order[is_candidate[self.order]]
        _, first = np.unique(self.line[order], return_index=True)
        return self.cell[order][first]


def _lines(cells: pd.DataFrame, counts: Numbers) -> _Lines:
    """Every sum among the cells that holds for their counts."""
    keys = cells.assign(row=np.arange(len(cells)), n=counts)
    # The same key joins a small one in every period.
    of_key = keys.groupby([*SERIES, "grain_name", "grain_key"])["n"].transform("sum").to_numpy()
    kinds = [(_over_keys(keys), of_key)]
    kinds += [(members, counts) for members in (*_over_periods(keys), _over_history(keys))]
    members = pd.concat([_numbered(*kind, number) for number, kind in enumerate(kinds)])
    line = pd.factorize(pd.MultiIndex.from_frame(members[["kind", "line"]]))[0].astype(np.int64)
    cell, weight = (members[name].to_numpy(dtype=np.int64) for name in ("row", "weight"))
    is_total = members["is_total"].to_numpy(dtype=bool)
    count_lines = int(line.max(initial=-1)) + 1
    signed = np.where(is_total, counts[cell], -counts[cell])
    slack = np.bincount(line, weights=signed, minlength=count_lines).astype(np.int64)
    has_total = np.bincount(line, weights=is_total, minlength=count_lines) > 0
    slack[~has_total] = 0
    # Parts that are more than their total overlap: nothing can be subtracted from it.
    holds = (slack >= 0)[line]
    line, cell, is_total, weight = line[holds], cell[holds], is_total[holds], weight[holds]
    return _Lines(line, cell, is_total, slack, np.lexsort((cell, weight, is_total, line)))


def _numbered(members: pd.DataFrame, weights: Numbers, kind: int) -> pd.DataFrame:
    """Members of one kind of line, with a number per line instead of its key."""
    key = [name for name in members.columns if name not in ("row", "is_total")]
    line = pd.factorize(pd.MultiIndex.from_frame(members[key]))[0]
    weight = weights[members["row"].to_numpy(dtype=np.int64)]
    return members[["row", "is_total"]].assign(kind=kind, line=line, weight=weight)


def _over_keys(keys: pd.DataFrame) -> pd.DataFrame:
    """Per grain and period: its keys, and the company."""
    period = [*SERIES, "period_type", "period_start"]
    parts = keys[keys["grain_name"] != TOTAL_GRAIN]
    totals = keys.loc[keys["grain_name"] == TOTAL_GRAIN, [*period, "row"]]
    grains = parts[["grain_name", *period]].drop_duplicates()
    return pd.concat(
        [
            parts.merge(totals[period], on=period)[["grain_name", *period, "row"]].assign(
                is_total=False
            ),
            grains.merge(totals, on=period)[["grain_name", *period, "row"]].assign(is_total=True),
        ]
    )


def _over_periods(keys: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Per key and longer period: the shorter periods that it is made of, and itself."""
    owner = [*SERIES, "grain_name", "grain_key"]
    present = set(keys["period_type"])
    for longer in sorted(present & set(NESTED)):
        totals = keys.loc[
            keys["period_type"] == longer, [*owner, "period_start", "period_end", "row"]
        ]
        for shorter in sorted(present & set(NESTED[longer])):
            parts = keys.loc[keys["period_type"] == shorter, [*owner, "period_start", "row"]]
            joined = totals.merge(parts, on=owner, suffixes=("", "_part"))
            within = joined[
                (joined["period_start_part"] >= joined["period_start"])
                & (joined["period_start_part"] < joined["period_end"])
            ]
            line = [*owner, "period_start"]
            yield pd.concat(
                [
                    within[[*line, "row_part"]]
                    .rename(columns={"row_part": "row"})
                    .assign(is_total=False),
                    within[[*line, "row"]].drop_duplicates().assign(is_total=True),
                ]
            )


def _over_history(keys: pd.DataFrame) -> pd.DataFrame:
    """Per key and period type: all its periods, where another calendar tells their sum."""
    owner = [*SERIES, "grain_name", "grain_key"]
    whole = keys[keys["period_type"].isin(WHOLE_HISTORY)]
    sums = whole.groupby([*owner, "period_type"])["n"].sum().reset_index()
    told = sums[sums.duplicated([*owner, "n"], keep=False)]
    line = [*owner, "period_type"]
    return whole.merge(told[line], on=line)[[*line, "row"]].assign(is_total=False)


def _close(lines: _Lines, counts: Numbers, hidden: Mask, minimum: int) -> None:
    """Hide on, until no single line gives away a cell or a group below the minimum."""
    size = len(lines.slack)
    while size:
        is_hidden = hidden[lines.cell]
        found = np.bincount(lines.line, weights=is_hidden, minlength=size)
        is_part = is_hidden & ~lines.is_total
        parts = np.bincount(lines.line, weights=is_part, minlength=size)
        records = lines.slack + np.bincount(
            lines.line, weights=np.where(is_part, counts[lines.cell], 0), minlength=size
        )
        is_alone = (found == 1) & (lines.slack == 0)
        is_small_group = (parts > 0) & (parts == found) & (records < minimum)
        chosen = lines.next_to_hide(is_alone | is_small_group, counts, hidden)
        if not len(chosen):
            return
        hidden[chosen] = True


def _break_systems(lines: _Lines, counts: Numbers, hidden: Mask) -> bool:
    """Hide one more cell wherever several lines together give one away; whether any was."""
    is_member = (lines.slack == 0)[lines.line] & hidden[lines.cell]
    line, cell = lines.line[is_member], lines.cell[is_member]
    sign = np.where(lines.is_total[is_member], -1.0, 1.0)
    system = _systems(line, cell, len(lines.slack), len(counts))
    order = np.argsort(system, kind="stable")
    line, cell, sign = line[order], cell[order], sign[order]
    is_open = ~hidden[lines.cell] & (counts[lines.cell] > 0)
    has_open, has_open_part = (
        np.bincount(lines.line, weights=members, minlength=len(lines.slack)) > 0
        for members in (is_open, is_open & ~lines.is_total)
    )
    wanted = np.zeros(len(lines.slack), dtype=bool)
    starts = np.flatnonzero(np.diff(system[order], prepend=-1))
    for start, end in pairwise([*starts, len(cell)]):
        rows, row_of = np.unique(line[start:end], return_inverse=True)
        columns, column_of = np.unique(cell[start:end], return_inverse=True)
        matrix = np.zeros((len(rows), len(columns)))
        matrix[row_of, column_of] = sign[start:end]
        for told in np.flatnonzero(_determined(matrix)):
            own = rows[matrix[:, told] != 0]
            # Parts before totals, and lines of its own before others of its system.
            choices = (
                own[has_open_part[own]],
                rows[has_open_part[rows]],
                own[has_open[own]],
                rows[has_open[rows]],
            )
            wanted[np.concatenate(choices)[:1]] = True
    chosen = lines.next_to_hide(wanted, counts, hidden)
    hidden[chosen] = True
    return bool(len(chosen))


def _systems(line: Numbers, cell: Numbers, count_lines: int, count_cells: int) -> Numbers:
    """A number per member, equal where lines connect their cells."""
    of_cell = np.arange(count_cells, dtype=np.int64)
    while True:
        of_line = np.full(count_lines, count_cells, dtype=np.int64)
        np.minimum.at(of_line, line, of_cell[cell])
        after = of_cell.copy()
        np.minimum.at(after, cell, of_line[line])
        if (after == of_cell).all():
            return of_cell[cell]
        of_cell = after


def _determined(matrix: npt.NDArray[np.float64]) -> Mask:
    """Unknowns that have one value in every solution: those whose axis the rows span."""
    _, values, axes = np.linalg.svd(matrix, full_matrices=False)
    spanned = axes[values > 1e-9]
    return np.asarray((spanned**2).sum(axis=0) > 1 - 1e-6)
