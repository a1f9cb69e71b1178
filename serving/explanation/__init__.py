"""Why a published number is what it is: definition, parts, rows, causes of a change.

Reads a published version only, so it explains what BI tools show. How a KPI is computed
belongs in ``dbt_project``; where the command is typed, in ``orchestration``.
"""

from serving.explanation.asked import ExplainError, Question
from serving.explanation.page import explain

__all__ = ["ExplainError", "Question", "explain"]
