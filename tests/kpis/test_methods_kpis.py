"""Survey methods, ratings, coverage and words against a computation of their own.

Teams of the tiny company have too few customers for a link, and nobody reads sentiments yet:
there the second computation meets the golden examples, as the warehouse does in its unit tests.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.factories.unit_tests import fixture_of
from tests.kpis import methods
from tests.kpis.reading import Warehouse

NOT_READ = ("mart_sentiment", "mart_drivers")
PYRAMID = [
    *((5, 5, 5), (5, 4, 3), (4, 4, 4), (4, 3, 5), (5, 5, 4)),
    *((4, 5, 2), (4, 4, 3), (5, 2, 2), (3, 4, 4), (2, 2, 1)),
]
PAIRS = ["L/N", "L/M", "L/W", "L/N", "L/D", "L/D", "L/D", "N/D", "N/N", "M/W", "L/L", "D/L"]


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


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
