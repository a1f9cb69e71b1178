"""K-LAPSE from orders, after section 3 of the KPI specification: person by person.

The curve of Kaplan and Meier is that of an independent library.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from tests.kpis.reading import UNKNOWN, Warehouse
from tests.kpis.retention import attributes_of_customers

DEFAULT, FLOOR = 180, 30
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Buyer:
    """A person's days with an order, in order, and the segment of each day."""

    customer_id: str
    days: tuple[pd.Timestamp, ...]
    segments: tuple[str, ...]


def lapses(warehouse: Warehouse) -> pd.DataFrame:
    """K-LAPSE of every ended month, for the company, markets and segments."""
    buyers = _buyers(warehouse)
    history = attributes_of_customers(warehouse)
    rows: list[dict[str, Any]] = []
    first = min(buyer.days[0] for buyer in buyers).to_period("M").start_time
    for start in pd.date_range(first, warehouse.as_of, freq="MS"):
        end = start + pd.offsets.MonthBegin(1)
        if end <= warehouse.as_of:
            rows += _judged(buyers, history, start, end)
    judged = pd.DataFrame(rows)
    parts = [
        judged.groupby([*keys, "period_start"], as_index=False)[["numerator", "denominator"]]
        .sum()
        .assign(grain_name=grain)
        .rename(columns={grain: "grain_key"})
        for grain, keys in (("market", ["market"]), ("segment", ["segment"]))
    ]
    whole = judged.groupby("period_start", as_index=False)[["numerator", "denominator"]].sum()
    parts.append(whole.assign(grain_name="company", grain_key="company"))
    return pd.concat(parts, ignore_index=True).assign(kpi_id="K-LAPSE", statistic="value")


def window(buyers: list[Buyer], segment: str, reference: pd.Timestamp) -> int:
    """Days of silence that nine of ten had ended, as known before ``reference``."""
    closed: list[int] = []
    still_open: list[int] = []
    for buyer in buyers:
        known = [day for day in buyer.days if day < reference]
        for position, day in enumerate(known):
            if buyer.segments[position] != segment:
                continue
            if position + 1 < len(known):
                closed.append((known[position + 1] - day).days)
            else:
                still_open.append((reference - day).days)
    if not closed:
        return DEFAULT
    curve = stats.ecdf(stats.CensoredData(uncensored=closed, right=still_open)).sf
    reached = curve.quantiles[np.round(curve.probabilities, 9) <= 0.1]
    return max(int(reached.min()), FLOOR) if len(reached) else DEFAULT


def _judged(
    buyers: list[Buyer],
    history: dict[str, list[dict[str, Any]]],
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> list[dict[str, Any]]:
    windows: dict[str, int] = {}
    rows = []
    for buyer in buyers:
        held = next(
            (
                row
                for row in history.get(buyer.customer_id, [])
                if row["valid_from"] <= start < row["to"]
            ),
            {},
        )
        segment = held.get("segment") or UNKNOWN
        if segment not in windows:
            windows[segment] = window(buyers, segment, start)
        days = windows[segment]
        if _last_before(buyer, start) + days * DAY >= start:
            rows.append(
                {
                    "market": held.get("market") or UNKNOWN,
                    "segment": segment,
                    "period_start": start,
                    "numerator": int(_falls_silent(buyer, start, end, days)),
                    "denominator": 1,
                }
            )
    return rows


def _last_before(buyer: Buyer, day: pd.Timestamp) -> pd.Timestamp:
    before = [ordered for ordered in buyer.days if ordered < day]
    return before[-1] if before else pd.Timestamp("1900-01-01")


def _falls_silent(buyer: Buyer, start: pd.Timestamp, end: pd.Timestamp, days: int) -> bool:
    """Whether some day of the period was the last one that the window allowed."""
    return any(
        (day + DAY - _last_before(buyer, day + DAY)).days > days
        for day in pd.date_range(start, end - DAY)
    )


def _buyers(warehouse: Warehouse) -> list[Buyer]:
    rows = warehouse.frame(
        "select customer_id, ordered_local_date as day,"
        f" max(coalesce(segment, '{UNKNOWN}')) as segment"
        " from core.fct_orders where status = 'completed' and not is_internal"
        " and customer_id is not null group by all order by all"
    )
    rows["day"] = pd.to_datetime(rows["day"])
    return [
        Buyer(str(customer), tuple(own["day"]), tuple(own["segment"]))
        for customer, own in rows.groupby("customer_id")
    ]
