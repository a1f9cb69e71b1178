"""Every published KPI against a computation of its own from core tables, by month and grain."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from tests.kpis.contact_center import attainment, counts_and_means, peaks, quantiles
from tests.kpis.lapse import Buyer, lapses, window
from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.retention import retention
from tests.kpis.surveys import HANDLER_CELLS, response_rates, scores, scores_of, weighted_scores

FAMILIES: dict[str, tuple[Callable[[Warehouse], pd.DataFrame], tuple[str, ...]]] = {
    "survey scores": (scores, ("K-NPS", "K-NPS.T", "K-CSAT", "K-CSAT.R", "K-CSAT2", "K-CES")),
    "response rates": (response_rates, ("K-RR", "K-RR.R")),
    "contact center": (
        counts_and_means,
        (
            "K-SL",
            *(f"K-SL.V{number}" for number in range(1, 7)),
            "K-ASA",
            "K-WAIT",
            "K-ABN",
            "K-AHT",
            "K-XFER",
            "K-BUSY",
        ),
    ),
    "retention": (retention, ("K-RET", "K-CHURN")),
    "lapse": (lapses, ("K-LAPSE",)),
}
QUANTILES = ["p50", "p90", "max"]
NOT_ADDED: dict[str, Callable[[Warehouse], pd.DataFrame]] = {
    "K-CONC": peaks,
    "K-NPS.W": weighted_scores,
}


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


@pytest.mark.parametrize("family", FAMILIES)
def test_both_parts_of_every_kpi_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame, family: str
) -> None:
    compute, kpis = FAMILIES[family]
    expected = compute(built)
    apart = [*QUANTILES, "attainment"]
    mine = published[published["kpi_id"].isin(kpis) & ~published["statistic"].isin(apart)]
    assert set(map(tuple, expected[["kpi_id", "statistic"]].drop_duplicates().to_numpy())) == set(
        map(tuple, mine[["kpi_id", "statistic"]].drop_duplicates().to_numpy())
    )
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both")
        | (joined["numerator"] != joined["numerator_expected"])
        | (joined["denominator"] != joined["denominator_expected"])
    ]
    assert different.empty, different.head(10).to_string()
    # The two months of the tiny company are too short to fall silent in.
    assert (mine["denominator" if family == "lapse" else "numerator"] != 0).any()


def test_the_share_within_the_target_equals_the_second_computation(
    built: Warehouse, published: pd.DataFrame
) -> None:
    expected = attainment(built)
    mine = published[
        (published["statistic"] == "attainment") & published["kpi_id"].isin(expected["kpi_id"])
    ]
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both")
        | (joined["numerator"] != joined["numerator_expected"])
        | (joined["denominator"] != joined["denominator_expected"])
    ]
    assert different.empty, different.head(10).to_string()
    assert (mine["numerator"] > 0).any()


def test_the_second_computation_keeps_good_and_bad_from_five_stars() -> None:
    """The tiny company asks for stars alone; the unit test of dbt has the same answers."""
    asked = {
        "metric": "csat",
        "horizon": "transactional",
        "answered_local_date": pd.Timestamp("2025-01-10"),
        **dict.fromkeys([column for column in HANDLER_CELLS.values() if column]),
    }
    words = {"scale_minimum": 0, "scale_maximum": 1}
    stars = {"scale_minimum": 1, "scale_maximum": 5}
    answers = pd.DataFrame(
        [asked | words | {"numeric_value": good} for good in (1, 1, 1, 1, 0, 0)]
        + [asked | stars | {"numeric_value": score} for score in (5, 1)]
    )
    found = scores_of(answers).query("grain_name == 'company' and statistic == 'value'")

    assert found.set_index("kpi_id")[["numerator", "denominator"]].to_dict("index") == {
        "K-CSAT": {"numerator": 1, "denominator": 2},
        "K-CSAT2": {"numerator": 4, "denominator": 6},
    }


@pytest.mark.parametrize("kpi_id", NOT_ADDED)
def test_what_days_do_not_add_up_to_equals_the_second_computation(
    built: Warehouse, published: pd.DataFrame, kpi_id: str
) -> None:
    mine = published[published["kpi_id"] == kpi_id]
    joined = mine.merge(
        NOT_ADDED[kpi_id](built),
        on=KEYS,
        how="outer",
        suffixes=("", "_expected"),
        indicator=True,
    )
    different = joined[
        (joined["_merge"] != "both")
        | (joined["n"] != joined["n_expected"])
        | ((joined["value"] - joined["value_expected"]).abs() > 1e-5)
    ]
    assert different.empty, different.head(10).to_string()
    assert (mine["value"] != 0).any()


def test_the_second_computation_of_the_lapse_window_knows_the_golden_ones() -> None:
    as_of = pd.Timestamp("2025-07-01")

    def buyer(*ages: int) -> Buyer:
        days = tuple(as_of - pd.Timedelta(days=age) for age in ages)
        return Buyer(str(ages), days, ("gold",) * len(ages))

    reached = [buyer(135, 115, 85, 45), buyer(205, 175, 115, 50)]
    not_reached = [buyer(135, 115, 85, 45), buyer(160, 130, 70)]
    assert window(reached, "gold", as_of) == 65
    assert window(not_reached, "gold", as_of) == 180


def test_quantiles_equal_those_of_the_rows(built: Warehouse, published: pd.DataFrame) -> None:
    expected = quantiles(built)
    mine = published[
        published["statistic"].isin(QUANTILES) & published["kpi_id"].isin(expected["kpi_id"])
    ]
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both") | ((joined["value"] - joined["value_expected"]).abs() > 1e-5)
    ]
    assert different.empty, different.head(10).to_string()
    assert len(mine)


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
