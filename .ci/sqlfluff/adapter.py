"""dbt's ``adapter`` for the SQL linter: what a model asks of it while it is rendered.

The macros themselves are the project's own, from ``dbt_project/macros``.
"""

from types import SimpleNamespace
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, macro: str) -> Any:
    """Return the DuckDB version of a macro."""
    return context[f"duckdb__{macro}"]


def get_columns_in_relation(relation: str) -> list[SimpleNamespace]:
    """Return a column, for the linter sees no table."""
    return [SimpleNamespace(name=f"{relation}_column")]
