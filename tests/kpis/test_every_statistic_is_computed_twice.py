"""Every published statistic against a computation of its own, row by row: the registry is run.

On the tiny company, and in the lane on the whole demo company, which has years, lapses and
deals that two months have not. What neither shows is computed from examples of unit tests.
"""

from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd
import pytest

from ingestion.settings import Home
from tests.kpis.comparing import Pair
from tests.kpis.examples import EXAMPLES, Told
from tests.kpis.proofs import COMPUTATIONS
from tests.kpis.reading import Warehouse, computed
from tests.kpis.two_months import NOT_IN_TWO_MONTHS


@pytest.fixture(scope="module")
def built(told_home: Home) -> Warehouse:
    return Warehouse(told_home.warehouse)


@cache
def published(warehouse: Warehouse, period_type: str) -> pd.DataFrame:
    """Published values by a kind of period."""
    return warehouse.values(period_type)


def _of(rows: pd.DataFrame, pairs: Iterable[Pair]) -> pd.DataFrame:
    """Rows of some statistics."""
    wanted = pd.MultiIndex.from_tuples(sorted(pairs))
    return rows[pd.MultiIndex.from_frame(rows[["kpi_id", "statistic"]]).isin(wanted)]


def _shown(rows: pd.DataFrame) -> set[Pair]:
    """Statistics with a number that is not nought and not hidden."""
    numbers = rows[["numerator", "value"]].apply(pd.to_numeric).fillna(0)
    seen = rows[numbers.ne(0).any(axis=1) & ~rows["suppressed"]]
    return set(zip(seen["kpi_id"], seen["statistic"], strict=True))


@pytest.mark.parametrize("name", COMPUTATIONS)
def test_published_values_equal_the_second_computation(built: Warehouse, name: str) -> None:
    computation = COMPUTATIONS[name]
    mine = _of(published(built, computation.period_type), computation.pairs)
    expected = computed(computation.compute, built)

    different = computation.different(_of(expected, computation.pairs), mine)
    assert different.empty, different.head(10).to_string()


def test_every_statistic_is_compared_where_it_is_not_nought(built: Warehouse) -> None:
    """Two frames without a row, or of noughts, agree on anything."""
    shown: set[Pair] = set()
    for computation in COMPUTATIONS.values():
        shown |= _shown(_of(published(built, computation.period_type), computation.pairs))
    missing = {pair for told in COMPUTATIONS.values() for pair in told.pairs} - shown
    is_tiny = len(built.frame("select 1 from core.dim_customers")) < 1_000
    on_examples = {pair for example in EXAMPLES for pair in example()}

    assert missing - on_examples == (NOT_IN_TWO_MONTHS if is_tiny else set())


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_the_company_never_shows_equals_the_example(example: Callable[[], Told]) -> None:
    told = example()

    assert told
    assert all(expected for _, expected in told.values())
    for pair, (found, expected) in told.items():
        assert found == pytest.approx(expected, abs=1e-5), pair
