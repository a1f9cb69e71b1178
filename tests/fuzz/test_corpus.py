"""Every input that is kept, through its parser: read, or refused in a sentence."""

from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, try_out

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("target", TARGETS)
def test_kept_inputs_are_read_or_refused_in_a_sentence(target: str) -> None:
    """Fault 50; an input that once raised is among them."""
    kept = sorted((CORPUS / target).iterdir())

    for path in kept:
        try_out(target, path.read_bytes())

    assert kept


def test_the_kept_inputs_are_few_bytes() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*")) < 200_000
