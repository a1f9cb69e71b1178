"""Customer value from core tables, after section 3 of the KPI specification.

Money, historic value, RFM and the sizes of segments. What is told of whole years is in
``years``, risk in ``risk``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from tests.kpis.reading import KEYS, UNKNOWN, Warehouse, month_of
from tests.kpis.surveys import customers_by_segment

PARTS = ["numerator", "denominator", "value", "n"]
GRAINS: dict[str, str | None] = {"company": None, "market": "market", "segment": "segment"}
BASELINE_MONTHS = 12


def money(warehouse: Warehouse) -> pd.DataFrame:
    """What each person brought and cost, entry by entry, in the reporting currency.

    Orders that were kept and payments of contracts bring; what was paid back of either is
    negative; handled service contacts cost.
    """
    came_in = pd.concat([_orders(warehouse), _payments(warehouse)], ignore_index=True)
    came_in = _converted(warehouse, came_in)
    margins = warehouse.frame("select * from seeds.value_margins")
    came_in["margin"] = came_in["amount"] * _in_force(margins, came_in, "product_name", "margin")
    costs = _contacts(warehouse)
    both = pd.concat([came_in.rename(columns={"amount": "revenue"}), costs], ignore_index=True)
    both = both.fillna({"revenue": 0.0, "margin": 0.0, "cost": 0.0})
    index = warehouse.frame(
        "select price_index, month_start_date as month from core.dim_price_index"
        " where currency_code = (select currency_code from core.dim_run)"
    ).assign(month=lambda rows: pd.to_datetime(rows["month"]))
    level = index.astype({"price_index": "float64"}).set_index("month")["price_index"]
    both["level"] = both["day"].dt.to_period("M").dt.start_time.map(level) / 100
    for name in ("revenue", "margin", "cost"):
        both[f"{name}_real"] = (both[name] / both["level"]).round(2)
    return both[both["day"] < warehouse.as_of]


def _orders(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.frame(
        "select customer_id, ordered_local_date as day, status, product_name, amount::double as"
        " amount, currency_code from core.fct_orders where not is_internal"
    )
    kept = rows[
        (rows["status"] == "completed") | (rows["status"].eq("returned") & (rows.amount < 0))
    ]
    kind = np.where(kept["amount"] < 0, "refund", "order")
    return kept[kept["amount"] != 0].assign(
        kind=kind, day=pd.to_datetime(kept["day"]), product_name=kept["product_name"]
    )


def _payments(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.frame(
        "select pay.customer_id, pay.paid_local_date as day, pay.status, pay.amount::double as"
        " amount, pay.currency_code, bill.order_id, sold.status as sold, sold.product_name"
        " from core.fct_payments as pay left join core.fct_invoices as bill using (invoice_id)"
        " left join core.fct_orders as sold on sold.order_id = bill.order_id"
        " where not pay.is_internal and pay.status <> 'failed'"
    )
    of_contract = rows["order_id"].isna()
    paid_back = rows["status"] == "refunded"
    rows = rows.assign(
        day=pd.to_datetime(rows["day"]),
        amount=rows["amount"].where(~paid_back, -rows["amount"]),
        kind=np.where(of_contract, "contract", "refund"),
        product_name=rows["product_name"].where(~of_contract, "contract"),
    )
    return rows[of_contract | (paid_back & (rows["sold"] == "completed"))]


def _contacts(warehouse: Warehouse) -> pd.DataFrame:
    touches = warehouse.frame(
        "select customer_id, started_local_date as day, channel, touch_kind, outcome"
        " from core.fct_interactions where not is_internal and purpose = 'service'"
        " and direction is distinct from 'outbound'"
    )
    handled = touches["touch_kind"].isin(["ticket", "touch"]) | (
        (touches["touch_kind"] == "call") & (touches["outcome"] == "answered")
    )
    touches = touches[handled].assign(day=lambda rows: pd.to_datetime(rows["day"]), kind="contact")
    costs = warehouse.frame("select * from seeds.contact_costs")
    assert set(costs["currency_code"]) == {"IRR"}
    return touches.assign(cost=_in_force(costs, touches, "channel", "cost"))


def _converted(warehouse: Warehouse, rows: pd.DataFrame) -> pd.DataFrame:
    rates = warehouse.frame("select * from core.dim_exchange_rates")
    for name in ("valid_from", "valid_to"):
        rates[name] = [pd.Timestamp(min(str(day)[:10], "2200-01-01")) for day in rates[name]]
    joined = rows.reset_index().merge(rates, on="currency_code")
    held = joined[(joined["day"] >= joined["valid_from"]) & (joined["day"] < joined["valid_to"])]
    amount = (held["amount"] * held["exchange_rate"].astype(float)).round(2)
    return held.assign(amount=amount).set_index("index").reindex(rows.index)


def _in_force(seed: pd.DataFrame, rows: pd.DataFrame, key: str, what: str) -> pd.Series:
    """The value of the latest row of the seed for the key, or for every other key."""
    column = {"margin": "margin_rate", "cost": "cost_amount"}[what]
    seed = seed.assign(valid_from=pd.to_datetime(seed["valid_from"])).sort_values("valid_from")
    named = set(seed[key])
    wanted = rows[key].where(rows[key].isin(named), "*")
    found = pd.Series(np.nan, index=rows.index)
    for row in seed.to_dict("records"):
        found[(wanted == row[key]) & (rows["day"] >= row["valid_from"])] = float(row[column])
    return found


@dataclass(frozen=True)
class People:
    """Who has a customer record now, with segment and market, and everybody's money."""

    held: pd.DataFrame
    money: pd.DataFrame


def people(warehouse: Warehouse) -> People:
    """Persons of the customer base as they stand."""
    held = warehouse.frame(
        "select customer_id, segment, market from core.dim_customers"
        " where is_current and not is_internal"
    )
    entries = money(warehouse)
    others = set(entries.loc[entries["kind"] != "contact", "customer_id"]) - set(
        held["customer_id"]
    )
    held = pd.concat([held, pd.DataFrame({"customer_id": sorted(others)})], ignore_index=True)
    return People(held.fillna({"segment": UNKNOWN, "market": UNKNOWN}), entries)


def in_grains(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows once per grain."""
    return pd.concat(
        [
            rows.assign(grain_name=name, grain_key="company" if column is None else rows[column])
            for name, column in GRAINS.items()
        ],
        ignore_index=True,
    )


def historic_value(warehouse: Warehouse) -> pd.DataFrame:
    """K-CLV.H: parts of the mean, nominal and real."""
    persons = people(warehouse)
    total = persons.money.groupby("customer_id")[
        ["margin", "cost", "margin_real", "cost_real"]
    ].sum()
    held = persons.held.join(total, on="customer_id").fillna(0.0)
    cells = in_grains(held)
    parts = []
    for statistic, suffix in (("mean", ""), ("mean_real", "_real")):
        cells["worth"] = (cells[f"margin{suffix}"] - cells[f"cost{suffix}"]) * 100
        by_cell = cells.groupby(["grain_name", "grain_key"], as_index=False).agg(
            numerator=("worth", "sum"), denominator=("worth", "size")
        )
        parts.append(by_cell.assign(kpi_id="K-CLV.H", statistic=statistic))
    return _of_last_month(warehouse, pd.concat(parts, ignore_index=True))


def best_customers(warehouse: Warehouse) -> pd.DataFrame:
    """K-RFM: buyers in the two best classes of recency, frequency and spend."""
    persons = people(warehouse)
    orders = persons.money[persons.money["kind"].isin(["order", "refund"])]
    bought = orders[orders["kind"] == "order"].groupby("customer_id")["day"]
    buyers = persons.held.set_index("customer_id").join(
        pd.DataFrame({"last": bought.max(), "days": bought.nunique()}), how="inner"
    )
    spent = orders.groupby("customer_id")["revenue_real"].sum().round(2)
    scores = pd.DataFrame(
        {
            "recency": rfm_scores(buyers["last"]),
            "frequency": rfm_scores(buyers["days"]),
            "spend": rfm_scores(spent.reindex(buyers.index)),
        }
    )
    classes = 5 if len(buyers) >= 50 else 3
    cells = in_grains(buyers.assign(best=(scores >= classes - 1).all(axis=1)))
    by_cell = cells.groupby(["grain_name", "grain_key"], as_index=False).agg(
        numerator=("best", "sum"), denominator=("best", "size")
    )
    return _of_last_month(warehouse, by_cell.assign(kpi_id="K-RFM", statistic="value"))


def rfm_scores(values: pd.Series, *, few: int = 50) -> pd.Series:
    """Classes by the share of values that are no greater; ties share a class."""
    classes = 5 if len(values) >= few else 3
    share = stats.rankdata(values, method="max") / len(values)
    return pd.Series(np.ceil(np.round(classes * share, 9)).astype(int), index=values.index)


def drift(shares: np.ndarray, baseline: np.ndarray) -> float:
    """K-SEG: population stability index; a share of nought is a ten-thousandth."""
    now, then = np.maximum(shares, 1e-4), np.maximum(baseline, 1e-4)
    return float(((now - then) * np.log(now / then)).sum())


def segments(warehouse: Warehouse) -> pd.DataFrame:
    """K-SEG: the share of customers in each segment, and how far all of them moved in a year."""
    first = warehouse.frame(
        "select min(answered_local_date) as day from core.fct_survey_answers where"
        " exclusion_reason is null and metric in ('nps', 'csat', 'ces')"
        " and numeric_value is not null"
    )["day"].iloc[0]
    months = pd.date_range(month_of(pd.Series([first]))[0], warehouse.as_of, freq="MS")
    months = months[months < warehouse.as_of]
    ends = [min(month + pd.offsets.MonthBegin(1), warehouse.as_of) for month in months]
    sizes = pd.DataFrame([customers_by_segment(warehouse, end) for end in ends], index=months)
    sizes = sizes.fillna(0).astype("int64")
    share = sizes.div(sizes.sum(axis=1), axis=0)
    rows = []
    for place, month in enumerate(months):
        before = share.iloc[max(place - BASELINE_MONTHS, 0)].to_numpy()
        moved = drift(share.iloc[place].to_numpy(), before)
        total = int(sizes.iloc[place].sum())
        rows.append(("drift", "company", "company", month, None, None, moved, total))
        rows += [
            ("value", "segment", name, month, count, total, None, total)
            for name, count in sizes.iloc[place].items()
        ]
    return pd.DataFrame(rows, columns=[*KEYS[1:], *PARTS]).assign(kpi_id="K-SEG")


def _of_last_month(warehouse: Warehouse, rows: pd.DataFrame) -> pd.DataFrame:
    last = warehouse.as_of - pd.Timedelta(days=1)
    return rows.assign(period_start=last.to_period("M").start_time)[
        [*KEYS, "numerator", "denominator"]
    ]
