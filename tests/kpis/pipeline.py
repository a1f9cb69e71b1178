"""Deals: win rate, sales cycle and coverage, after section 3 of the KPI specification."""

from typing import Any

import pandas as pd

from tests.kpis.money import price_levels, reporting_hundredths, rows_of
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse, in_cells, month_of, summed
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


def cycle_quantiles(warehouse: Warehouse) -> pd.DataFrame:
    """K-CYCLE of won deals by the month of winning: median, ninth decile and longest, in days."""
    deals = _deals(warehouse)
    won = deals[(deals["outcome"] == "won") & deals["days"].notna() & deals["closed_on"].notna()]
    cells = in_cells(won, CELLS, "closed_on").groupby(KEYS[2:])["days"]
    parts = [
        cells.quantile(level).rename("value").reset_index().assign(statistic=statistic)
        for statistic, level in (("p50", 0.5), ("p90", 0.9), ("max", 1.0))
    ]
    return pd.concat(parts, ignore_index=True).assign(kpi_id="K-CYCLE")


def coverage(warehouse: Warehouse) -> pd.DataFrame:
    """K-COVER of the quarter that runs: what is open over what targets lack, and the forecast."""
    deals = _deals(warehouse)
    share = win_shares(warehouse, deals)
    level = price_levels(warehouse)
    expected = (deals["hundredths"].astype(float) * deals["stage"].map(share)).round()
    real = deals["hundredths"].astype(float) / month_of(deals["valued_on"]).map(level)
    deals = deals.assign(expected=expected, real=(real.round() * deals["stage"].map(share)).round())
    start = warehouse.as_of.to_period("Q").start_time
    end = start + pd.offsets.QuarterBegin(startingMonth=1)
    promised = deals["closed_on"].max()
    deals = deals[(deals["closed_on"] >= start) & (deals["closed_on"] < end)]
    if start > promised:
        return pd.DataFrame(columns=[*KEYS, "value", "n"])
    targets = _targets(warehouse, start, end)
    owners = sorted({*deals["owner_id"], *targets})
    cells = [("owner", owner, [owner]) for owner in owners] + [("company", "company", owners)]
    rows = [
        ("K-COVER", statistic, grain, key, start, value, count)
        for grain, key, own in cells
        for statistic, (value, count) in _covered(deals, own, targets).items()
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "value", "n"])


def win_shares(warehouse: Warehouse, deals: pd.DataFrame) -> dict[str, float]:
    """The share won of the closed deals that were ever in each stage; of all where none were."""
    closed = deals[deals["outcome"].isin(["won", "lost"])].set_index("opportunity_id")
    seen = warehouse.frame("select distinct opportunity_id, stage from core.fct_opportunity_stages")
    is_won = seen["opportunity_id"].map(closed["outcome"].eq("won"))
    by_stage = is_won.dropna().astype(float).groupby(seen["stage"]).mean()
    every = float(closed["outcome"].eq("won").mean())
    return {stage: float(by_stage.get(stage, every)) for stage in deals["stage"].dropna().unique()}


def _covered(
    deals: pd.DataFrame, owners: list[str], targets: dict[str, int]
) -> dict[str, tuple[float | None, int]]:
    own = deals[deals["owner_id"].isin(owners) & (deals["is_open"] | (deals["outcome"] == "won"))]
    aimed = own[own["owner_id"].isin(targets)]
    target = sum(targets.get(owner, 0) for owner in owners)
    won = int(aimed.loc[aimed["outcome"] == "won", "hundredths"].sum())
    missing = target - won
    waiting = own[own["is_open"]]
    # What nobody has priced may be worth anything; who has nothing open waits for nothing.
    idle = pd.Series(0.0, index=sorted(set(owners) - set(waiting["owner_id"])))
    forecasts = {
        statistic: pd.concat([waiting[column], idle]).sum(min_count=1) / 100
        for statistic, column in (("forecast", "expected"), ("forecast_real", "real"))
    }
    covered = int(aimed.loc[aimed["is_open"], "hundredths"].sum())
    return {
        "value": (covered / missing if missing > 0 else None, len(waiting)),
        **{statistic: (value, len(waiting)) for statistic, value in forecasts.items()},
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
        "select opportunity_id, owner_id, product_name, stage, outcome, opened_on, closed_on,"
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
