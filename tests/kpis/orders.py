"""KPIs of orders from core tables, after sections 3 and 4 of the KPI specification.

Buyers as sets of days; deliveries and defects as rows. Recurring revenue is in ``revenue``.
"""

import pandas as pd

from tests.kpis.reading import UNKNOWN, Warehouse, in_cells, month_of, summed

CELLS: dict[str, str | None] = {"company": None, "market": "market", "segment": "segment"}
PRODUCTS: dict[str, str | None] = {
    "company": None,
    "market": "market",
    "product": "product_name",
}
COHORT_MONTHS = (1, 3, 6, 12)
DEFECT_REASONS = ("technical",)


def order_days(warehouse: Warehouse) -> pd.DataFrame:
    """Days of each person with an order that was kept, the first of them, and revenue."""
    rows = warehouse.frame(
        "select orders.customer_id, orders.ordered_local_date as day,"
        f" max(coalesce(segment, '{UNKNOWN}')) as segment,"
        f" max(coalesce(market, '{UNKNOWN}')) as market,"
        " cast(sum(100 * round(amount * exchange_rate, 2)) as bigint) as revenue"
        " from core.fct_orders as orders left join core.dim_exchange_rates as rates"
        " on rates.currency_code = orders.currency_code"
        " and orders.ordered_local_date between valid_from and valid_to - 1"
        " where status = 'completed' and not is_internal and customer_id is not null"
        " group by all order by all"
    )
    rows["day"] = pd.to_datetime(rows["day"])
    rows["first_day"] = rows.groupby("customer_id")["day"].transform("min")
    return rows


def cohort_kpis(warehouse: Warehouse) -> pd.DataFrame:
    """K-COH and K-COH.U of a warehouse."""
    return cohorts(order_days(warehouse), warehouse.as_of)


def repeat_kpis(warehouse: Warehouse) -> pd.DataFrame:
    """K-REP of a warehouse."""
    return repeats(order_days(warehouse), warehouse.as_of)


def cohorts(days: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """K-COH and K-COH.U of every month's first-time buyers, of months that began."""
    firsts = days[days["day"] == days["first_day"]].assign(month=lambda rows: month_of(rows["day"]))
    active = {month: set(own["customer_id"]) for month, own in days.groupby(month_of(days["day"]))}
    rows = []
    cells = in_cells(firsts, CELLS, "month")
    for (grain, key, month), own in cells.groupby(["grain_name", "grain_key", "period_start"]):
        people = set(own["customer_id"])
        for later in COHORT_MONTHS:
            begins = month + pd.DateOffset(months=later)
            if begins >= as_of:
                continue
            is_over = begins + pd.DateOffset(months=1) <= as_of
            then = people & active.get(begins, set())
            or_later = {p for m, buyers in active.items() if m >= begins for p in people & buyers}
            for kpi_id, found in (("K-COH", then), ("K-COH.U", or_later)):
                rows.append(
                    {
                        "kpi_id": kpi_id,
                        "statistic": f"month_{later}",
                        "grain_name": grain,
                        "grain_key": key,
                        "period_start": month,
                        "numerator": len(found) * is_over,
                        "denominator": len(people) * is_over,
                    }
                )
    return pd.DataFrame(rows)


def repeats(days: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """K-REP: persons who return in time, and what repeat orders bring in (a hundredfold)."""
    second = days[days["day"] > days["first_day"]].groupby("customer_id")["day"].min()
    firsts = days[days["day"] == days["first_day"]]
    cells = in_cells(firsts, CELLS, "day")
    waited = (cells["customer_id"].map(second) - cells["day"]).dt.days
    parts = []
    for window in (90, 180, 365):
        is_over = cells["day"] + pd.Timedelta(days=window + 1) <= as_of
        returned = is_over & (waited <= window)
        parts.append(summed(cells, "K-REP", f"within_{window}d", returned, is_over))
    known = in_cells(days[days["revenue"].notna()], CELLS, "day")
    again = known["revenue"].where(known["day"] > known["first_day"], 0)
    parts.append(summed(known, "K-REP", "revenue_share", 100 * again, known["revenue"]))
    return pd.concat(parts, ignore_index=True)


def deliveries(warehouse: Warehouse) -> pd.DataFrame:
    """K-PO by the day of delivery, and K-ONB of what has a guide and had a day's time."""
    rows = warehouse.frame(
        "select * from core.fct_order_deliveries"
        " where not is_internal and delivered_local_date is not null"
    )
    qualities = ["is_on_time", "is_complete", "is_undamaged", "is_correctly_documented"]
    is_flawed = rows[qualities].eq(False).any(axis=1)
    rows["is_judged"] = rows[qualities].notna().all(axis=1) | is_flawed
    rows["is_flawless"] = rows[qualities].eq(True).all(axis=1)
    judged = in_cells(rows[rows["is_judged"]], PRODUCTS, "delivered_local_date")
    guided = in_cells(rows[rows["has_guide"]], PRODUCTS, "delivered_local_date")
    day = pd.to_datetime(guided["delivered_local_date"])
    is_over = day + pd.Timedelta(days=2) <= warehouse.as_of
    hours = (guided["guide_sent_at"] - guided["delivered_at"]) / pd.Timedelta(hours=1)
    one = pd.Series(1, index=judged.index)
    return pd.concat(
        [
            summed(judged, "K-PO", "value", judged["is_flawless"], one),
            summed(guided, "K-ONB", "value", is_over & (hours <= 24) & (hours >= 0), is_over),
        ],
        ignore_index=True,
    )


def defects(warehouse: Warehouse) -> pd.DataFrame:
    """K-DEF: returns and contacts about defects (a thousandfold) over units sold."""
    orders = warehouse.frame(
        "select product_name, market, ordered_local_date as day, status from core.fct_orders"
        " where not is_internal and status in ('completed', 'returned')"
    )
    tickets = warehouse.frame(
        "select product_name, market, created_local_date as day, reason from core.fct_tickets"
        " where not is_internal and not coalesce(is_spam, false)"
        " and not coalesce(is_merged, false) and product_name is not null"
    )
    sold = orders.assign(units=1, returns=(orders["status"] == "returned").astype(int), contacts=0)
    told = tickets[tickets["reason"].isin(DEFECT_REASONS)]
    rows = pd.concat([sold, told.assign(units=0, returns=0, contacts=1)], ignore_index=True)
    cells = in_cells(rows, PRODUCTS, "day")
    both = cells["returns"] + cells["contacts"]
    return pd.concat(
        [
            summed(cells, "K-DEF", name, 1000 * counted, cells["units"])
            for name, counted in (
                ("value", both),
                ("returns", cells["returns"]),
                ("contacts", cells["contacts"]),
            )
        ],
        ignore_index=True,
    )


def asked_after_delivery(warehouse: Warehouse) -> dict[bool, tuple[int, int]]:
    """Deliveries whose 30 days are over, and those with a ticket about the product in them.

    Told apart by whether the how-to message came within 24 hours.
    """
    rows = warehouse.frame(
        "select * from core.fct_order_deliveries"
        " where has_guide and not is_internal and delivered_local_date is not null"
    )
    day = pd.to_datetime(rows["delivered_local_date"])
    rows = rows[day + pd.Timedelta(days=31) <= warehouse.as_of]
    tickets = warehouse.frame(
        "select customer_id, product_name, created_at from core.fct_tickets"
        " where not is_internal and not coalesce(is_spam, false) and not coalesce(is_merged, false)"
    )
    pairs = rows.merge(tickets, on=["customer_id", "product_name"])
    waited = pairs["created_at"] - pairs["delivered_at"]
    is_near = (waited > pd.Timedelta(0)) & (waited <= pd.Timedelta(days=30))
    asked = rows["order_id"].isin(pairs[is_near]["order_id"])
    lag = rows["guide_sent_at"] - rows["delivered_at"]
    told = (lag >= pd.Timedelta(0)) & (lag <= pd.Timedelta(hours=24))
    return {
        is_told: (int((told == is_told).sum()), int((asked & (told == is_told)).sum()))
        for is_told in (True, False)
    }
