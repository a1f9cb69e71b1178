"""Matching: whether a text holds one of hundreds of traces, at the speed of plain words.

An alternation of hundreds of words costs seconds a megabyte. So what an alternative cannot
match without is looked for as it is, and only those that may match are asked as patterns. What
the traces of a person are belongs in ``traces``.
"""

import re
from collections.abc import Iterable

SCRIPTS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
TO_ASCII = str.maketrans("".join(SCRIPTS[1:]), SCRIPTS[0] * 2)


class Search:
    """A search for any of some patterns.

    Args:
        alternatives: patterns, each with what every match of it contains, as ``needle`` gives
            it; an empty needle where nothing is sure.
    """

    def __init__(self, alternatives: Iterable[tuple[str, str]]) -> None:
        self._alternatives = tuple(alternatives)
        self._compiled: re.Pattern[str] | None = None

    def within(self, text: str) -> "Search":
        """The search for what may stand in ``text``: quicker for its parts."""
        folded = _folded(text)
        return Search(found for found in self._alternatives if found[0] in folded)

    def search(self, text: str) -> bool:
        """Whether anything stands in ``text``."""
        return self.within(text)._matches(text)

    def _matches(self, text: str) -> bool:
        if not self._alternatives:
            return False
        if self._compiled is None:
            patterns = "|".join(pattern for _, pattern in self._alternatives)
            self._compiled = re.compile(f"(?i)(?:{patterns})")
        return self._compiled.search(text) is not None


def needle(value: str) -> str:
    """What a text contains wherever ``value`` is written, in digits of whatever script."""
    return max(_folded(value).split(), key=len, default="")


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(TO_ASCII).lower()
