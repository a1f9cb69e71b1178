"""Traps seen in the field: on the fixture of a unit test the naive formula says something else.

The unit test holds the warehouse's own SQL to what it expects; here the naive formula is run
on what it is given. A fixture on which both agree would prove nothing.
"""

from pathlib import Path

import pytest

from tests.factories.unit_tests import expected_rows, fixture_of, unit_tests
from tests.kpis.field_traps import TRAPS
from tests.kpis.reading import Warehouse


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


def test_every_kpi_has_a_fixture_on_which_it_is_not_nought(warehouse: Path) -> None:
    """Trap 25: a count that cannot be negative, tested for being below nought."""
    shown = {
        str(row["kpi_id"])
        for test in unit_tests().values()
        for row in expected_rows(test)
        if row.get("kpi_id")
        and any(float(row.get(part) or 0) for part in ("numerator", "value", "milliseconds"))
    }
    built = Warehouse(warehouse)
    published = built.frame("select distinct kpi_id from marts.mart_cx_kpi where value <> 0")
    registered = built.frame("select distinct kpi_id from core.dim_kpi")

    assert not set(registered["kpi_id"]) - shown - set(published["kpi_id"])
