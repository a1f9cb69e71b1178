"""Deals: win rate, sales cycle and coverage, after section 3 of the KPI specification."""

from typing import Any

import pandas as pd

from tests.kpis.money import reporting_hundredths, rows_of
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse, in_cells, summed
from tests.kpis.survival import median_days

CELLS: dict[str, str | None] = {
    "company": None,
    "owner": "owner_id",
    "product": "product_name",
}
DAY = 86_400_000


def closed_deals(warehouse: Warehouse) -> pd.DataFrame:
    """K-WIN by count and value, and the mean of K-CYCLE, by the last known close date."""
    return won_of_closed(_deals(warehouse))


def won_of_closed(deals: pd.DataFrame) -> pd.DataFrame:
    """The same of deals with ``outcome``, ``closed_on``, ``days`` and value in ``hundredths``."""
    closed = deals[deals["outcome"].notna() & deals["closed_on"].notna()]
    cells = in_cells(closed, CELLS, "closed_on")
    valued = cells[cells["hundredths"].notna()]
    won = cells[cells["outcome"] == "won"]
    return pd.concat(
        [
            summed(
                cells, "K-WIN", "value", cells["outcome"] == "won", pd.Series(1, index=cells.index)
            ),
            summed(
                valued,
                "K-WIN",
                "by_value",
                100 * valued["hundredths"].where(valued["outcome"] == "won", 0),
                valued["hundredths"],
            ),
            summed(won, "K-CYCLE", "mean", won["days"] * DAY, pd.Series(1, index=won.index)),
        ],
        ignore_index=True,
    )


def cycles(warehouse: Warehouse) -> pd.DataFrame:
    """K-CYCLE by the month of opening: lost deals leave unwon, open ones are cut off."""
    deals = _deals(warehouse)
    cells = in_cells(deals[deals["days"].notna()], CELLS, "opened_on")
    rows: list[dict[str, Any]] = []
    for (grain, key, start), cell in cells.groupby(KEYS[2:]):
        median, bound = median_days(cell["days"], cell["outcome"] == "won")
        found = {"value": median} | ({"lower_bound": bound} if pd.notna(bound) else {})
        rows += [
            {
                "kpi_id": "K-CYCLE",
                "statistic": statistic,
                "grain_name": grain,
                "grain_key": key,
                "period_start": start,
                "value": value,
                "n": len(cell),
            }
            for statistic, value in found.items()
        ]
    return pd.DataFrame(rows)


def coverage(warehouse: Warehouse) -> pd.DataFrame:
    """K-COVER of the quarter that runs: open value over what targets still lack, by owner."""
    deals = _deals(warehouse)
    start = warehouse.as_of.to_period("Q").start_time
    end = start + pd.offsets.QuarterBegin(startingMonth=1)
    deals = deals[(deals["closed_on"] >= start) & (deals["closed_on"] < end)]
    targets = _targets(warehouse, start, end)
    owners = {*deals["owner_id"], *targets}
    return pd.DataFrame([_covered(deals, owner, targets.get(owner)) for owner in sorted(owners)])


def _covered(deals: pd.DataFrame, owner: str, target: int | None) -> dict[str, Any]:
    own = deals[deals["owner_id"] == owner]
    won = int(own.loc[own["outcome"] == "won", "hundredths"].sum())
    waiting = own[own["is_open"]]
    missing = None if target is None or won >= target else target - won
    covered = int(waiting["hundredths"].sum())
    return {
        "grain_key": owner,
        "n": len(waiting),
        "value": None if missing is None else covered / missing,
    }


def _targets(warehouse: Warehouse, start: pd.Timestamp, end: pd.Timestamp) -> dict[str, int]:
    rows = warehouse.frame(
        "select owner_id, valid_from, cast(monthly_amount as varchar) as amount, currency_code"
        " from seeds.sales_targets order by owner_id, valid_from"
    )
    found: dict[str, int] = {}
    for month in pd.date_range(start, end, freq="MS", inclusive="left"):
        held = rows[pd.to_datetime(rows["valid_from"]) <= month].groupby("owner_id").tail(1)
        held = held.assign(day=min(month, warehouse.as_of))
        held = held.assign(hundredths=reporting_hundredths(warehouse, held, "day"))
        for row in rows_of(held):
            found[row["owner_id"]] = found.get(row["owner_id"], 0) + int(row["hundredths"])
    return found


def _deals(warehouse: Warehouse) -> pd.DataFrame:
    deals = warehouse.frame(
        "select owner_id, product_name, outcome, opened_on, closed_on,"
        " cast(amount as varchar) as amount, currency_code"
        " from core.fct_opportunities where not is_internal"
    )
    as_of = warehouse.as_of
    opened, closed = pd.to_datetime(deals["opened_on"]), pd.to_datetime(deals["closed_on"])
    is_open = deals["outcome"].isna() | (closed >= as_of)
    end = closed.where(~is_open, as_of)
    deals = deals.assign(
        owner_id=deals["owner_id"].fillna(UNKNOWN),
        product_name=deals["product_name"].fillna(UNKNOWN),
        opened_on=opened,
        closed_on=closed,
        is_open=is_open,
        outcome=deals["outcome"].where(~is_open),
        days=(end - opened).dt.days.clip(lower=0),
        valued_on=closed.where(closed < as_of, as_of),
    )
    return deals.assign(hundredths=reporting_hundredths(warehouse, deals, "valued_on"))
