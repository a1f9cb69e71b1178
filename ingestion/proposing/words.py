"""Words as people write them, folded so that spelling does not matter, and the synonym list.

The list itself is ``synonyms.yaml``. What follows from a match is decided beside this module.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.entities import MAPPED_STREAMS

LIST = Path(__file__).resolve().parent / "synonyms.yaml"
LETTERS = str.maketrans("يىكةأإآؤё", "ییکهاااوе")


def folded(text: str) -> str:
    """Letters and ASCII digits alone, in one case and one form of each Persian letter."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(LETTERS)
    kept = (char for char in plain if char.isalnum())
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in kept)


def ascii_digits(text: str) -> str:
    """The text with the digits of every script as ASCII."""
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def without_unit(text: str) -> str:
    """A header without its unit: what stands in brackets, or one word behind a comma."""
    return re.sub(r"[(\[].*?[)\]]|[,،]\s*[^\s,،]{1,10}$", "", text)


@dataclass(frozen=True, kw_only=True)
class Synonyms:
    """The synonym list, folded; see ``synonyms.yaml`` for what its parts mean."""

    kinds: Mapping[str, list[str]]
    columns: Mapping[str, Mapping[str, list[str]]]
    values: Mapping[str, Mapping[str, list[str]]]
    constants: Mapping[str, str]
    scores: tuple[Mapping[str, str], ...]
    metrics: Mapping[str, tuple[str, ...]]
    personal: frozenset[str]
    free_text: frozenset[str]
    no_questions: frozenset[str]
    own_number: frozenset[str]
    parts_of_name: frozenset[str]
    clocks: frozenset[str]

    def column_of(self, header: str, entity: str) -> str | None:
        """The column of ``entity`` that a header names."""
        known = _known_columns(entity)
        words = folded(header), folded(without_unit(header))
        return next((known[word] for word in words if word in known), None)

    def value_of(self, word: str, entity: str, column: str, allowed: Iterable[str]) -> str | None:
        """The allowed value that a word of the file means."""
        listed = self.values.get(f"{entity}.{column}") or self.values.get(f"any.{column}") or {}
        meant = {folded(name): value for value, names in listed.items() for name in names}
        meant |= {folded(value): value for value in allowed}
        return meant.get(folded(word))

    def is_clock(self, header: str) -> bool:
        """True for the time of day that stands beside its date."""
        return folded(header) in self.clocks

    def is_part_of_name(self, header: str) -> bool:
        """True for a given, middle or family name."""
        return folded(header) in self.parts_of_name

    def is_personal(self, header: str) -> bool:
        """True when a header promises personal data or free text."""
        return folded(without_unit(header)) in self.personal | self.free_text


@cache
def synonyms() -> Synonyms:
    """The list as it stands in the file."""
    content: dict[str, Any] = yaml.load(
        LIST.read_text(encoding="utf-8"),
        Loader=yaml.BaseLoader,  # noqa: S506 - words alone: "no" is one, not a boolean
    )
    sets = ("personal", "free_text", "no_questions", "own_number", "parts_of_name", "clocks")
    scales = tuple({folded(k): v for k, v in each.items()} for each in content["scores"])
    metrics = {name: tuple(map(folded, parts)) for name, parts in content["metrics"].items()}
    named = {name: frozenset(map(folded, content[name])) for name in sets}
    return Synonyms(**(content | named | {"scores": scales, "metrics": metrics}))


@cache
def _known_columns(entity: str) -> dict[str, str]:
    """Every folded name of the entity's columns; its own words win over those of any entity."""
    spec = MAPPED_STREAMS[entity]
    declared = {column.name for column in spec.columns}
    known = dict.fromkeys(synonyms().own_number, spec.key[0])
    for listed in (synonyms().columns["any"], synonyms().columns.get(entity, {})):
        known |= {
            folded(word): column
            for column, words in listed.items()
            if column in declared
            for word in words
        }
    return known | {folded(column): column for column in declared}
