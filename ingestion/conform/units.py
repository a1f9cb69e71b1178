"""Amounts whose unit stands beside them, such as Toman for ten Rial, as generated SQL.

Only the factor is applied here: how a number is read belongs in ``rules``.
"""

from dataclasses import replace

from ingestion.conform.expressions import Layer, Names, cleaned
from ingestion.conform.rules import number_layers
from ingestion.settings import Conventions
from ingestion.sql import literal
from ingestion.stream import LAKE_TYPES, Column


def in_currency(column: Column, names: Names, unit: str, conventions: Conventions) -> list[Layer]:
    """The amount times what its unit means; without a declared unit it is refused, not guessed.

    Args:
        column: a column of amounts.
        names: what its steps are called.
        unit: the expression of the unit as text.
        conventions: they declare the units.
    """
    written = replace(names, value=f"{names.value}_written", rule=f"{names.rule}_written")
    factor = f"{names.value}_factor"
    word = cleaned(unit, conventions.null_words)
    known = " ".join(f"when {literal(name)} then {by}" for name, by in conventions.units.items())
    meaning = f"case {word} {known} end" if known else "cast(null as integer)"
    exact = f"try_cast({written.value} * cast({factor} as bigint) as {LAKE_TYPES[column.type]})"
    return [
        {factor: meaning},
        *number_layers(column, written, conventions),
        {names.value: exact},
        {
            names.rule: f"case when {written.rule} is not null then {written.rule} "
            f"when {written.value} is null or {names.value} is not null then null "
            f"when {factor} is null then 'unknown_unit' else 'out_of_range' end"
        },
    ]
