"""Probabilistic identity: which records are likely the same person, and how likely.

Only for what no exact key ties; exact keys, shared contacts, overrides and the transitive
closure belong in ``dbt_project``. Needs the extra ``identity``.
"""

from enrichment.identity.matching import Attribute, AttributeKind, MatchRules, score_pairs

__all__ = ["Attribute", "AttributeKind", "MatchRules", "score_pairs"]
