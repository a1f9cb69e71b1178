"""Values, intervals and periods of all KPIs follow from their parts.

The parts themselves are compared in ``test_every_statistic_is_computed_twice``.
"""

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from tests.kpis.lapse import Buyer, window
from tests.kpis.reading import Warehouse


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


def test_the_second_computation_of_the_lapse_window_knows_the_golden_ones() -> None:
    as_of = pd.Timestamp("2025-07-01")

    def buyer(*ages: int) -> Buyer:
        days = tuple(as_of - pd.Timedelta(days=age) for age in ages)
        return Buyer(str(ages), days, ("gold",) * len(ages))

    reached = [buyer(135, 115, 85, 45), buyer(205, 175, 115, 50)]
    not_reached = [buyer(135, 115, 85, 45), buyer(160, 130, 70)]
    assert window(reached, "gold", as_of) == 65
    assert window(not_reached, "gold", as_of) == 180


def test_shares_and_net_scores_are_hundreds_of_their_parts(published: pd.DataFrame) -> None:
    parts = published[
        published["kind"].isin(["proportion", "net", "set"]) & (published["denominator"] > 0)
    ]
    assert (parts["value"] - 100 * parts["numerator"] / parts["denominator"]).abs().max() < 1e-6


def test_a_kpi_without_a_base_has_no_value(published: pd.DataFrame) -> None:
    assert published[published["n"] == 0]["value"].isna().all()
    shown = published[
        published["kind"].isin(["proportion", "net", "set", "mean"]) & ~published["suppressed"]
    ]
    assert shown[shown["n"] > 0]["value"].notna().all()


def test_intervals_of_shares_are_those_of_an_independent_library(published: pd.DataFrame) -> None:
    shares = published[published["kpi_id"].isin(["K-CSAT", "K-SL", "K-RET", "K-RR"])]
    shares = shares[~shares["statistic"].isin(["mean"]) & (shares["n"] > 0)].head(200)
    for row in shares.itertuples():
        interval = stats.binomtest(int(row.numerator), int(row.n)).proportion_ci(method="wilson")
        assert abs(row.ci_low - 100 * interval.low) < 1e-4
        assert abs(row.ci_high - 100 * interval.high) < 1e-4


def test_intervals_of_means_are_those_of_an_independent_library(
    built: Warehouse, published: pd.DataFrame
) -> None:
    answers = built.frame(
        "select numeric_value, answered_local_date from core.fct_survey_answers"
        " where exclusion_reason is null and metric = 'ces' and scale_maximum = 7"
        " and horizon = 'transactional' and numeric_value is not null"
    )
    answers = answers[pd.to_datetime(answers["answered_local_date"]) < built.as_of]
    month = pd.to_datetime(answers["answered_local_date"]).dt.to_period("M").dt.start_time
    means = published[
        (published["kpi_id"] == "K-CES")
        & (published["statistic"] == "mean")
        & (published["grain_name"] == "company")
        & (published["n"] > 1)
    ]
    assert len(means)
    for row in means.itertuples():
        values = answers["numeric_value"].astype(float)[month == row.period_start]
        error = stats.sem(values)
        low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), error)
        assert abs(row.value - values.mean()) < 1e-5
        assert abs(row.ci_low - max(low, 1)) < 1e-4
        assert abs(row.ci_high - min(high, 7)) < 1e-4


def test_a_year_is_the_sum_of_its_months_and_no_mean_of_scores(built: Warehouse) -> None:
    sums = built.frame(
        """
        select kpi_id, statistic, grain_name, grain_key, period_type,
            year(period_start) as year_number,
            sum(numerator) as numerator, sum(denominator) as denominator
        from marts.mart_cx_kpi
        where period_type in ('month', 'year') and numerator is not null
            and (kpi_id, statistic) in (
                select (kpi_id, statistic) from metrics.met_kpi_components
            )
            and (kpi_id, statistic) in (
                select (kpi_id, statistic) from core.dim_kpi
                where list_has_all(string_split(period_types, '|'), ['month', 'year'])
            )
        group by all
        """
    )
    sides = sums.pivot_table(
        index=["kpi_id", "statistic", "grain_name", "grain_key", "year_number"],
        columns="period_type",
        values=["numerator", "denominator"],
    )
    assert (sides["numerator"]["month"] == sides["numerator"]["year"]).all()
    assert (sides["denominator"]["month"] == sides["denominator"]["year"]).all()
