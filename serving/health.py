"""The published table ``mart_dq_health``: what the run behind a version knew about itself.

Freshness of the sources, results of the checks, refused rows, and how many calls and answers
were linked to a customer. Which check blocks a publication belongs in ``audit``.
"""

from typing import Any

import duckdb
import pyarrow as pa

from serving.facts import Relation, RunFacts
from serving.warehouse import Warehouse

COLUMNS = {
    "run_id": ("VARCHAR", "Run that measured this."),
    "kind": (
        "VARCHAR",
        "source, stream, conflicting, contract, model_test, reconciliation, rejected or matched.",
    ),
    "name": ("VARCHAR", "What was measured, within its kind."),
    "table_name": ("VARCHAR", "Table or model concerned."),
    "source_id": ("VARCHAR", "Source instance concerned."),
    "file_name": ("VARCHAR", "File that refused rows came from."),
    "column_name": ("VARCHAR", "Column that broke a rule."),
    "status": ("VARCHAR", "Outcome, in the words of its kind."),
    "severity": ("VARCHAR", "error or warning, for a check."),
    "count_rows": ("BIGINT", "Rows that the outcome is about."),
    "count_total_rows": ("BIGINT", "Rows that were looked at."),
    "rule": ("VARCHAR", "Rule that refused the rows, or why rows are not linked."),
    "message": ("VARCHAR", "Sentence for a person."),
    "data_through": ("TIMESTAMP", "Time (UTC) of the latest record of the source."),
}

MATCHED = {
    "calls": Relation("core", "fct_calls"),
    "answers": Relation("core", "fct_survey_answers"),
}

Row = dict[str, Any]


def write(source: Warehouse, target: str, facts: RunFacts) -> int:
    """Create ``target`` on the warehouse's connection and return its number of rows."""
    rows = [*_from_facts(facts), *_matched(source)]
    declared = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    connection = source.connection
    connection.execute(f"create table {target} ({declared})")
    connection.execute(
        f"comment on table {target} is 'One row per measurement of the run''s data quality.'"
    )
    for name, (_, description) in COLUMNS.items():
        connection.execute(f"comment on column {target}.{name} is '{description}'")
    if rows:
        _insert(connection, target, [{"run_id": facts.run_id, **row} for row in rows])
    return len(rows)


def _insert(connection: duckdb.DuckDBPyConnection, target: str, rows: list[Row]) -> None:
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    connection.register("health_rows", pa.table(columns))
    connection.execute(f"insert into {target} by name from health_rows")
    connection.unregister("health_rows")


def _from_facts(facts: RunFacts) -> list[Row]:
    return [
        *(*_sources(facts), *_streams(facts), *_conflicts(facts)),
        *(*_checks(facts), *_rejects(facts)),
    ]


def _sources(facts: RunFacts) -> list[Row]:
    return [
        {
            "kind": "source",
            "name": source.source_id,
            "source_id": source.source_id,
            "status": source.status,
            "message": source.message,
            "data_through": source.data_through,
        }
        for source in facts.sources
    ]


def _streams(facts: RunFacts) -> list[Row]:
    return [
        {
            "kind": "stream",
            "name": stream.table,
            "table_name": stream.table,
            "source_id": stream.source_id,
            "status": stream.status,
            "count_rows": stream.rows_landed,
            "count_total_rows": stream.rows_read,
            "message": stream.message,
        }
        for stream in facts.streams
    ]


def _conflicts(facts: RunFacts) -> list[Row]:
    """Records whose content changed under the version that they had."""
    return [
        {
            "kind": "conflicting",
            "name": stream.table,
            "table_name": stream.table,
            "source_id": stream.source_id,
            "status": "conflicting",
            "severity": "warning",
            "count_rows": stream.rows_conflicting,
            "count_total_rows": stream.rows_read,
        }
        for stream in facts.streams
        if stream.rows_conflicting
    ]


def _checks(facts: RunFacts) -> list[Row]:
    return [
        {
            "kind": check.kind,
            "name": check.name,
            "table_name": check.table,
            "status": "passed" if check.passed else "failed",
            "severity": check.severity,
            "count_rows": check.count_failed_rows,
            "message": check.message,
        }
        for check in facts.checks
    ]


def _rejects(facts: RunFacts) -> list[Row]:
    return [
        {
            "kind": "rejected",
            "name": reject.table,
            "table_name": reject.table,
            "source_id": reject.source_id,
            "file_name": reject.file,
            "column_name": reject.column,
            "status": reject.action,
            "count_rows": reject.count_rows,
            "rule": reject.rule,
        }
        for reject in facts.rejects
    ]


def _matched(source: Warehouse) -> list[Row]:
    """Records linked to a customer; for the others, the kind of key they have instead."""
    rows: list[Row] = []
    for name, relation in MATCHED.items():
        if not source.has(relation, "is_known_customer", "identity_key"):
            continue
        found = source.connection.execute(
            "select coalesce(is_known_customer, false) as is_known, "
            "case when is_known then '' else split_part(identity_key, ':', 1) end as cause, "
            f"count(*), sum(count(*)) over () from {source.name(relation)} "
            "group by all order by all"
        ).fetchall()
        rows += [
            {
                "kind": "matched",
                "name": name,
                "table_name": relation.name,
                "status": "matched" if is_known else "missed",
                "count_rows": count,
                "count_total_rows": int(total),
                "rule": cause or None,
            }
            for is_known, cause, count, total in found
        ]
    return rows
