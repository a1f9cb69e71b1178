"""What the specification of the KPIs asks to be proved is proved: ``fixtures/proofs.csv``.

One row per golden example, trap and law, with a test that proves it. A golden example that
no longer has its test fails here, as does one that a test names and the table forgets.
"""

import csv
import re
from functools import cache
from pathlib import Path

from tests.factories.dbt import seed_rows
from tests.factories.unit_tests import unit_tests
from tests.kpis.examples import EXAMPLES
from tests.kpis.field_traps import TRAPS
from tests.kpis.proofs import PROOFS
from tests.kpis.two_months import NOT_IN_TWO_MONTHS

TESTS = Path(__file__).resolve().parents[1]
GOLDEN = re.compile(r"\bG-[A-Z]+-\d\b")


@cache
def proofs() -> tuple[tuple[str, str], ...]:
    """Each id with the test that proves it."""
    with (TESTS / "fixtures" / "proofs.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["id"], row["proved_by"]) for row in csv.DictReader(file))


def test_every_proof_is_a_test_that_exists() -> None:
    text = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))
    written = set(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)) | set(unit_tests())

    assert not [proof for proof in proofs() if proof[1] not in written]


def test_every_golden_example_is_proved_by_a_test_that_names_it() -> None:
    unnamed = [
        (golden, name)
        for golden, name in proofs()
        if GOLDEN.fullmatch(golden) and golden not in unit_tests()[name].get("description", "")
    ]
    named = {
        golden
        for test in unit_tests().values()
        for golden in GOLDEN.findall(test.get("description", ""))
    }

    assert not unnamed
    assert named == {golden for golden, _ in proofs() if GOLDEN.fullmatch(golden)}


def test_every_trap_has_a_fixture_on_which_the_naive_formula_is_wrong() -> None:
    assert {int(name.split()[0]) for name in TRAPS} == set(range(1, 25))


def test_every_statistic_is_computed_a_second_time() -> None:
    """The registry is run: each of its computations meets published rows that are not nought."""
    registered = {(row["kpi_id"], row["statistic"]) for row in seed_rows("kpis")}
    on_examples = {pair for example in EXAMPLES for pair in example()}

    assert registered == PROOFS.keys() | on_examples
    assert PROOFS.keys() - on_examples >= NOT_IN_TWO_MONTHS


def test_every_indicator_of_a_dimension_is_a_statistic_of_the_registry() -> None:
    """A name that no KPI bears would leave a dimension unmeasured for ever."""
    known = {
        (row["kpi_id"], row["statistic"])
        for row in seed_rows("kpis")
        if row["kind"] in ("proportion", "net", "mean")
        and {"company", "touchpoint"} & set(row["grains"].split("|"))
    }
    named = {(row["kpi_id"], row["statistic"]) for row in seed_rows("dimension_indicators")}

    assert not named - known
