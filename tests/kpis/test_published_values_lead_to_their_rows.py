"""The filter that stands beside a value finds the rows behind it; wide marts tie to values."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from serving import reconcile
from tests.factories.dbt import seed_rows
from tests.kpis.comparing import pairs_of
from tests.kpis.explained import EXPLAINED_ONLY
from tests.kpis.reading import Warehouse

TIES = {
    "K-NPS": (
        "select period_start, sum(count_promoters - count_detractors), sum(count_responses)"
        " from marts.mart_nps where horizon = 'relationship' group by all"
    ),
    "K-CSAT": (
        "select period_start, sum(count_satisfied), sum(count_responses)"
        " from marts.mart_csat where horizon = 'transactional' group by all"
    ),
    "K-CES": (
        "select period_start, sum(sum_of_hundredths), sum(count_responses)"
        " from marts.mart_ces where horizon = 'transactional' group by all"
    ),
    "K-RET": (
        "select month_start_date, sum(count_retained), sum(count_active_at_start)"
        " from marts.mart_retention where count_active_at_start + count_active_at_end > 0"
        " group by all"
    ),
    "K-LAPSE": (
        "select month_start_date, sum(count_lapsed), sum(count_active_buyers_at_start)"
        " from marts.mart_retention where count_active_buyers_at_start > 0 group by all"
    ),
}


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.mark.parametrize("ended_by", [None, date(2026, 10, 1)])
def test_the_filter_of_every_value_finds_the_rows_that_add_up_to_it(
    warehouse: Path, ended_by: date | None
) -> None:
    counted = reconcile(warehouse, ended_by=ended_by)

    assert counted.count_values > 500
    assert not counted.differences, "\n".join(map(str, counted.differences[:10]))


def test_whoever_sums_rows_names_a_drill_of_the_registry(built: Warehouse) -> None:
    strays = built.frame(
        """
        select sums.* from core.dim_kpi_drill_sums as sums
        where not exists (
            select 1 from marts.mart_cx_kpi as published
            where published.drill_mart = sums.drill_mart and published.kpi_id = sums.kpi_id
        ) and not exists (
            select 1 from core.dim_kpi as kpi
            where kpi.kpi_id = sums.kpi_id and kpi.drill_mart = sums.drill_mart
                and sums.statistic in (kpi.statistic, '*')
        )
        """
    )
    assert strays.empty, strays.to_string()


def test_what_rows_only_explain_is_listed_with_its_reason() -> None:
    """Every other statistic is summed, or its quantile taken, from its rows each night."""
    summed = {
        (row["drill_mart"], row["kpi_id"], row["statistic"])
        for row in seed_rows("kpi_drill_sums")
        if row["numerator_expression"]
    }
    left = {
        (row["kpi_id"], row["statistic"])
        for row in seed_rows("kpis")
        if not summed
        & {(row["drill_mart"], row["kpi_id"], name) for name in (row["statistic"], "*")}
    }

    assert left == set(pairs_of({kpi: names for kpi, (names, _) in EXPLAINED_ONLY.items()}))


@pytest.mark.parametrize("kpi_id", TIES)
def test_a_wide_mart_adds_up_to_the_published_value(built: Warehouse, kpi_id: str) -> None:
    calendar = built.frame("select calendar from core.dim_run")["calendar"].iloc[0]
    period_type = "jalali_month" if calendar == "jalali" else "month"
    wide = built.frame(TIES[kpi_id])
    wide.columns = pd.Index(["period_start", "numerator", "denominator"])
    published = built.frame(
        f"""
        select period_start, numerator, denominator from marts.mart_cx_kpi
        where kpi_id = '{kpi_id}' and grain_name = 'company' and period_type = '{period_type}'
            and statistic = (
                select any_value(statistic) from core.dim_kpi
                where kpi_id = '{kpi_id}' and is_headline
            )
        """
    )
    joined = published.merge(wide, on="period_start", how="outer", suffixes=("", "_wide"))
    assert len(joined)
    assert (joined["numerator"] == joined["numerator_wide"]).all(), joined.to_string()
    assert (joined["denominator"] == joined["denominator_wide"]).all()


def test_queue_intervals_add_up_to_the_service_level_of_the_queue(built: Warehouse) -> None:
    different = built.frame(
        """
        with intervals as (
            select queue_id, date_trunc('month', local_date) as period_start,
                sum(count_answered_within_threshold) as met,
                sum(count_offered - count_short_abandoned) as base
            from marts.mart_contact_center group by all
        )
        select * from intervals
        full join (
            select * from marts.mart_cx_kpi
            where kpi_id = 'K-SL' and grain_name = 'queue' and period_type = 'month'
        ) as published
            on published.grain_key = intervals.queue_id
            and published.period_start = intervals.period_start
        where met is distinct from numerator or base is distinct from denominator
        """
    )
    assert different.empty, different.head().to_string()


def test_the_busiest_half_hour_of_a_queue_is_its_peak_of_the_month(built: Warehouse) -> None:
    different = built.frame(
        """
        with intervals as (
            select queue_id, date_trunc('month', local_date) as period_start,
                max(peak_concurrent_calls) as peak
            from marts.mart_contact_center where count_offered > 0 group by all
        )
        select * from intervals
        full join (
            select * from marts.mart_cx_kpi
            where kpi_id = 'K-CONC' and grain_name = 'queue' and period_type = 'month'
        ) as published
            on published.grain_key = intervals.queue_id
            and published.period_start = intervals.period_start
        where peak is distinct from value
        """
    )
    assert different.empty, different.head().to_string()
