"""Scores pairs of records by the Fellegi-Sunter model, its weights learned from the records.

What is compared is declared by the caller; how Splink is told so lives here. Grouping pairs
to persons belongs in ``dbt_project``.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from splink import Linker

SCORES = {
    "left_key": "str",
    "right_key": "str",
    "match_weight": "float64",
    "match_probability": "float64",
}
DECIMALS = 6
"""Digits of a score; the ones behind depend on the order in which threads add."""


class AttributeKind(StrEnum):
    """How far two values may differ and still speak for one person."""

    NAME = "name"
    TEXT = "text"
    CODE = "code"
    EXACT = "exact"


@dataclass(frozen=True)
class Attribute:
    """A column that is compared.

    Args:
        name: the column.
        kind: ``NAME`` and ``TEXT`` by likeness of spelling, an agreement on a rare name
            counting more; ``CODE`` (dates, numbers) by mistyped characters; ``EXACT`` by equality.
    """

    name: str
    kind: AttributeKind


@dataclass(frozen=True)
class MatchRules:
    """What is compared, and which pairs are worth it.

    Args:
        attributes: columns of a record; null says nothing.
        blocks: groups of columns; only pairs that agree on all columns of one group are scored.
            Weights are learned within each group, so at least two must have different columns.
        certain: groups of columns on which only one person's records agree; they tell how many
            pairs there are to find.
        certain_recall: share of the true pairs that ``certain`` finds, roughly.
        minimum_probability: less likely pairs are left out.
        seed: of the sample from which chance agreements are counted.
    """

    attributes: tuple[Attribute, ...]
    blocks: tuple[tuple[str, ...], ...]
    certain: tuple[tuple[str, ...], ...]
    certain_recall: float = 0.7
    minimum_probability: float = 0.5
    seed: int = 1


def score_pairs(records: pd.DataFrame, *, key: str, rules: MatchRules) -> pd.DataFrame:
    """Pairs of records that are likely one person, the likeliest first.

    Args:
        records: one row per record; every attribute is text or null.
        key: the column that names a record.
        rules: what is compared.

    Returns:
        ``left_key`` < ``right_key``, ``match_weight`` (log2 of the evidence) and
        ``match_probability``; the same for the same records in any order.

    Raises:
        ModuleNotFoundError: the extra ``identity`` is not installed.
    """
    columns = [key, *(attribute.name for attribute in rules.attributes)]
    chosen = records[columns].astype("str").sort_values(key, ignore_index=True)
    rules = _within(rules, chosen)
    if not rules.blocks:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SCORES.items()})
    linker = _linker(chosen, key, rules)
    _train(linker, rules)
    found = linker.inference.predict(threshold_match_probability=rules.minimum_probability)
    return _scores(found.as_pandas_dataframe(), key)


def _within(rules: MatchRules, records: pd.DataFrame) -> MatchRules:
    """The rules that these records can answer.

    Only columns that differ between records say anything, and only groups on which two
    records agree have pairs.
    """
    columns = set(records.columns[records.nunique() > 1])

    def has_pairs(block: tuple[str, ...]) -> bool:
        return columns.issuperset(block) and bool(records[list(block)].dropna().duplicated().any())

    return replace(
        rules,
        attributes=tuple(found for found in rules.attributes if found.name in columns),
        blocks=tuple(filter(has_pairs, rules.blocks)),
        certain=tuple(filter(has_pairs, rules.certain)),
    )


def _linker(records: pd.DataFrame, key: str, rules: MatchRules) -> "Linker":
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect(config={"threads": 1})
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=key,
        comparisons=[_comparison(attribute) for attribute in rules.attributes],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in rules.blocks],
        retain_matching_columns=False,
    )
    frame = api.register(pa.Table.from_pandas(records, preserve_index=False))
    return Linker(frame, settings, log_level=logging.ERROR)


def _comparison(attribute: Attribute) -> Any:
    import splink.comparison_library as comparisons

    name = attribute.name
    match attribute.kind:
        case AttributeKind.NAME:
            return comparisons.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            )
        case AttributeKind.TEXT:
            return comparisons.JaroWinklerAtThresholds(name, [0.92, 0.8])
        case AttributeKind.CODE:
            return comparisons.DamerauLevenshteinAtThresholds(name, [1, 2])
        case AttributeKind.EXACT:
            return comparisons.ExactMatch(name)


def _train(linker: "Linker", rules: MatchRules) -> None:
    from splink import block_on

    if rules.certain:
        linker.training.estimate_probability_two_random_records_match(
            [block_on(*columns) for columns in rules.certain], recall=rules.certain_recall
        )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=rules.seed)
    for block in _training_blocks(rules.blocks):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))


def _training_blocks(blocks: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Groups without a common column: what one holds fixed, another one learns."""
    chosen: list[tuple[str, ...]] = []
    for block in blocks:
        if not any(set(block) & set(other) for other in chosen):
            chosen.append(block)
    return chosen


def _scores(found: pd.DataFrame, key: str) -> pd.DataFrame:
    left, right = found[f"{key}_l"].astype("str"), found[f"{key}_r"].astype("str")
    scores = pd.DataFrame(
        {
            "left_key": left.where(left < right, right),
            "right_key": right.where(left < right, left),
            "match_weight": found["match_weight"].astype("float64").round(DECIMALS),
            "match_probability": found["match_probability"].astype("float64").round(DECIMALS),
        }
    )
    return scores.astype(SCORES).sort_values(
        ["match_weight", "left_key", "right_key"],
        ascending=[False, True, True],
        ignore_index=True,
    )
