"""Agents needed, K-ERL, by the sums of Erlang's formulas instead of their recursion."""

from math import exp, factorial

import pandas as pd

from tests.kpis.reading import Warehouse, month_of

INTERVAL, THRESHOLD = 1800, 20


def blocked(erlangs: float, agents: int) -> float:
    """Erlang B: share turned away when nobody can wait."""
    terms = [erlangs**count / factorial(count) for count in range(agents + 1)]
    return terms[-1] / sum(terms)


def waiting(erlangs: float, agents: int) -> float:
    """Erlang C: share that waits; everybody does when agents are no more than the load."""
    if agents <= erlangs:
        return 1.0
    share = blocked(erlangs, agents)
    return share / (1 - erlangs / agents * (1 - share))


def service_level(erlangs: float, agents: int, handle_seconds: float) -> float:
    """Share answered within the threshold."""
    if agents <= erlangs:
        return 0.0
    late = exp(-(agents - erlangs) * THRESHOLD / handle_seconds)
    return 1 - waiting(erlangs, agents) * late


def needed(count: int, handle_seconds: int, target: float) -> int:
    """Fewest agents who meet the target."""
    erlangs = count * handle_seconds / INTERVAL
    agents = 1
    while service_level(erlangs, agents, handle_seconds) < target:
        agents += 1
    return agents


def staffing(warehouse: Warehouse) -> pd.DataFrame:
    """Most agents that any half hour of a queue's month needs."""
    entries = warehouse.frame(
        "select queue_id, interval_start_at, outcome, talk_milliseconds, hold_milliseconds,"
        " wrap_milliseconds, is_open, entered_local_date, answered_local_date"
        " from core.fct_queue_entries where not is_internal and queue_id is not null"
        " and coalesce(direction, 'inbound') = 'inbound'"
    )
    target = warehouse.frame(
        "select target from core.dim_kpi_targets where kpi_id = 'K-SL' and statistic = 'value'"
        " and grain_name = 'company' order by valid_from desc limit 1"
    )["target"].iloc[0]
    handled = entries[
        (entries["outcome"] == "answered")
        & ~entries["is_open"]
        & entries["talk_milliseconds"].notna()
    ]
    wrap = handled["wrap_milliseconds"].fillna(0).clip(upper=30 * 60_000)
    spent = handled["talk_milliseconds"] + handled["hold_milliseconds"].fillna(0) + wrap
    by_month = spent.groupby([handled["queue_id"], month_of(handled["answered_local_date"])]).mean()
    seconds = (by_month / 1000 + 0.5).astype("int64")
    offered = entries[entries["outcome"].isin(["answered", "abandoned", "flow_out"])]
    offered = offered.assign(month=month_of(offered["entered_local_date"]))
    loads = offered.groupby(["queue_id", "month", "interval_start_at"]).size().rename("calls")
    counts = loads.reset_index()
    counts["seconds"] = seconds.reindex(
        pd.MultiIndex.from_frame(counts[["queue_id", "month"]])
    ).array
    counts = counts[counts["seconds"].fillna(0) > 0]
    pairs = {
        pair: needed(int(pair[0]), int(pair[1]), target / 100)
        for pair in zip(counts["calls"], counts["seconds"], strict=True)
    }
    counts["agents"] = [
        pairs[pair] for pair in zip(counts["calls"], counts["seconds"], strict=True)
    ]
    peaks = counts.groupby(["queue_id", "month"])["agents"].agg(["max", "count"]).reset_index()
    peaks.columns = pd.Index(["grain_key", "period_start", "value", "n"])
    return peaks.assign(kpi_id="K-ERL", statistic="value", grain_name="queue")
