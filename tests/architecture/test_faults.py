"""What ``docs/faults.md`` says of the catalogue of faults is so: every row, every named test."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.factories.unit_tests import unit_tests

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)
PROOF = re.compile(r"`(?:([\w/]+\.py)::)?(test_\w+)`(?: \((\w+)\))?")
CATALOGUE = range(1, 68)
TIERS = ("lane", "old_client", "soak", "mariadb", "prism", "request_tracker", "tryton")


def rows() -> list[tuple[int, str, str]]:
    """Number, proofs and what is not covered, of every fault."""
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    return [(int(number), proofs, open_) for number, _, proofs, open_ in ROW.findall(page)]


@cache
def _tier_by_name(file: str) -> dict[str, str]:
    """The tests of a file, and the mark under which each runs; none in the default suite."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {
        node.name: next(filter(None, map(_tier, node.decorator_list)), "")
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def tier_of(file: str, name: str) -> str | None:
    """The mark of a test, empty in the default suite; None when there is no such test."""
    known = _tier_by_name(file) if file else dict.fromkeys(unit_tests(), "")
    return known.get(name)


def _tier(mark: ast.expr) -> str:
    name = ast.unparse(mark).removeprefix("pytest.mark.")
    return name if name in TIERS else ""


def test_every_fault_of_the_catalogue_has_its_row() -> None:
    assert [number for number, _, _ in rows()] == list(CATALOGUE)


def test_every_fault_has_a_proof_or_the_reason_why_not() -> None:
    bare = [number for number, proofs, open_ in rows() if not PROOF.search(proofs) and not open_]
    assert not bare


def test_every_named_proof_exists_where_the_page_says() -> None:
    wrong = []
    for number, proofs, _ in rows():
        for file, name, tier in PROOF.findall(proofs):
            if tier_of(file, name) != tier:
                wrong.append((number, file, name))
        if PROOF.sub("", proofs).strip(", "):
            wrong.append((number, "", proofs))
    assert not wrong
