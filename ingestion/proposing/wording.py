"""Sentences for people, in Persian, Russian and English.

A sentence is English text that remembers its parts, so that it can be said in another language
where it is printed. The other languages stand in ``sentences.yaml``.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.proposing.words import synonyms
from ingestion.settings import Language

SENTENCES = Path(__file__).resolve().parent / "sentences.yaml"
LETTERS = {"fa": ("\u0600", "\u06ff"), "ru": ("\u0400", "\u04ff")}
"""The first and the last letter of each script."""


class Said(str):
    """A sentence in English that can be said in other languages."""

    template: str
    parts: dict[str, Any]


def said(template: str, **parts: Any) -> Said:
    """The English sentence with its parts filled in."""
    sentence = Said(template.format(**parts) if parts else template)
    sentence.template, sentence.parts = template, parts
    return sentence


@dataclass(frozen=True)
class ColumnName:
    """A column of an entity, as people of each language call it."""

    english: str
    name: str
    entity: str

    def __str__(self) -> str:
        return self.english

    def called(self, language: Language) -> str:
        """The first name of the synonym list in that script, and the column's own."""
        lists = synonyms().columns
        words = [*lists.get(self.entity, {}).get(self.name, ()), *lists["any"].get(self.name, ())]
        first, last = LETTERS[language]
        known = next((word for word in words if first <= word[0] <= last), None)
        return f"«{known}» ({self.name})" if known else self.name


@dataclass(frozen=True)
class Listed:
    """Sentences that stand in a row."""

    sentences: tuple[Said, ...]

    def __str__(self) -> str:
        return "; ".join(self.sentences)


def worded(text: str, language: Language) -> str:
    """A text in ``language``; what is no sentence of ours stays as it is."""
    if language == "en" or not isinstance(text, Said):
        return text
    template = _sentences()[text.template][language]
    parts = {name: _part(part, language) for name, part in text.parts.items()}
    return template.format(**parts) if parts else template


def _part(part: Any, language: Language) -> Any:
    if isinstance(part, ColumnName):
        return part.called(language)
    if isinstance(part, Listed):
        return "; ".join(worded(sentence, language) for sentence in part.sentences)
    return worded(part, language) if isinstance(part, str) else part


@cache
def _sentences() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    return found
