"""Which customer records resemble each other: what of them is compared.

How pairs are scored lives in ``matching``; from which weight a pair is shown or linked is
decided in ``dbt_project``.
"""

from importlib.util import find_spec

import pandas as pd

from enrichment.identity.matching import Attribute, AttributeKind, MatchRules, score_pairs

CUSTOMER_RULES = MatchRules(
    attributes=(
        Attribute("full_name", AttributeKind.NAME),
        Attribute("email", AttributeKind.TEXT),
        Attribute("phone", AttributeKind.CODE),
        Attribute("birth_year", AttributeKind.EXACT),
        Attribute("market", AttributeKind.EXACT),
    ),
    blocks=(("email",), ("phone",), ("full_name", "birth_year"), ("full_name", "market")),
    certain=(("email",), ("full_name", "phone")),
)


def is_installed() -> bool:
    """Whether the extra `identity` is installed."""
    return find_spec("splink") is not None


def match_customers(candidates: pd.DataFrame) -> pd.DataFrame:
    """Pairs of customer records that are rather one person than two.

    Args:
        candidates: one row per living record: ``identity_key`` and the attributes of
            ``CUSTOMER_RULES`` as text.

    Returns:
        ``left_key``, ``right_key`` and ``match_weight`` in whole powers of two, so that a
        weight stays as it is until the evidence doubles or halves.
    """
    scores = score_pairs(candidates, key="identity_key", rules=CUSTOMER_RULES)
    weights = scores["match_weight"].floordiv(1).astype("int64")
    return scores[["left_key", "right_key"]].assign(match_weight=weights)
