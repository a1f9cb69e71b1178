"""Survey methods, ratings, coverage and words against a computation of their own.

Teams of the tiny company have too few customers for a link, and nobody reads sentiments yet:
there the second computation meets the golden examples, as the warehouse does in its unit tests.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.unit_tests import fixture_of
from tests.kpis import methods, panels
from tests.kpis.reading import KEYS, Warehouse

ADDED: dict[str, tuple[Callable[[Warehouse], pd.DataFrame], set[tuple[str, str]]]] = {
    "ratings": (
        methods.ratings,
        {
            *(("K-RATE", "mean"), ("K-RATE", "reply")),
            *(("K-RATE.REPLY", "mean"), ("K-RATE.REPLY", "attainment")),
        },
    ),
    "coverage": (methods.coverage, {("K-COV", "value")}),
    "blueprint": (
        methods.blueprint,
        {("K-BP", "value"), ("K-BP", "over_standard"), ("K-BP", "excess")},
    ),
    "read statements": (methods.read_statements, {("K-SENT", "enriched")}),
}
ASKED = ("K-LOY", "K-SCI", "K-PYR", "K-KANO", "K-EXPGAP", "K-ENPS", "K-ENG", "K-REPU", "K-COMP")
NOT_READ = ("mart_sentiment", "mart_drivers")
PYRAMID = [
    *((5, 5, 5), (5, 4, 3), (4, 4, 4), (4, 3, 5), (5, 5, 4)),
    *((4, 5, 2), (4, 4, 3), (5, 2, 2), (3, 4, 4), (2, 2, 1)),
]
PAIRS = ["L/N", "L/M", "L/W", "L/N", "L/D", "L/D", "L/D", "N/D", "N/N", "M/W", "L/L", "D/L"]
ANSWER = st.integers(1, 5)


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


@pytest.mark.parametrize("family", ADDED)
def test_both_parts_of_every_kpi_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame, family: str
) -> None:
    compute, kpis = ADDED[family]
    expected = compute(built)
    mine = published[[pair in kpis for pair in _pairs(published)]]
    assert set(_pairs(mine)) == set(_pairs(expected)) == kpis
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both")
        | (joined["numerator"] != joined["numerator_expected"])
        | (joined["denominator"] != joined["denominator_expected"])
    ]
    assert different.empty, different.head(10).to_string()
    assert (mine["denominator"] > 0).any()
    # Nobody reads sentiments yet; of all others there is something to count.
    assert family == "read statements" or (mine["numerator"] > 0).any()


def _pairs(values: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(values["kpi_id"], values["statistic"], strict=True))


def test_values_that_days_do_not_add_up_to_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame
) -> None:
    expected = methods.rating_values(built)
    kpis = set(_pairs(expected))
    assert len(kpis) == 1 + len(methods.QUANTILES)
    mine = published[[pair in kpis for pair in _pairs(published)]]
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both") | ((joined["value"] - joined["value_expected"]).abs() > 1e-5)
    ]
    assert different.empty, different.head(10).to_string()
    assert (mine["value"] > 0).any()


def test_what_panels_staff_and_stakeholders_answer_is_told_by_quarter(built: Warehouse) -> None:
    mine = built.frame(
        f"select {', '.join(KEYS)}, value, n from marts.mart_cx_kpi"
        f" where kpi_id in {ASKED} and period_type = 'quarter' and not suppressed"
    )
    mine = mine.assign(period_start=pd.to_datetime(mine["period_start"]))
    expected = panels.asked(built)
    assert set(expected["kpi_id"]) == set(ASKED)
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    # Scores are brought to thousandths before they are summed.
    different = joined[
        (joined["_merge"] != "both")
        | ((joined["value"] - joined["value_expected"]).abs() > 1e-3)
        | (joined["n_expected"].notna() & (joined["n"] != joined["n_expected"]))
    ]
    assert different.empty, different.head(10).to_string()


def test_the_maturity_of_a_year_is_the_mean_of_what_is_shown(built: Warehouse) -> None:
    told = built.frame(
        "select year(assessed_on) as year, avg(score) as value from seeds.maturity_answers"
        " where evidence <> '' and score is not null group by all order by all"
    )
    mine = built.frame(
        "select value from marts.mart_cx_kpi where kpi_id = 'K-MAT' and period_type = 'year'"
        " order by period_start"
    )
    assert mine["value"].tolist() == pytest.approx(told["value"].tolist(), abs=1e-4)


@pytest.mark.parametrize("mart", NOT_READ)
def test_what_nobody_read_has_no_rows(built: Warehouse, mart: str) -> None:
    assert built.frame(f"select count(*) as rows from marts.{mart}")["rows"].iloc[0] == 0


def test_answers_of_staff_and_stakeholders_are_shown_in_cells_only(built: Warehouse) -> None:
    surveys = built.frame("select survey_number from core.dim_surveys where not is_of_customers")
    assert sorted(surveys["survey_number"]) == ["DEMO-NAME", "DEMO-STAFF"]
    for table, column in (
        *(("marts.mart_survey_answer", "survey_id"), ("core.fct_interactions", "source_record_id")),
        ("core.fct_feedback", "source_record_id"),
    ):
        seen = built.frame(f"select count(*) as rows from {table} where {column} like '%DEMO-%'")
        assert seen["rows"].iloc[0] == 0, table


def test_groups_that_answer_unlike_each_other_are_told(built: Warehouse) -> None:
    expected = methods.response_bias(built)
    published = built.frame(
        "select statistic, grain_key, period_start, value from marts.mart_cx_kpi"
        " where kpi_id = 'K-BIAS' and statistic in ('value', 'segment_p')"
    )
    published = published.assign(period_start=pd.to_datetime(published["period_start"]))
    keys = ["statistic", "grain_key", "period_start"]
    joined = published.merge(
        expected, on=keys, how="outer", suffixes=("", "_expected"), indicator=True
    )
    # The cube root of chi-square is normal to about a hundredth.
    different = joined[
        (joined["_merge"] != "both") | ((joined["value"] - joined["value_expected"]).abs() > 0.01)
    ]
    assert len(joined)
    assert different.empty, different.to_string()


def test_a_dimension_is_the_mean_of_its_indicators_between_their_anchors(
    built: Warehouse, published: pd.DataFrame
) -> None:
    company = published[published["grain_name"] == "company"]
    values = company.pivot_table(
        index="period_start", columns=["kpi_id", "statistic"], values="value"
    )
    transfers = values["K-XFER", "value"].dropna()
    expected = {start: methods.dimension([(share, 30, 0)]) for start, share in transfers.items()}
    mine = values["K-DIM", "integration"].dropna()
    assert len(mine)
    assert mine.to_dict() == pytest.approx(expected, abs=1e-5)


def test_touchpoints_add_up_to_the_satisfaction_of_the_company(built: Warehouse) -> None:
    different = built.frame(
        """
        select period_start, numerator, denominator, satisfied, answers
        from (
            select period_start, sum(count_satisfied) as satisfied,
                sum(count_csat_responses) as answers
            from marts.mart_touchpoint_score group by period_start
        )
        full join (
            select period_start, numerator, denominator from marts.mart_cx_kpi
            where kpi_id = 'K-CSAT' and statistic = 'value' and grain_name = 'company'
                and period_type = 'month'
        ) using (period_start)
        where numerator is distinct from satisfied or denominator is distinct from answers
        """
    )
    assert different.empty, different.to_string()


def test_secure_customers_are_those_of_the_unit_test() -> None:
    marks = "first_score::int, second_score::int, third_score::int"
    with fixture_of("test_met_method_cells__golden_methods") as fixture:
        people = fixture.execute(
            f"select {marks} from met_method_responses where method = 'loyalty'"
        ).fetchall()
        ours = "select 100 * numerator::int / n::int from expect where kpi_id = 'K-SCI'"
        assert fixture.execute(ours).fetchall() == [(methods.secure(people),)]


def test_the_second_computation_knows_the_golden_examples() -> None:
    assert methods.loyalty([(4, 9, 4), (5, 10, None)]) == pytest.approx(80.0)
    assert methods.pyramid(PYRAMID) == pytest.approx((80, 60, 30, 46.6667), abs=1e-4)
    assert methods.net_score([10] * 10 + [8] * 9 + [3] * 6) == pytest.approx(16.0)
    assert methods.reputation([(6, 5, 6, 5), (7, 7, None, None)]) == pytest.approx(75.0)
    assert methods.bayesian_mean(pd.Series([5] * 7 + [4] * 3).to_numpy(), 4.0) == pytest.approx(
        4.2333, abs=1e-4
    )
    own, rival = [1] * 90 + [0] * 50 + [-1] * 60, [1] * 60 + [0] * 80 + [-1] * 60
    difference, error = methods.comparison(own, rival)
    assert difference == pytest.approx(15.0)
    assert difference / error == pytest.approx(1.8411, abs=1e-4)
    assert methods.wait_excess([5, 18, 20, 21, 45, 10], 20) == pytest.approx(
        (33.3333, 4.3333), abs=1e-4
    )
    assert methods.overall([80, 70, 60, 75, 65, 70]) == pytest.approx(70.0)
    assert methods.overall([80, 70, 60]) is None
    pearson, _ = methods.link([10, 30, -5, 45, 20, 0], [72, 80, 65, 88, 75, 70])
    assert pearson == pytest.approx(0.9872, abs=1e-4)


def test_the_second_computation_knows_the_golden_feature_of_kano() -> None:
    found: dict[str, Any] = methods.kano(PAIRS)
    assert found["category"] == "A"
    assert found["better"] == pytest.approx(0.70)
    assert found["worse"] == pytest.approx(-0.40)
    assert found["category_strength"] == pytest.approx(0.10)
    assert found["total_strength"] == pytest.approx(0.80)
    assert methods.kano(["L/N"] * 3 + ["L/D"] * 3 + ["N/D", "N/N"])["category"] == "O"
    assert methods.kano(["D/L", "L/L"]) == {"base": 0}


@given(people=st.lists(st.tuples(ANSWER, ANSWER, ANSWER), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_no_level_of_the_pyramid_is_wider_than_the_one_below(
    people: list[tuple[int, int, int]],
) -> None:
    needs_met, easy, enjoyable, index = methods.pyramid(people)
    assert 100 >= needs_met >= easy >= enjoyable >= 0
    assert -100 <= index <= 100


@given(pairs=st.lists(st.tuples(st.sampled_from("LMNWD"), st.sampled_from("LMNWD")), min_size=1))
@settings(max_examples=50, deadline=None)
def test_coefficients_of_kano_stay_within_their_bounds(pairs: list[tuple[str, str]]) -> None:
    found = methods.kano([f"{functional}/{dysfunctional}" for functional, dysfunctional in pairs])
    if found["base"]:
        assert 0 <= found["better"] <= 1
        assert -1 <= found["worse"] <= 0
        assert 0 <= found["category_strength"] <= 1
