"""How text, identifiers, numbers and booleans are typed, as generated SQL.

Each rule set gives the layers that lead from the raw value to ``Names.value`` and to the name
of the broken rule in ``Names.rule``. Dates and instants belong in ``instants``, e-mails,
phones, names and free text in ``personal``.
"""

from ingestion.conform.expressions import (
    ASCII_DIGITS,
    DIGITS,
    DIRECTION_MARKS,
    TEXT_KINDS,
    Layer,
    Names,
    ascii_digits,
    broken_text,
    cleaned,
    is_plain,
    matches,
    one_of,
    replaced,
    text_steps,
)
from ingestion.settings import Conventions
from ingestion.sql import literal
from ingestion.stream import LAKE_TYPES, Column, ColumnType

PLAIN_INTEGER = r"^-?[0-9]{1,18}$"
SCIENTIFIC = r"^[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+$"
SCALES = {ColumnType.INTEGER: 0, ColumnType.DECIMAL: 2}
SPACES = "\xa0\u2009\u202f"


def text_layers(column: Column, names: Names, conventions: Conventions) -> list[Layer]:
    """Text: trimmed; one of the allowed values in lower case, when there are such."""
    value, rule = names.text, ""
    if column.allowed:
        allowed = tuple(word.lower() for word in column.allowed)
        value = f"case when {one_of(f'lower({names.text})', allowed)} then lower({names.text}) end"
        rule = f"when {names.value} is null and {names.text} is not null then 'not_allowed'"
    return [
        *text_steps(names, conventions.null_words),
        {names.value: value},
        {names.rule: f"case {broken_text(names)} {rule} end"},
    ]


def id_layers(column: Column, names: Names, conventions: Conventions) -> list[Layer]:
    """Identifiers: text in ASCII digits, leading zeros kept, never a rounded number."""
    scientific = f"contains({names.value}, '+') and {matches(names.value, SCIENTIFIC)}"
    return [
        *text_steps(names, conventions.null_words),
        {names.value: names.text if names.is_clean else ascii_digits(names.text)},
        {names.rule: f"case {broken_text(names)} when {scientific} then 'scientific_notation' end"},
    ]


def boolean_layers(column: Column, names: Names, conventions: Conventions) -> list[Layer]:
    """Booleans: the words that the source declares, in any case and any digits."""
    if names.kind == "boolean":
        return [{names.value: names.raw, names.rule: "cast(null as varchar)"}]
    folded = f"lower({ascii_digits(names.text)})"
    return [
        *text_steps(names, conventions.null_words),
        {
            names.value: f"case when {one_of(folded, _folded(conventions.true_words))} then true "
            f"when {one_of(folded, _folded(conventions.false_words))} then false end"
        },
        {
            names.rule: f"case when {names.value} is not null or {names.text} is null then null "
            f"{broken_text(names)} else 'not_a_boolean' end"
        },
    ]


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.translate(str.maketrans(DIGITS, ASCII_DIGITS)).lower() for word in words)


def number_layers(column: Column, names: Names, conventions: Conventions) -> list[Layer]:
    """Integers and decimals: exact, never through a floating-point number."""
    kind, scale = LAKE_TYPES[column.type], SCALES[column.type]
    if names.kind in {"integer", "decimal"}:
        return _exact_layers(column, names, kind)
    separator = conventions.decimal_separator if names.kind in TEXT_KINDS else "."
    canonical = _canonical_number(names.digits, separator)
    fraction = rf"(?:\{separator}[0-9]{{1,{scale}}})?" if scale else ""
    plain = PLAIN_INTEGER if not scale else rf"^-?[0-9]{{1,16}}{fraction}$"
    dotted = names.text if separator == "." else f"replace({names.text}, ',', '.')"
    has_surplus = f"length(split_part({names.normal}, '.', 2)) > {scale}"
    marks = "\u2212\u066b" + SPACES + "’"
    into = "-" + separator + " " * len(SPACES) + "'"
    return [
        {names.plain: is_plain(names.raw_text, plain)},
        {names.text: cleaned(names.raw_text, conventions.null_words, plain=names.plain)},
        {
            names.digits: f"case when not {names.plain} then "
            f"{ascii_digits(names.text, also=marks, into=into, without=DIRECTION_MARKS)} end"
        },
        {names.normal: f"case when {names.digits} is not null then {canonical} end"},
        {
            names.value: f"case when {names.plain} then try_cast({dotted} as {kind}) "
            f"when not {has_surplus} then try_cast({names.normal} as {kind}) end"
        },
        {
            names.rule: f"case when {names.text} is null then null {_bounds(column, names)} "
            f"when {names.value} is not null then null {broken_text(names)} "
            f"{_float_extremes(names)} "
            f"when not {names.plain} and {names.normal} is null then 'not_a_number' "
            f"when {has_surplus} then 'too_many_decimals' else 'out_of_range' end"
        },
    ]


def _exact_layers(column: Column, names: Names, kind: str) -> list[Layer]:
    return [
        {names.value: f"try_cast({names.raw} as {kind})"},
        {
            names.rule: f"case when {names.raw} is null then null "
            f"when {names.value} is null then 'out_of_range' "
            f"when {names.value} <> {names.raw} then 'too_many_decimals' "
            f"{_bounds(column, names)} end"
        },
    ]


def _canonical_number(text: str, separator: str) -> str:
    """Digits with a point and no zeros at the end; null unless ``text`` is one number.

    A thousands separator counts only where it groups three digits, the same one throughout.
    """
    groups = {",", ".", "\u066c", " ", "'"} - {separator}
    grouped = "|".join(rf"[0-9]{{1,3}}(?:[{mark}][0-9]{{3}})+" for mark in sorted(groups))
    decimals = rf"\{separator}[0-9]+"
    number = rf"^[+-]?(?:(?:[0-9]+|{grouped})(?:{decimals})?|{decimals})$"
    digits = f"translate({text}, {literal(separator + '+' + ''.join(sorted(groups)))}, '.')"
    pointed = replaced(digits, r"^(-?)\.", r"\10.")
    return (
        f"case when not {matches(text, number)} then null "
        f"when contains({text}, {literal(separator)}) then rtrim(rtrim({pointed}, '0'), '.') "
        f"else {digits} end"
    )


def _bounds(column: Column, names: Names) -> str:
    below = "" if column.minimum is None else f"{names.value} < {column.minimum}"
    above = "" if column.maximum is None else f"{names.value} > {column.maximum}"
    outside = " or ".join(filter(None, (below, above)))
    return f"when {outside} then 'out_of_range'" if outside else ""


def _float_extremes(names: Names) -> str:
    """A floating-point number prints huge and tiny values in powers of ten."""
    if names.kind != "float":
        return ""
    return (
        f"when {matches(names.raw_text, 'e[+]')} then 'out_of_range' "
        f"when {matches(names.raw_text, 'e-')} then 'too_many_decimals'"
    )
