"""What ``docs/traps.md`` says of vendors' limits is so: every source, every named test."""

import re

from ingestion.presets import preset_names
from ingestion.registry import CONNECTORS
from tests.architecture.test_faults import PROOF, ROOT, tier_of

ROW = re.compile(r"^\| ([\w/]+) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str, str]]:
    """Source, trap, proofs and what is not covered."""
    found = ROW.findall((ROOT / "docs" / "traps.md").read_text(encoding="utf-8"))
    return [row for row in found if row[0] != "Source"]


def test_every_connector_and_every_preset_that_speaks_to_a_vendor_has_its_rows() -> None:
    presets = {f"{name}/{preset}" for name in ("files", "rest") for preset in preset_names(name)}

    assert {source for source, *_ in rows()} == {*CONNECTORS, *presets}


def test_every_trap_has_a_proof_or_the_reason_why_not() -> None:
    assert not [row for row in rows() if not PROOF.search(row[2]) and not row[3]]


def test_every_named_proof_of_a_trap_exists_where_the_page_says() -> None:
    wrong = []
    for source, trap, proofs, _ in rows():
        for file, name, tier in PROOF.findall(proofs):
            if tier_of(file, name) != tier:
                wrong.append((source, name))
        if PROOF.sub("", proofs).strip(", "):
            wrong.append((source, trap))
    assert not wrong
