"""The traces of a person: how its identifiers may be written, as one pattern for any text.

The same pattern serves Python and DuckDB, so it looks neither ahead nor back. Where it is
looked for belongs in ``searching`` and ``originals``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ingestion.erasure.matching import SCRIPTS, Search, needle

BETWEEN_DIGITS = r"[\s\-().,/_·]{0,2}"
"""What people write between the digits of a phone number."""

SIGNIFICANT_DIGITS = 9
"""The last digits of a phone number, which it keeps with and without country and trunk code."""

LEAST_NUMBER, LEAST_WORD = 5, 3
"""A shorter customer number is looked for in the sources' files only: it would be found
everywhere; one that is shorter still, nowhere."""

ALIKE = {"ی": "[یي]", "ي": "[یي]", "ک": "[کك]", "ك": "[کك]", "ё": "[ёе]", "е": "[ёе]"}


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a person is known by, and what it looks like in a text.

    Args:
        clear: values by kind, see ``persons.Person``.
        hashes: pseudonyms of the person, and its ``customer_id``.
    """

    clear: Mapping[str, list[str]]
    hashes: tuple[str, ...]

    @cached_property
    def of_person(self) -> str:
        """A pattern of what nobody else has: contacts, own names, long numbers, pseudonyms."""
        return _any(regex for _, regex in self._of_person())

    @cached_property
    def of_records(self) -> str:
        """The same and the person's records: what a refused row says, as JSON."""
        return _any(regex for _, regex in self._of_records())

    @cached_property
    def in_files(self) -> Search:
        """The same with short customer numbers too: what a source's own file says."""
        numbers = [number for number in self.clear.get("numbers", []) if len(number) >= LEAST_WORD]
        words = [(number, _as_word(number)) for number in numbers]
        return Search(((needle(value), regex) for value, regex in [*self._of_records(), *words]))

    def _of_person(self) -> list[tuple[str, str]]:
        """Values with their patterns; no value where it may be written in many ways."""
        numbers = filter(_is_long, self.clear.get("numbers", []))
        phones = filter(None, map(_phone, self.clear.get("phones", [])))
        names = [name for name in self.clear.get("names", []) if len(name.split()) > 1]
        return [
            *((email, _plainly(email)) for email in self.clear.get("emails", [])),
            *(("", phone) for phone in phones),
            *(("", _name(name)) for name in names),
            *((found, re.escape(found)) for found in self.hashes),
            *((number, _as_word(number)) for number in numbers),
        ]

    def _of_records(self) -> list[tuple[str, str]]:
        numbers = self.clear.get("numbers", [])
        return [
            *self._of_person(),
            *((token, _as_word(token)) for token in self.clear.get("tokens", [])),
            *((n, rf'"customer_number":\s*"{_plainly(n)}"') for n in numbers),
        ]


def _any(patterns: Iterable[str]) -> str:
    found = "|".join(patterns)
    return f"(?i)(?:{found})" if found else ""


def _is_long(number: str) -> bool:
    return len(number) >= LEAST_NUMBER + number.isdigit()


def _plainly(text: str) -> str:
    """A value as it is, with digits of any script."""
    return "".join(_mark(mark) for mark in text.strip())


def _name(name: str) -> str:
    words = name.split()
    return r"[\s\x{200c}]+".join("".join(map(_letter, word)) for word in words).replace(
        r"\x{200c}", "\u200c"
    )


def _letter(mark: str) -> str:
    return ALIKE.get(mark) or _mark(mark)


def _mark(mark: str) -> str:
    digit = unicodedata.digit(mark, None)
    if mark.isspace():
        return r"\s"
    return re.escape(mark) if digit is None else _digit(digit)


def _digit(digit: int) -> str:
    return f"[{''.join(script[digit] for script in SCRIPTS)}]"


def _phone(phone: str) -> str:
    digits = [
        unicodedata.digit(mark) for mark in phone if unicodedata.digit(mark, None) is not None
    ]
    last = digits[-SIGNIFICANT_DIGITS:]
    return BETWEEN_DIGITS.join(map(_digit, last)) if len(last) >= SIGNIFICANT_DIGITS - 2 else ""


def _as_word(text: str) -> str:
    return rf"(?:^|[^\w\-]){_plainly(text)}(?:$|[^\w\-])"
