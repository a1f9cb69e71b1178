"""The gate before publishing: a warehouse that fails here leaves yesterday's marts in place.

Checks what a reader of the published file would suffer from: failed tests, missing or empty
marts, types that older clients cannot read, a definition that changed under its old number.
Texts are looked through as they are published, in ``copying``; tests of the numbers themselves
belong in ``dbt_project``.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from serving.definitions import redefined
from serving.errors import AuditError
from serving.facts import CheckFact, Relation, RunFacts
from serving.warehouse import ColumnInfo, open_warehouse

READABLE_TYPES = frozenset(
    {"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP"}
)
DECIMAL = re.compile(r"DECIMAL\(\d+,\s?\d+\)")


def audit(
    warehouse: Path,
    relations: Sequence[Relation],
    *,
    facts: RunFacts,
    required: Sequence[str] = (),
    published: Path | None = None,
) -> None:
    """Refuse what may not be published.

    Args:
        warehouse: the file that the run built.
        relations: what is meant to be published.
        facts: results of the run's checks.
        required: names of relations that must have rows.
        published: folder of the version that readers see, whose definitions must still hold.

    Raises:
        AuditError: with one sentence per reason not to publish.
    """
    findings = [sentence(check) for check in facts.checks if _blocks(check)]
    with open_warehouse(warehouse) as held:
        for relation in relations:
            columns = held.columns(relation)
            if not columns:
                findings.append(f"{relation.name} is missing in the warehouse.")
                continue
            if relation.name in required and not held.count(relation):
                findings.append(f"{relation.name} has no rows.")
            findings += _unreadable(relation, columns)
        findings += redefined(held, published)
    if not relations:
        findings.append("there is nothing to publish.")
    if findings:
        raise AuditError(findings)


def sentence(check: CheckFact) -> str:
    """A failed check as one sentence."""
    rows = f" for {check.count_failed_rows} rows" if check.count_failed_rows else ""
    detail = f": {check.message}" if check.message else ""
    return f"Check {check.name} failed on {check.table}{rows}{detail}."


def _blocks(check: CheckFact) -> bool:
    return not check.passed and check.severity == "error" and check.is_blocking


def _unreadable(relation: Relation, columns: list[ColumnInfo]) -> list[str]:
    return [
        f"{relation.name}.{column.name} is {column.type}, which is not readable everywhere "
        f"(use one of {', '.join(sorted(READABLE_TYPES))} or DECIMAL)."
        for column in columns
        if column.type not in READABLE_TYPES and not DECIMAL.fullmatch(column.type)
    ]
