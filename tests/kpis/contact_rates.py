"""Contacts against customers, orders, costs and self-service, after the KPI specification.

The contacts themselves are in ``issues``.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from tests.kpis.issues import by_month, handled_contacts
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse, in_cells, month_of, summed
from tests.kpis.retention import attributes_of_customers

CUSTOMERS = ("new", "won_back", "active", "advocate")
SHARED = ("channel", "reason", "product")
COLUMNS = [*KEYS, "numerator", "denominator"]


def rates(warehouse: Warehouse) -> pd.DataFrame:
    """K-CONTACT and K-COMPL by cell and ended month."""
    contacts = handled_contacts(warehouse)
    reported = complaints(warehouse)
    active = active_customers(warehouse)
    orders = _orders(warehouse)
    contacted = by_month(contacts, ["market", "segment", "channel", "reason"])
    complained = by_month(reported, ["market", "segment", "product", "reason"])
    return pd.concat(
        [
            _against(contacted, active, "K-CONTACT", "value", 100, warehouse.as_of),
            _against(contacted, orders, "K-CONTACT", "per_100_orders", 100, warehouse.as_of),
            _against(complained, active, "K-COMPL", "value", 1000, warehouse.as_of),
        ],
        ignore_index=True,
    )


def _against(
    counts: pd.DataFrame,
    base: Counter[tuple[str, str, pd.Timestamp]],
    kpi_id: str,
    statistic: str,
    per: int,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for cell in counts.itertuples():
        own = ("company", "company") if cell.grain_name in SHARED else None
        grain, key = own or (cell.grain_name, cell.grain_key)
        size = base[grain, key, cell.period_start]
        if size and cell.period_start + pd.offsets.MonthBegin(1) <= as_of:
            names = (kpi_id, statistic, cell.grain_name, cell.grain_key, cell.period_start)
            rows.append(dict(zip(COLUMNS, (*names, per * cell.size, size), strict=True)))
    return pd.DataFrame(rows, columns=COLUMNS)


def active_customers(warehouse: Warehouse) -> Counter[tuple[str, str, pd.Timestamp]]:
    """Persons who were customers at some time of an ended month, by cell."""
    spells = warehouse.frame(
        "select customer_id, cast(entered_on as timestamp) as entered,"
        " cast(coalesce(left_on, date '2200-01-01') as timestamp) as gone"
        f" from metrics.met_lifecycle_spells where lifecycle_state in {CUSTOMERS}"
    )
    history = attributes_of_customers(warehouse)
    counts: Counter[tuple[str, str, pd.Timestamp]] = Counter()
    first = month_of(spells["entered"]).min() if len(spells) else warehouse.as_of
    for month in pd.date_range(first, warehouse.as_of, freq="MS"):
        here = (spells["entered"] < month + pd.offsets.MonthBegin(1)) & (spells["gone"] > month)
        met = spells[here].groupby("customer_id")["entered"].min().clip(lower=month)
        for customer, day in met.items():
            held = next(
                (
                    row
                    for row in history.get(str(customer), [])
                    if row["valid_from"] <= day < row["to"]
                ),
                {},
            )
            counts["company", "company", month] += 1
            counts["market", held.get("market") or UNKNOWN, month] += 1
            counts["segment", held.get("segment") or UNKNOWN, month] += 1
    return counts


def _orders(warehouse: Warehouse) -> Counter[tuple[str, str, pd.Timestamp]]:
    orders = warehouse.frame(
        "select ordered_local_date as day, market, segment from core.fct_orders"
        " where not is_internal"
    )
    counts: Counter[tuple[str, str, pd.Timestamp]] = Counter()
    for cell in by_month(orders, ["market", "segment"]).itertuples():
        counts[cell.grain_name, cell.grain_key, cell.period_start] = cell.size
    return counts


def complaints(warehouse: Warehouse) -> pd.DataFrame:
    """Complaints with what is known of their answer."""
    rows = warehouse.frame(
        "select created_local_date as day, created_at, first_replied_at, market, segment,"
        " channel, product_name as product, reason from core.fct_tickets"
        " where is_complaint and not is_spam and not is_merged and not is_internal"
    )
    waited = pd.to_datetime(rows["first_replied_at"]) - pd.to_datetime(rows["created_at"])
    return rows.assign(day=pd.to_datetime(rows["day"]), is_answered=waited <= pd.Timedelta(days=1))


def acknowledged(warehouse: Warehouse) -> pd.DataFrame:
    """The share of complaints that were answered within a day, by cell and month."""
    rows = complaints(warehouse)
    is_mature = rows["day"] + pd.Timedelta(days=2) <= warehouse.as_of
    grains = ("market", "channel", "product", "reason")
    cells = in_cells(
        rows.assign(is_mature=is_mature), {"company": None} | {name: name for name in grains}, "day"
    )
    met = cells["is_mature"] & cells["is_answered"]
    return summed(cells, "K-COMPL", "acknowledged", met, cells["is_mature"])


def self_service(warehouse: Warehouse) -> pd.DataFrame:
    """K-SELF by cell and month; the demo company has no help pages."""
    alone = warehouse.frame(
        "select entered_local_date as day, market, 'phone' as channel from core.fct_ivr_calls"
        " where outcome = 'contained' and not is_internal"
    )
    contacts = handled_contacts(warehouse)[["day", "market", "channel"]]
    rows = pd.concat([alone.assign(is_alone=True), contacts.assign(is_alone=False)])
    cells = in_cells(
        rows.reset_index(drop=True),
        {"company": None, "market": "market", "channel": "channel"},
        "day",
    )
    return summed(cells, "K-SELF", "value", cells["is_alone"], cells["is_alone"] | True)


def cost_per_contact(warehouse: Warehouse) -> pd.DataFrame:
    """K-CPC, nominal and in constant prices, of every ended month with a ledger."""
    pools = _pools(warehouse)
    contacts = handled_contacts(warehouse)
    counted = contacts.assign(
        month=month_of(contacts["day"]),
        market=contacts["market"].fillna(UNKNOWN),
        channel=contacts["channel"],
    )
    rows: list[dict[str, Any]] = []
    for month in sorted({pool[0] for pool in pools}):
        own = {key: value for key, value in pools.items() if key[0] == month}
        of_month = counted[counted["month"] == month]
        cells = [("company", "company", own.values(), len(of_month))]
        for position, grain in ((1, "market"), (2, "channel")):
            for name in {key[position] for key in own}:
                amounts = [value for key, value in own.items() if key[position] == name]
                cells.append((grain, name, amounts, int((of_month[grain] == name).sum())))
        rows += [
            dict(zip(COLUMNS, ("K-CPC", statistic, grain, name, month, cost, count), strict=True))
            for grain, name, amounts, count in cells
            for statistic, cost in zip(
                ("value", "real"), map(sum, zip(*amounts, strict=True)), strict=True
            )
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _pools(warehouse: Warehouse) -> dict[tuple[pd.Timestamp, str, str], tuple[int, int]]:
    """Hundredths of the reporting currency by month, market and channel: nominal, constant."""
    entries = warehouse.frame(
        """
        select costs.month_start_date as month, costs.market, costs.channel,
            cast(costs.amount as varchar) as amount, cast(rates.exchange_rate as varchar) as rate,
            cast(prices.price_index as varchar) as price_index
        from core.fct_costs as costs
        cross join core.dim_run as run
        join core.dim_exchange_rates as rates
            on rates.currency_code = costs.currency_code
            and costs.month_start_date between rates.valid_from
            and rates.valid_to - interval 1 day
        left join core.dim_price_index as prices
            on prices.currency_code = run.currency_code
            and prices.month_start_date = costs.month_start_date
        where costs.purpose = 'service'
            and costs.month_start_date + interval 1 month <= run.as_of
        """
    )
    nominal: Counter[tuple[pd.Timestamp, str, str]] = Counter()
    index: dict[pd.Timestamp, Decimal] = {}
    for entry in entries.itertuples():
        key = (pd.Timestamp(entry.month), entry.market or UNKNOWN, entry.channel or UNKNOWN)
        nominal[key] += _whole(Decimal(entry.amount) * Decimal(entry.rate) * 100)
        index[key[0]] = Decimal(entry.price_index)
    return {
        key: (cost, _whole(Decimal(cost) * 100 / index[key[0]])) for key, cost in nominal.items()
    }


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
