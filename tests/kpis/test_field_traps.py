"""Traps seen in the field: on the fixture of a unit test the naive formula says something else.

The unit test holds the warehouse's own SQL to what it expects; here the naive formula is run
on what it is given. A fixture on which both agree would prove nothing.
"""

import pytest

from tests.factories.dbt import seed_rows
from tests.factories.unit_tests import expected_rows, fixture_of, unit_tests
from tests.kpis.field_traps import TRAPS


@pytest.mark.parametrize("name", TRAPS)
def test_the_naive_formula_says_something_else_than_the_unit_test_expects(name: str) -> None:
    trap = TRAPS[name]
    with fixture_of(trap.unit_test) as fixture:
        (((naive,),), ((expected,),)) = (
            fixture.execute(query).fetchall() for query in (trap.naive, trap.expected)
        )

    assert naive is not None
    assert expected is not None
    assert abs(float(naive) - float(expected)) > 1e-3


def test_every_kpi_has_a_fixture_on_which_it_is_not_nought() -> None:
    """Trap 25: a count that cannot be negative, tested for being below nought."""
    shown = {
        row["kpi_id"]
        for test in unit_tests().values()
        for row in expected_rows(test)
        if any(float(row.get(part) or 0) for part in ("numerator", "value", "milliseconds"))
        and "kpi_id" in row
    }

    assert not {row["kpi_id"] for row in seed_rows("kpis")} - shown
