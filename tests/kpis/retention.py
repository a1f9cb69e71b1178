"""Retention KPIs from subscriptions, after section 3 of the KPI specification: sets of people."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.kpis.reading import UNKNOWN, Warehouse


@dataclass(frozen=True)
class Subscription:
    """One contract: runs from its first day to the day before ``ended_on``."""

    customer_id: str
    started_on: pd.Timestamp
    ended_on: pd.Timestamp
    is_involuntary: bool
    subscription_id: str

    def runs_on(self, day: pd.Timestamp) -> bool:
        """Whether it gives service on that day."""
        return self.started_on <= day < self.ended_on


def retention(warehouse: Warehouse) -> pd.DataFrame:
    """K-RET and K-CHURN of every ended month, for the company, markets and segments."""
    contracts = _contracts(warehouse)
    if not contracts:
        return pd.DataFrame()
    history = attributes_of_customers(warehouse)
    rows: list[dict[str, Any]] = []
    first = min(contract.started_on for contract in contracts).to_period("M").start_time
    for start in pd.date_range(first, warehouse.as_of, freq="MS"):
        end = start + pd.offsets.MonthBegin(1)
        if end <= warehouse.as_of:
            rows += _month(contracts, history, start, end)
    return pd.DataFrame(rows)


def _month(
    contracts: list[Subscription],
    history: dict[str, list[dict[str, Any]]],
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> list[dict[str, Any]]:
    at_start = {contract.customer_id for contract in contracts if contract.runs_on(start)}
    at_end = {contract.customer_id for contract in contracts if contract.runs_on(end)}
    lost = at_start - at_end
    unpaid = {customer for customer in lost if _last(contracts, customer, end).is_involuntary}
    sets = {
        ("K-RET", "value"): at_start & at_end,
        ("K-CHURN", "value"): lost,
        ("K-CHURN", "voluntary"): lost - unpaid,
        ("K-CHURN", "involuntary"): unpaid,
    }
    base = _cells(at_start, history, start)
    # A cell whose people all joined in the month is published without a base.
    named = set(base) | set(_cells(at_end - at_start, history, start))
    return [
        {
            "kpi_id": kpi_id,
            "statistic": statistic,
            "grain_name": grain,
            "grain_key": key,
            "period_start": start,
            "numerator": _cells(people, history, start)[grain, key],
            "denominator": base[grain, key],
        }
        for (kpi_id, statistic), people in sets.items()
        for grain, key in named
    ]


def _cells(
    people: set[str], history: dict[str, list[dict[str, Any]]], day: pd.Timestamp
) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for customer in people:
        held = next(
            (row for row in history.get(customer, []) if row["valid_from"] <= day < row["to"]), {}
        )
        counts["company", "company"] += 1
        counts["market", held.get("market") or UNKNOWN] += 1
        counts["segment", held.get("segment") or UNKNOWN] += 1
    return counts


def _last(contracts: list[Subscription], customer: str, end: pd.Timestamp) -> Subscription:
    own = [row for row in contracts if row.customer_id == customer and row.started_on < end]
    return max(own, key=lambda row: (row.ended_on, row.subscription_id))


def _contracts(warehouse: Warehouse) -> list[Subscription]:
    rows = warehouse.frame(
        "select customer_id, subscription_id, started_on,"
        " coalesce(ended_on, date '2200-01-01') as ended_on,"
        " coalesce(is_involuntary, false) as is_involuntary"
        " from core.fct_subscriptions where not is_internal"
    )
    contracts = [
        Subscription(
            customer_id=row.customer_id,
            started_on=pd.Timestamp(row.started_on),
            ended_on=pd.Timestamp(row.ended_on),
            is_involuntary=bool(row.is_involuntary),
            subscription_id=row.subscription_id,
        )
        for row in rows.itertuples()
    ]
    return [contract for contract in contracts if contract.started_on < contract.ended_on]


def attributes_of_customers(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Versions of each person, with ``market``, ``segment``, ``valid_from`` and ``to``."""
    rows = warehouse.frame(
        "select customer_id, market, segment, valid_from,"
        " least(valid_to, timestamp '2200-01-01') as to from core.dim_customers"
    )
    history: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dict("records"):
        named = {key: None if pd.isna(value) else value for key, value in row.items()}
        history.setdefault(str(row["customer_id"]), []).append(named)
    return history
