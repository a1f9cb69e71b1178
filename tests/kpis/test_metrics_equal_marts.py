"""A metric of the semantic layer, the mart and SQL written by hand agree on every KPI."""

from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingestion.settings import Home
from tests.factories.metrics import Metrics
from tests.kpis.reading import Warehouse

MONTH = "metric_time__month"
OFFERED = "not is_internal and direction = 'inbound' and outcome <> 'blocked'"
PRICED = "bool_and(start_mrr_amount is not null and end_mrr_amount is not null)"
ANSWERS = "from core.fct_survey_answers where exclusion_reason is null and metric = "
# By month and segment: net score, shares, means, set, money and its ratio.
BY_HAND = {
    "nps": f"""
        select date_trunc('month', answered_local_date) as period_start, segment,
            100.0 * (count(*) filter (where numeric_value >= 9)
                - count(*) filter (where numeric_value <= 6)) / count(*) as by_hand
        {ANSWERS} 'nps' and horizon = 'relationship' group by all
    """,
    "csat_pct": f"""
        select date_trunc('month', answered_local_date) as period_start, segment,
            100.0 * count(*) filter (where numeric_value >= 4) / count(*) as by_hand
        {ANSWERS} 'csat' and horizon = 'transactional' group by all
    """,
    "ces": f"""
        select date_trunc('month', answered_local_date) as period_start, segment,
            avg(numeric_value) as by_hand
        {ANSWERS} 'ces' and horizon = 'transactional' and scale_maximum = 7 group by all
    """,
    "response_pct": """
        select date_trunc('month', sent_local_date) as period_start, segment,
            100.0 * count(*) filter (where is_completed) / count(*) as by_hand
        from core.fct_survey_invitations cross join core.dim_run
        where horizon = 'transactional' and not is_internal
            and delivery_status in ('sent', 'delivered') and sent_local_date + 30 <= as_of
        group by all
    """,
    "service_level_pct": f"""
        select date_trunc('month', entered_local_date) as period_start, segment,
            100.0 * count(*) filter (where outcome = 'answered' and wait_milliseconds <= 20000)
            / count(*) filter (where outcome <> 'abandoned' or wait_milliseconds > 5000) as by_hand
        from core.fct_calls where {OFFERED} group by all
    """,
    "average_speed_of_answer_seconds": f"""
        select date_trunc('month', entered_local_date) as period_start, segment,
            avg(wait_milliseconds) / 1000 as by_hand
        from core.fct_calls where {OFFERED} and outcome = 'answered' group by all
    """,
    "retention_pct": """
        select month_start_date as period_start, segment,
            100.0 * count(*) filter (where end_mrr_amount > 0) / count(*) as by_hand
        from marts.mart_mrr where start_mrr_amount > 0 and is_complete group by all
    """,
    "mrr_amount": f"""
        select month_start_date as period_start, segment,
            case when {PRICED} then sum(end_mrr_amount) end as by_hand
        from marts.mart_mrr where is_complete group by all
    """,
    "nrr_pct": f"""
        select month_start_date as period_start, segment,
            case when {PRICED} then 100.0 * sum(end_mrr_amount) filter (where start_mrr_amount > 0)
                / nullif(sum(start_mrr_amount), 0) end as by_hand
        from marts.mart_mrr where is_complete group by all
    """,
}
# What is no sum: a median, and the greatest half hour.
NO_SUMS = {
    "first_resolution_minutes": """
        select date_trunc('month', first_solved_local_date) as period_start, queue_id as queue,
            median(first_resolution_calendar_milliseconds) / 60000 as by_hand
        from marts.mart_response_time where is_counted and queue_id is not null group by all
    """,
    "peak_concurrent_calls": """
        select date_trunc('month', local_date) as period_start, queue_id as queue,
            max(peak_concurrent_calls) as by_hand
        from marts.mart_contact_center group by all
    """,
}
PERIODS = {
    "day": "metric_time__day",
    "week": "metric_time__business_week",
    "month": MONTH,
    "jalali_month": "metric_time__jalali_month",
    "quarter": "metric_time__quarter",
    "year": "metric_time__year",
}


@pytest.fixture(scope="module")
def metrics(tiny_home: Home) -> Metrics:
    return Metrics(tiny_home)


def published(
    warehouse: Path, meta: dict[str, dict[str, Any]], grain: str, period: str
) -> dict[str, pd.DataFrame]:
    """The mart's values of the metrics that name a grain and a period, by metric.

    The grain's key stands in a column of its name; a metric of which there is no value is left
    out, such as those of agents by day.
    """
    values = Warehouse(warehouse).frame(
        f"select kpi_id, statistic, grain_key as {grain}, period_start, value"
        f" from marts.mart_cx_kpi where grain_name = '{grain}' and period_type = '{period}'"
        " and value is not null"
    )
    values = values.assign(period_start=pd.to_datetime(values["period_start"]))
    groups = dict(list(values.groupby(["kpi_id", "statistic"])))
    return {
        name: groups[kpi][[grain, "period_start", "value"]]
        for name, metric in meta.items()
        if (kpi := (metric["kpi_id"], metric["statistic"])) in groups
        and grain in metric["grains"].split("|")
        and period in metric["period_types"].split("|")
    }


def different(one: pd.DataFrame, other: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Rows of two frames whose values, named ``names``, are not the same."""
    keys = [name for name in other.columns if name not in names]
    sides = [frame[[*keys, name]] for frame, name in zip((one, other), names, strict=True)]
    joined = sides[0].merge(sides[1], on=keys, how="outer")
    values = joined[list(names)].astype(float)
    return joined[
        ~((values[names[0]] - values[names[1]]).abs() < 1e-5) & values.notna().any(axis=1)
    ]


@pytest.mark.parametrize(("grain", "written"), [("segment", BY_HAND), ("queue", NO_SUMS)])
def test_metric_mart_and_hand_written_sql_agree(
    metrics: Metrics, warehouse: Path, grain: str, written: dict[str, str]
) -> None:
    asked = metrics.query(list(written), [MONTH, grain])
    marts = published(warehouse, metrics.of_kpis(), grain, "month")
    for name, sql in written.items():
        by_hand = Warehouse(warehouse).frame(sql)
        by_hand = by_hand.assign(
            period_start=pd.to_datetime(by_hand["period_start"]),
            **{grain: by_hand[grain].fillna("unknown")},
        )
        off = different(asked, marts[name], (name, "value"))
        assert off.empty, (name, off.head().to_string())
        off = different(asked, by_hand, (name, "by_hand"))
        assert off.empty, (name, off.head().to_string())


@pytest.mark.lane
def test_every_metric_equals_the_mart_in_every_grain_and_period_that_it_names(
    metrics: Metrics, warehouse: Path
) -> None:
    meta, compared = metrics.of_kpis(), 0
    grains, periods = (
        {name for metric in meta.values() for name in metric[names].split("|")}
        for names in ("grains", "period_types")
    )
    assert periods <= PERIODS.keys()
    for grain, period in product(sorted(grains), PERIODS):
        marts = published(warehouse, meta, grain, period)
        if not marts:
            continue
        keys = [] if grain == "company" else [grain]
        asked = metrics.query(list(marts), [PERIODS[period], *keys]).assign(company="company")
        for name, mart in marts.items():
            off = different(asked, mart, (name, "value"))
            assert off.empty, (name, grain, period, off.head().to_string())
            compared += len(mart)
    assert compared > 1_000
