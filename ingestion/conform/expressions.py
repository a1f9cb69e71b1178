"""The SQL vocabulary of ``conform``: cleaning of text, layers of named expressions.

What each column type does with these belongs in ``rules``, ``instants`` and
``personal``; the query that joins them belongs in ``conform``, quoting in ``sql``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ingestion.sql import literal

Layer = dict[str, str]
"""Names and expressions of one ``select``; each may use the names of the layers before it."""

DIGITS = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
ASCII_DIGITS = "01234567890123456789"
DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_EDGE_RANGES = (
    (0x09, 0x0D),
    (0x1C, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0x061C, 0x061C),
    (0x1680, 0x1680),
    (0x180E, 0x180E),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x2069),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
EDGES = "".join(chr(mark) for first, last in _EDGE_RANGES for mark in range(first, last + 1))
"""White space and invisible marks, which mean nothing at either end of a value."""

_EDGE_CLASS = "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in _EDGE_RANGES)
REPLACEMENT = "\ufffd"
_INNER = r"[^\x00\x{fffd}]*"
_OUTER = rf"[^\x00\x{{fffd}}{_EDGE_CLASS}]"
TIDY = f"^{_OUTER}(?:{_INNER}{_OUTER})?$"


@dataclass(frozen=True, kw_only=True)
class Names:
    """What one declared column is called inside the generated query.

    Args:
        raw: the raw value, and ``kind`` what it is, see ``raw_kind``.
        is_clean: no value of the raw column needs cleaning, see ``cleanliness``; then
            ``plain`` is the constant ``true``, which DuckDB folds away.
        raw_text: the raw value as text, as the quarantine shows it.
        plain: whether the raw text is already in a form that needs no cleaning.
        exact: whether it is plain and an instant.
        text: the cleaned text, null when no value was given.
        digits: the text in ASCII digits.
        normal: the one form of everything that means the same.
        written, parts, day, local, moment: steps of a date or an instant.
        value: what lands.
        rule: the broken rule, null when none is.
    """

    raw: str
    kind: str
    is_clean: bool
    raw_text: str
    plain: str
    exact: str
    text: str
    digits: str
    normal: str
    written: str
    parts: str
    day: str
    local: str
    moment: str
    value: str
    rule: str

    @property
    def given(self) -> str:
        """An expression that is null when the source gave no value."""
        return self.text if self.kind in TEXT_KINDS else self.raw


TEXT_KINDS = frozenset({"text", "bytes", "nested", "other"})


def names_of(prefix: str, *, raw: str, kind: str, is_clean: bool = False) -> Names:
    """The names of the column that is called ``prefix`` in the query."""
    given = {"raw": raw, "kind": kind, "raw_text": raw_as_text(raw, kind)}
    steps = {
        name: f"{prefix}_{name}"
        for name in Names.__dataclass_fields__
        if name not in given and name != "is_clean"
    }
    known = {"plain": "true"} if is_clean else {}
    return Names(is_clean=is_clean, **given | steps | known)


def raw_kind(kind: pa.DataType) -> str:
    """What a raw Arrow column holds, in the words that the typing rules distinguish."""
    if pa.types.is_dictionary(kind):
        return raw_kind(kind.value_type)
    if pa.types.is_timestamp(kind):
        return "instant" if kind.tz else "local"
    tests: dict[str, tuple[Callable[[pa.DataType], bool], ...]] = {
        "text": (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        "boolean": (pa.types.is_boolean,),
        "integer": (pa.types.is_integer,),
        "float": (pa.types.is_floating,),
        "decimal": (pa.types.is_decimal,),
        "date": (pa.types.is_date,),
        "nested": (pa.types.is_nested,),
        "bytes": (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary),
    }
    found = (name for name, accepts in tests.items() if any(test(kind) for test in accepts))
    return next(found, "other")


def raw_as_text(raw: str, kind: str) -> str:
    """The text of a raw value of any kind; bytes that are not UTF-8 become U+FFFD."""
    match kind:
        case "text":
            return raw
        case "nested":
            return f"cast(to_json({raw}) as varchar)"
        case "bytes":
            return f"case when {raw} is not null then coalesce(try(decode({raw})), '\ufffd') end"
        case _:
            return f"cast({raw} as varchar)"


def matches(text: str, pattern: str) -> str:
    """Whether the regular expression occurs in ``text``."""
    return f"regexp_matches({text}, {literal(pattern)})"


def replaced(text: str, pattern: str, by: str) -> str:
    """``text`` with every match of the regular expression replaced."""
    return f"regexp_replace({text}, {literal(pattern)}, {literal(by)}, 'g')"


def one_of(expression: str, values: tuple[str, ...]) -> str:
    """Whether ``expression`` is one of the constants."""
    return f"{expression} in ({', '.join(map(literal, values))})" if values else "false"


def is_plain(text: str, pattern: str = TIDY) -> str:
    """Whether ``text`` matches a pattern that only values without faults match; never null."""
    return f"coalesce({matches(text, pattern)}, false)"


def cleaned(text: str, null_words: tuple[str, ...], *, plain: str = "false") -> str:
    """``text`` without invisible edges; null when empty or a word for "no value".

    Args:
        text: expression of the text.
        null_words: what the source writes for "no value".
        plain: whether the edges of ``text`` are known to be clean. Looking at them is many
            times cheaper than trimming.
    """
    is_tidy = f"case when {plain} then true else {matches(text, TIDY)} end"
    trimmed = f"case when {is_tidy} then {text} else trim({text}, {literal(EDGES)}) end"
    result = text if plain == "true" else trimmed
    for word in dict.fromkeys(("", *null_words)):
        result = f"nullif({result}, {literal(word)})"
    return result


def text_steps(names: Names, null_words: tuple[str, ...]) -> list[Layer]:
    """The steps from raw text to ``names.text``."""
    text = {names.text: cleaned(names.raw_text, null_words, plain=names.plain)}
    return [text] if names.is_clean else [{names.plain: is_plain(names.raw_text)}, text]


def ascii_digits(text: str, *, also: str = "", into: str = "", without: str = "") -> str:
    """``text`` with Persian and Arabic digits as ASCII; other marks translated or removed."""
    marks, targets = literal(DIGITS + also + without), literal(ASCII_DIGITS + into)
    return (
        f"case when strlen({text}) = length({text}) then {text} "
        f"else translate({text}, {marks}, {targets}) end"
    )


def broken_text(names: Names) -> str:
    """The ``when`` branches for text that no type can use."""
    return (
        f"when not {names.plain} and contains({names.text}, chr(0)) then 'nul_byte' "
        f"when not {names.plain} and contains({names.text}, {literal(REPLACEMENT)}) "
        "then 'undecodable'"
    )


def joined_key(values: Sequence[str]) -> str:
    """The key as one text, parted by ``|``.

    Among several parts, one that holds ``|`` writes it as a URL does, so that no two keys have
    the same text and the separator still splits it. The macro ``key_part`` in ``dbt_project``
    writes parts alike.
    """
    texts = [f"cast({value} as varchar)" for value in values]
    if len(texts) == 1:
        return texts[0]
    return " || '|' || ".join(f"replace(replace({text}, '%', '%25'), '|', '%7C')" for text in texts)


def row_hash(operation: str, fingerprints: Iterable[str]) -> str:
    """The hash of a row: NUL parts the values, as no accepted text holds one and none is empty."""
    return f"md5(concat({', chr(0), '.join([operation, *fingerprints])}))"
