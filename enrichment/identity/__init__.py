"""Probabilistic identity: which records are likely the same person, and how likely.

Only for what no exact key ties; exact keys, shared contacts, overrides and the transitive
closure belong in ``dbt_project``. Needs the extra ``identity``.
"""

from enrichment.identity.customers import CUSTOMER_RULES, is_installed, match_customers
from enrichment.identity.matching import Attribute, AttributeKind, MatchRules, score_pairs

__all__ = [
    "CUSTOMER_RULES",
    "Attribute",
    "AttributeKind",
    "MatchRules",
    "is_installed",
    "match_customers",
    "score_pairs",
]
