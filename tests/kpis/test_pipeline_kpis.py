"""KPIs of deals, journeys and acquisition: a second computation, wide marts."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.kpis import acquisition, pipeline
from tests.kpis.reading import Warehouse
from tests.kpis.survival import median_days

Compute = Callable[[Warehouse], pd.DataFrame]
RULES = ("first", "last", "linear", "position")


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


def test_the_second_computation_of_closed_deals_knows_golden_ones() -> None:
    deals = pd.DataFrame(
        [
            ("ann", "won", "2026-01-30", 30, 100),
            ("ann", "lost", "2026-01-31", 90, 300),
            ("bob", "won", "2026-01-31", 40, None),
            ("bob", None, "2026-01-31", 10, 500),
        ],
        columns=["owner_id", "outcome", "closed_on", "days", "hundredths"],
    ).assign(product_name="shop")
    parts = pipeline.won_of_closed(deals.astype({"hundredths": "Int64"}))
    of_ann = parts[parts["grain_key"] == "ann"].set_index("statistic")
    whole = parts[parts["grain_key"] == "company"].set_index("statistic")
    assert of_ann.loc["value", ["numerator", "denominator"]].tolist() == [1, 2]
    assert of_ann.loc["by_value", ["numerator", "denominator"]].tolist() == [10_000, 400]
    assert whole.loc["value", ["numerator", "denominator"]].tolist() == [2, 3]
    assert whole.loc["mean", ["numerator", "denominator"]].tolist() == [70 * pipeline.DAY, 2]


def test_the_second_computations_know_the_golden_ones() -> None:
    days = pd.Series([2, 4, 4, 6, 5, 8])
    assert median_days(days, pd.Series([True] * 4 + [False] * 2))[0] == 4
    assert acquisition.shares(100, 4) == {
        "first": [100, 0, 0, 0],
        "last": [0, 0, 0, 100],
        "linear": [25, 25, 25, 25],
        "position": [40, 10, 10, 40],
    }
    ordered = pd.Timestamp("2026-03-01")
    touches = [(ordered, "direct"), (ordered - pd.Timedelta(days=90), "search")]
    assert acquisition.credited(touches, ordered) == ["direct"]
    assert acquisition.credited([*touches, (ordered, "social")], ordered) == ["social"]


def test_the_ledger_is_in_the_mart_to_the_last_cent(built: Warehouse) -> None:
    sums = built.frame(
        """
        select (
            select sum(acquisition_cost_amount) from marts.mart_acquisition_source
        ) as shown, (
            select sum(round(amount * exchange_rate, 2))
            from core.fct_costs
            inner join core.dim_exchange_rates as rates
                on rates.currency_code = fct_costs.currency_code
                and month_start_date >= valid_from and month_start_date < valid_to
            where purpose = 'acquisition'
        ) as booked
        """
    ).iloc[0]
    assert sums["shown"] == sums["booked"] > 0


def test_a_customer_is_in_one_state_on_every_day(built: Warehouse) -> None:
    gaps = built.frame(
        """
        select * from (
            select *, lead(valid_from) over (
                partition by customer_id order by valid_from
            ) as next_from
            from marts.mart_lifecycle_state
        )
        where valid_to <> coalesce(next_from, date '9999-12-31') or valid_from >= valid_to
        """
    )
    assert gaps.empty, gaps.head().to_string()
