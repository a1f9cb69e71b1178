"""K-ROI: what programmes bring for their cost, from core tables, not as the warehouse does it."""

import pandas as pd
from scipy import stats

from tests.kpis.money import price_levels
from tests.kpis.reading import Warehouse
from tests.kpis.value import money
from tests.kpis.years import customers_on


def return_range(
    stayed: int, treated: int, stayed_without: int, untreated: int, margin: float, cost: float
) -> tuple[float, float]:
    """Percent of the cost that the customers kept bring beyond it, at both bounds.

    The bounds of the difference are Newcombe's, of the Wilson bounds of a library.
    """
    share, other = stayed / treated, stayed_without / untreated
    own = stats.binomtest(stayed, treated).proportion_ci(method="wilson")
    its = stats.binomtest(stayed_without, untreated).proportion_ci(method="wilson")
    below = ((share - own.low) ** 2 + (its.high - other) ** 2) ** 0.5
    above = ((own.high - share) ** 2 + (other - its.low) ** 2) ** 0.5
    bounds = (share - other - below, share - other + above)
    low, high = sorted(100 * (treated * bound * margin - cost) / cost for bound in bounds)
    return low, high


def returns(warehouse: Warehouse) -> pd.DataFrame:
    """Each programme that is compared, by ended year, in money of its own year and real."""
    entries = money(warehouse)
    net = entries.assign(
        nominal=entries["margin"] - entries["cost"],
        real=entries["margin_real"] - entries["cost_real"],
    )
    first = entries.loc[entries["kind"] != "contact", "day"].min()
    declared = warehouse.frame("select * from seeds.treatments").sort_values("valid_from")
    rows = []
    for year in range(first.year, warehouse.as_of.year):
        start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
        if start < first:
            continue
        classes = declared[pd.to_datetime(declared["valid_from"]) <= start]
        classes = classes.drop_duplicates("treatment_class", keep="last").sort_values("top_share")
        people = customers_on(warehouse, start)
        before = net[net["day"] < start].groupby("customer_id")["real"].sum()
        within = net[(net["day"] >= start) & (net["day"] < end)]
        people["before"] = people["customer_id"].map(before).fillna(0).round(2)
        for name in ("nominal", "real"):
            brought = within.groupby("customer_id")[name].sum()
            people[name] = people["customer_id"].map(brought).fillna(0)
        people["kept"] = people["customer_id"].isin(customers_on(warehouse, end)["customer_id"])
        rank = people["before"].rank(method="max", ascending=False) / len(people)
        limits = classes["top_share"].astype(float)
        people["class"] = [
            next(iter(classes.loc[limits >= share, "treatment_class"]), None) for share in rank
        ]
        for row in classes.dropna(subset=["program", "comparison_class"]).itertuples():
            own = people[people["class"] == row.treatment_class]
            others = people[people["class"] == row.comparison_class]
            if min(len(own), len(others)) < 30:
                continue
            costs = _costs(warehouse, str(row.program), start, end)
            for money_kind, cost in costs.items():
                low, high = return_range(
                    *(int(own["kept"].sum()), len(own)),
                    *(int(others["kept"].sum()), len(others)),
                    margin=own.loc[own["kept"], money_kind].mean(),
                    cost=cost,
                )
                suffix = "" if money_kind == "nominal" else "_real"
                cell = ("program", row.program, start, min(len(own), len(others)))
                rows += [(f"low{suffix}", *cell, low), (f"high{suffix}", *cell, high)]
    columns = ["statistic", "grain_name", "grain_key", "period_start", "n", "value"]
    return pd.DataFrame(rows, columns=columns).assign(kpi_id="K-ROI")


def _costs(
    warehouse: Warehouse, program: str, start: pd.Timestamp, end: pd.Timestamp
) -> dict[str, float]:
    months = warehouse.frame(
        "select amount::double as amount, currency_code, month_start_date as month"
        f" from core.fct_costs where program = '{program}'"
    )
    rates = warehouse.frame("select *, exchange_rate::double as rate from core.dim_exchange_rates")
    own = months.merge(rates, on="currency_code")
    own = own[(own["month"] >= own["valid_from"]) & (own["month"] < own["valid_to"])]
    own = own[(own["month"] >= start) & (own["month"] < end)]
    spent = own["amount"] * own["rate"]
    level = pd.to_datetime(own["month"]).map(price_levels(warehouse))
    return {"nominal": float(spent.sum()), "real": float((spent / level).sum())}
