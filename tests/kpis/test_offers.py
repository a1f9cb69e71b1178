"""The lists of offers as published, against a computation of its own.

The tiny company loses nobody within its two months and has no thirty buyers of anything, so
there the pairs and the permissions are compared; the lists themselves at full size.
"""

import numpy as np
import pytest

from ingestion.settings import Home
from tests.kpis.offers import Offers, lift_of, wilson
from tests.kpis.reading import Warehouse

PAIR = ["product_name", "next_product_name"]


@pytest.fixture(scope="module")
def built(told_home: Home) -> Warehouse:
    return Warehouse(told_home.warehouse)


@pytest.fixture(scope="module")
def offers(built: Warehouse) -> Offers:
    return Offers(built)


def test_what_is_had_together_equals_the_second_computation(
    built: Warehouse, offers: Offers
) -> None:
    mine = built.frame("select * from metrics.met_value_product_pairs").set_index(PAIR)
    expected = offers.pairs().set_index(PAIR)
    assert sorted(mine.index) == sorted(expected.index)
    assert len(expected) > 10
    for name in expected.columns:
        assert np.allclose(
            mine[name].loc[expected.index].astype(float), expected[name].astype(float), rtol=1e-5
        ), name


def test_who_may_be_made_an_offer_equals_the_second_computation(
    built: Warehouse, offers: Offers
) -> None:
    rows = built.frame("select * from metrics.met_offer_customers").astype(object)
    mine = rows.where(rows.notna(), None).set_index("customer_id")["preferred_channel"]
    assert mine.to_dict() == offers.allowed
    (count,) = built.frame("select count(*) as n from marts.mart_customer_360")["n"]
    assert 0 < len(mine) < count


def test_the_lists_of_offers_equal_the_second_computation(built: Warehouse, offers: Offers) -> None:
    needs = built.frame(
        "select customer_id, next_product_name, product_name from metrics.met_value_needs"
    )
    assert offers.needs() == {
        (row.customer_id, row.next_product_name): row.product_name for row in needs.itertuples()
    }
    likely = built.frame("select customer_id, product_name from marts.mart_next_need")
    assert set(likely["customer_id"]) == set(needs["customer_id"])
    assert set(likely.itertuples(index=False, name=None)) <= offers.needs().keys()
    lists = {
        "select customer_id, product_name, owner from marts.mart_cross_sell": offers.offered(),
        "select customer_id, departure_reason, owner from marts.mart_winback": offers.asked_back(),
    }
    for query, expected in lists.items():
        rows = built.frame(query)
        assert set(rows.itertuples(index=False, name=None)) == expected
        if len(offers.allowed) > 1_000:
            assert len(rows) == len(expected) > 100


def test_the_second_computation_knows_the_golden_example() -> None:
    """Tea and cup of the unit test; persons of a market without cups would halve the lift."""
    tea, cup = set("abcde"), set("abcdf")
    assert lift_of(tea, cup, 12) == pytest.approx((1.92, 1.078237, 3.418914), abs=1e-6)
    everywhere = tea | {f"q{number}" for number in range(10)}
    assert lift_of(everywhere, cup, 22)[0] == pytest.approx(4 * 22 / 75)
    assert wilson(4, 5) == pytest.approx((37.553463, 96.377589), abs=1e-6)
