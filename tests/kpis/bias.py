"""K-BIAS: do groups of customers answer unlike each other? After section 1 of the specification.

The p-value is that of an independent library.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from tests.kpis.money import reporting_hundredths
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse

ANSWER_WINDOW, LOOKBACK = pd.Timedelta(days=30), pd.Timedelta(days=365)
LEAST = 30
STATISTICS = {"segment": ("value", "segment_p"), "decile": ("decile_gap", "decile_p")}


def response_bias(warehouse: Warehouse) -> pd.DataFrame:
    """The gap of response rates by survey and quarter of sending, and its p by chi-square."""
    sent = warehouse.frame(
        "select survey_id, customer_id, segment, is_completed, sent_local_date"
        " from core.fct_survey_invitations"
        " where not is_internal and sent_local_date is not null"
        " and coalesce(delivery_status, 'sent') in ('sent', 'delivered')"
    )
    day = pd.to_datetime(sent["sent_local_date"])
    sent = sent.assign(period_start=day.dt.to_period("Q").dt.start_time)
    sent = sent[day + ANSWER_WINDOW <= warehouse.as_of]
    spent = _spent(warehouse)
    rows: list[tuple[Any, ...]] = []
    for start, cohort in sent.groupby("period_start"):
        tenth = cohort["customer_id"].map(deciles(spent, start)).fillna("no orders")
        named = cohort.assign(segment=cohort["segment"].fillna(UNKNOWN), decile=tenth)
        for survey, own in named.groupby("survey_id"):
            for attribute, statistics in STATISTICS.items():
                told = zip(statistics, compared(own[attribute], own["is_completed"]), strict=True)
                cell = ("survey", survey, start)
                rows += [
                    (name, *cell, value, len(own)) for name, value in told if value is not None
                ]
    return pd.DataFrame(rows, columns=[*KEYS[1:], "value", "n"]).assign(kpi_id="K-BIAS")


def compared(groups: pd.Series, answered: pd.Series) -> tuple[float | None, float | None]:
    """Points between the best and the worst group of 30 or more, and the p of all groups."""
    counts = answered.astype(int).groupby(groups).agg(["size", "sum"])
    rates = 100 * (counts["sum"] / counts["size"])[counts["size"] >= LEAST]
    gap = float(rates.max() - rates.min()) if len(rates) > 1 else None
    table = np.array([counts["sum"], counts["size"] - counts["sum"]])
    if len(counts) < 2 or not table.sum(axis=1).all():
        return gap, None
    return gap, float(stats.chi2_contingency(table, correction=False).pvalue)


def deciles(spent: pd.DataFrame, start: pd.Timestamp) -> dict[str, str]:
    """The tenth of each buyer by what the year before brought; the first spent least."""
    year = spent[(spent["day"] < start) & (spent["day"] >= start - LOOKBACK)]
    total = year.groupby("customer_id", as_index=False)["hundredths"].sum()
    ordered = total.sort_values(["hundredths", "customer_id"])["customer_id"].to_numpy()
    parts = np.array_split(ordered, 10)
    return {customer: f"{place:02}" for place, part in enumerate(parts, 1) for customer in part}


def _spent(warehouse: Warehouse) -> pd.DataFrame:
    orders = warehouse.frame(
        "select customer_id, ordered_local_date as day, cast(amount as varchar) as amount,"
        " currency_code from core.fct_orders"
        " where status = 'completed' and not is_internal and amount > 0"
    )
    orders = orders.assign(hundredths=reporting_hundredths(warehouse, orders, "day"))
    return orders[orders["hundredths"].notna()].assign(day=pd.to_datetime(orders["day"]))
