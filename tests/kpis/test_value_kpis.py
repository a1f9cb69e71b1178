"""Customer value and risk as published, against a computation of its own and the goldens.

Customer by customer, where the cells of ``test_every_statistic_is_computed_twice`` are sums.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.kpis import value
from tests.kpis.programs import return_range
from tests.kpis.reading import Warehouse
from tests.kpis.risk import Judge
from tests.kpis.value import drift, rfm_scores
from tests.kpis.years import fitted, simple_value


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


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


def test_the_second_computation_knows_the_range_of_the_unit_test() -> None:
    found = return_range(36, 40, 28, 40, margin=100, cost=400)
    assert found == pytest.approx((-76.793143, 265.708121), abs=1e-4)
