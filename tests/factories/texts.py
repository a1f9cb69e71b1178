"""The shared tables of texts: their normal forms, and what is left when they are masked."""

import csv
import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "text"
TABLE, MASKED = FOLDER / "normalisation.csv", FOLDER / "masking.csv"
SAME_HASH = ("agent 12 month 2", "agent 15 month 9")
"""Two texts to which DuckDB gives one hash: they differ in the last bytes of two words of eight."""


class Text(NamedTuple):
    """A text as it is found, its normal form, and the rule that it shows."""

    raw: str
    normal: str
    rule: str
    reason: str


def texts(*rules: str) -> list[Text]:
    """The rows of these rules, or all; what cannot be seen is written as ``\\u200c``."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Text(**row) for row in csv.DictReader(file)]
    return [
        row._replace(raw=re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), row.raw))
        for row in rows
        if not rules or row.rule in rules
    ]


class MaskedText(NamedTuple):
    """A text as a person writes it, what lands of it, and what it gives away."""

    kind: str
    written: str
    masked: str


def masked_texts() -> list[MaskedText]:
    """Texts of three scripts; of kind ``none`` those that give nothing away."""
    with MASKED.open(encoding="utf-8", newline="") as file:
        return [MaskedText(**row) for row in csv.DictReader(file)]
