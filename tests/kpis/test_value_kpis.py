"""Customer value and risk as published, against a computation of its own and the goldens.

A tiny company of two months has no ended year: economics and linkage are compared by the
golden examples here, and by unit tests in the warehouse.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.kpis import value
from tests.kpis.panels import wallets
from tests.kpis.programs import return_range, returns
from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.risk import Judge
from tests.kpis.value import (
    best_customers,
    drift,
    economics,
    fitted,
    historic_value,
    in_grains,
    linkage,
    rfm_scores,
    simple_value,
)


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


def _same(mine: pd.DataFrame, expected: pd.DataFrame, tolerance: float) -> None:
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    far = (joined["numerator"] - joined["numerator_expected"]).abs() > tolerance * (
        joined["numerator_expected"].abs() + 1
    )
    other = joined["denominator"].ne(joined["denominator_expected"])
    different = joined[(joined["_merge"] != "both") | far | other]
    assert different.empty, different.head(10).to_string()
    assert (mine["numerator"] != 0).any()


def test_historic_value_equals_the_second_computation(
    built: Warehouse, published: pd.DataFrame
) -> None:
    """Amounts in hundredths, equal up to the rounding of single entries."""
    _same(published[published["kpi_id"] == "K-CLV.H"], historic_value(built), 1e-7)


def test_best_customers_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame
) -> None:
    _same(published[published["kpi_id"] == "K-RFM"], best_customers(built), 0)


def test_revenue_of_all_customers_is_that_of_the_ledger(built: Warehouse) -> None:
    """Historic value leaves no revenue out, whoever brought it."""
    mine = built.frame("select sum(net_revenue_amount)::double as revenue from marts.mart_clv")
    assert mine["revenue"].iloc[0] == pytest.approx(value.money(built)["revenue"].sum(), rel=1e-9)
    assert mine["revenue"].iloc[0] > 0
    (unpriced,) = built.frame("select sum(count_unpriced) as days from marts.mart_clv")["days"]
    assert unpriced == 0


@pytest.fixture(scope="module")
def judged(built: Warehouse) -> pd.DataFrame:
    return Judge(built).scores(built.as_of)


def test_every_risk_score_equals_the_second_computation(
    built: Warehouse, judged: pd.DataFrame
) -> None:
    mine = built.frame(
        "select customer_id, risk_score, risk_band = 'high' as is_high, not has_survey_signal as"
        " is_silent_in_surveys, next_12m_value_amount::double as revenue,"
        " count_open_complaints > 0 as complains from marts.mart_churn_risk"
    )
    joined = mine.merge(judged, on="customer_id", how="outer", suffixes=("", "_expected"))
    assert len(joined) == len(mine) == len(judged) > 0
    assert (joined["risk_score"] == joined["points"]).all()
    assert set(joined["risk_score"]) - {0}
    for name in ("is_high", "is_silent_in_surveys", "complains"):
        assert (joined[name] == joined[f"{name}_expected"]).all()
    assert np.allclose(joined["revenue"], joined["revenue_expected"], equal_nan=True)


def test_risk_by_cell_equals_the_second_computation(
    published: pd.DataFrame, judged: pd.DataFrame
) -> None:
    cells = in_grains(judged).groupby(["grain_name", "grain_key"])
    expected = {
        ("K-RISK", "value"): cells["is_high"].sum(),
        ("K-RISK", "mean"): cells["points"].sum(),
        ("K-RISK", "no_signal"): cells["is_silent_in_surveys"].sum(),
    }
    for (kpi_id, statistic), totals in expected.items():
        mine = published[(published["kpi_id"] == kpi_id) & (published["statistic"] == statistic)]
        found = mine.set_index(["grain_name", "grain_key"])
        assert found["numerator"].astype(int).to_dict() == totals.astype(int).to_dict()
        assert found["denominator"].astype(int).to_dict() == cells.size().to_dict()


def test_revenue_at_risk_is_that_of_the_high_band(
    published: pd.DataFrame, judged: pd.DataFrame
) -> None:
    high = judged[judged["is_high"] & judged["revenue"].notna()]
    mine = published[(published["kpi_id"] == "K-RAR") & (published["statistic"] == "value")]
    whole = mine[mine["grain_name"] == "company"]["value"]
    assert whole.sum() == pytest.approx(high["revenue"].sum(), rel=1e-7)
    assert len(whole) == (len(high) > 0)


def test_the_back_test_equals_the_second_computation(built: Warehouse) -> None:
    mine = built.frame(
        "select reference_date, sum(count_customers) as judged, sum(count_left) as gone,"
        " coalesce(sum(count_left) filter (where risk_band = 'high'), 0) as hits"
        " from marts.mart_risk_backtest group by reference_date"
    )
    judge, day = Judge(built), built.as_of.replace(day=1) - pd.DateOffset(months=3)
    then = judge.scores(day)
    gone = then["customer_id"].isin(judge.left_by(day, built.as_of))
    assert mine["judged"].sum() == len(then)
    assert mine["gone"].sum() == gone.sum()
    assert mine["hits"].sum() == (gone & then["is_high"]).sum()


def test_simple_value_and_its_rise_equal_the_second_computation(built: Warehouse) -> None:
    mine = built.frame(
        "select kpi_id, statistic, grain_key, period_start, value from marts.mart_cx_kpi"
        " where kpi_id in ('K-CLV.S', 'K-RECON') and period_type = 'year'"
    )
    found = mine.set_index(["kpi_id", "statistic", "grain_key", "period_start"])["value"]
    mine_of = found.to_dict()
    years = economics(built)
    assert len(mine) == 8 * len(years)
    for row in years.itertuples():
        cell = (row.grain_key, row.period_start)
        ends, starts = simple_value(row.m, row.r)
        better_ends, better_starts = simple_value(row.m, row.r + 0.05)
        assert mine_of["K-CLV.S", "value", *cell] == pytest.approx(ends, rel=1e-4)
        assert mine_of["K-CLV.S", "immediate", *cell] == pytest.approx(starts, rel=1e-4)
        if row.r + 0.05 <= 1:
            rise = mine_of["K-RECON", "value", *cell]
            assert rise == pytest.approx(100 * (better_starts / starts - 1), rel=1e-3)
            rise = mine_of["K-RECON", "points_end", *cell]
            assert rise == pytest.approx(100 * (better_ends / ends - 1), rel=1e-3)


def test_linkage_equals_that_of_an_independent_library(built: Warehouse) -> None:
    mine = built.frame(
        "select statistic, grain_key, period_start, n, value, ci_low, ci_high"
        " from marts.mart_cx_kpi where kpi_id = 'K-LINK' and period_type = 'year'"
    )
    rows = linkage(built)
    cells = pd.concat([rows.assign(grain_key="company"), rows.assign(grain_key=rows["segment"])])
    by_cell = {key: own for key, own in cells.groupby(["grain_key", "year"]) if len(own) > 2}
    large = mine[mine["n"] > 2]
    assert set(zip(large["grain_key"], large["period_start"].dt.year, strict=True)) == set(by_cell)
    for row in large.itertuples():
        own = by_cell[row.grain_key, row.period_start.year]
        assert row.n == len(own)
        money = "revenue" if row.statistic in ("value", "slope") else "revenue_real"
        expected = fitted(own["score"], own[money])
        names = {"value": "ratio", "real": "ratio", "slope_real": "slope"}
        name = names.get(row.statistic, row.statistic)
        assert row.value == pytest.approx(expected[name], rel=1e-4)
        if name == "slope":
            assert row.ci_low == pytest.approx(expected["ci_low"], rel=1e-4)
            assert row.ci_high == pytest.approx(expected["ci_high"], rel=1e-4)


def test_segments_and_their_drift_follow_from_their_sizes(built: Warehouse) -> None:
    rows = built.frame("select * from marts.mart_segment")
    for _, month in rows.groupby("month_start_date"):
        now = (month["count_customers"] / month["count_all_customers"]).to_numpy()
        then = month["count_baseline_customers"] / month["count_baseline_customers"].sum()
        assert now.sum() == pytest.approx(1)
        assert month["stability_index"].iloc[0] == pytest.approx(
            drift(now, then.to_numpy()), abs=1e-6
        )
    assert len(rows)


def test_shares_of_wallets_equal_the_second_computation(built: Warehouse) -> None:
    expected = wallets(built)
    assert set(expected["statistic"]) == {"value", "allocation"}
    mine = built.month_values()
    mine = mine[mine["kpi_id"] == "K-SOW"]
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    far = (joined["value"] - joined["value_expected"]).abs() > 1e-4
    different = joined[(joined["_merge"] != "both") | far | (joined["n"] != joined["n_expected"])]
    assert different.empty, different.to_string()


def test_nobody_foretells_so_nothing_is_published(built: Warehouse) -> None:
    forecast = built.frame(
        "select count(probability_alive) + count(expected_purchases_12m)"
        " + count(clv_predicted_amount) + count(model_version) as known from marts.mart_clv"
    )
    assert forecast["known"].iloc[0] == 0


def test_the_second_computation_knows_the_golden_examples() -> None:
    """G-CLV-2, G-RECON-1, G-RFM-1, G-SEG-1 and G-LINK-1."""
    assert simple_value(100, 0.8) == pytest.approx((266.6667, 366.6667), abs=1e-4)
    for before, after, rise in ((0.8, 0.85, 20.0), (0.8, 0.84, 15.38), (0.9, 0.95, 33.33)):
        lifted = simple_value(100, after)[1] / simple_value(100, before)[1]
        assert 100 * (lifted - 1) == pytest.approx(rise, abs=0.005)
    ages = pd.Series([5, 10, 10, 40, 90])
    assert rfm_scores(-ages, few=5).tolist() == [5, 4, 4, 2, 1]
    moved = drift(np.array([0.2, 0.45, 0.35]), np.array([0.3, 0.4, 0.3]))
    assert moved == pytest.approx(0.0541, abs=1e-4)
    found = fitted(
        pd.Series([10, 9, 9, 8, 7, 4, 2, 6]),
        pd.Series([1400, 1000, 1200, 900, 900, 500, 700, 600]),
    )
    assert found["ratio"] == pytest.approx(2)
    assert found["slope"] == pytest.approx(90.7801, abs=1e-4)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((28.6926, 152.8676), abs=1e-4)
    assert found["spearman"] == pytest.approx(0.9157, abs=1e-4)


def test_the_return_of_a_programme_equals_the_second_computation(built: Warehouse) -> None:
    """Two months have no ended year: the example of the unit test is computed here as well."""
    assert return_range(36, 40, 28, 40, margin=100, cost=400) == pytest.approx(
        (-76.793143, 265.708121), abs=1e-4
    )
    mine = built.frame(
        "select program, year_start_date, count_treated, roi_low_pct, roi_high_pct"
        " from marts.mart_program_roi where estimation_status = 'estimable'"
    )
    expected = returns(built)
    keys = ["program", "year_start_date"]
    joined = mine.merge(expected, on=keys, how="outer")
    assert len(joined) == len(mine) == len(expected)
    assert joined["count_treated"].tolist() == joined["treated"].tolist()
    for bound in ("low", "high"):
        wanted = joined[bound].tolist()
        assert joined[f"roi_{bound}_pct"].tolist() == pytest.approx(wanted, rel=1e-4)
