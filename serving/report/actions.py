"""The sections of what was done: open and closed cases by area and reason, and the rules' cases.

Which cases there are, whose they are and when they are late is decided in ``dbt_project``.
"""

from datetime import timedelta

import duckdb

from serving.report.edition import Edition
from serving.report.sections import Cell, Part, Row, Section, Span, rows

DAYS = 28
OUTCOMES = ("suggested", "open", "contacted", "resolved", "cancelled", "settled", "expired")

OPEN_AND_CLOSED = """
    with open_cases as (
        select
            owner, reason, count(*) as count_open,
            count(*) filter (where is_overdue) as count_overdue
        from mart_action_today
        group by 1, 2
    ),
    owners as (
        select reason, any_value(owner) as owner from open_cases group by 1
        union
        select rule_code, any_value(owner) from mart_action_case group by 1
    ),
    closed_cases as (
        select
            reason, count(*) as count_closed,
            count(*) filter (where is_resolved_in_time) as count_in_time,
            count(*) filter (where is_recovered) as count_recovered
        from mart_closed_loop
        where
            status = 'resolved' and is_counted
            and resolved_at >= $since and resolved_at < $as_of
        group by 1
    ),
    closed_by_owner as (
        select
            closed_cases.*,
            (
                select any_value(owner) from owners
                where owners.reason = closed_cases.reason
            ) as owner
        from closed_cases
    )
    select
        coalesce(open_cases.owner, closed.owner) as owner,
        coalesce(open_cases.reason, closed.reason) as reason,
        coalesce(count_open, 0) as count_open, coalesce(count_overdue, 0) as count_overdue,
        coalesce(count_closed, 0) as count_closed, coalesce(count_in_time, 0) as count_in_time,
        coalesce(count_recovered, 0) as count_recovered
    from open_cases
    full join closed_by_owner as closed
        on open_cases.owner = closed.owner and open_cases.reason = closed.reason
    order by owner nulls last, count_open desc, reason
"""

BY_RULE = """
    select owner, rule_code as reason, status, count(*) as count_cases
    from mart_action_case
    where opened_local_date >= $since and opened_local_date < $as_of
    group by 1, 2, 3
    order by 1, 2, 3
"""


def read(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """Open cases of today and cases closed in four weeks, by area and reason."""
    return rows(connection, OPEN_AND_CLOSED, _window(span))


def shown(cases: list[Row], edition: Edition) -> Section:
    """A line per area and reason."""
    keys = ("overdue", "closed", "in_time", "recovered")
    return Section(
        anchor="actions",
        title=edition.report("sections", "actions"),
        lead=edition.report("sections", "actions_lead", days=edition.count(DAYS)),
        columns=tuple(edition.report("columns", key) for key in ("owner", "reason", "open", *keys)),
        rows=[
            [
                Cell(edition.label("owner", row["owner"]) or "–"),
                Cell(edition.label("reason", row["reason"])),
                *(Cell(edition.count(row[f"count_{key}"])) for key in ("open", *keys)),
            ]
            for row in cases
        ],
    )


def read_rules(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """What became of the cases that rules made in four weeks."""
    return rows(connection, BY_RULE, _window(span))


def rules(cases: list[Row], edition: Edition) -> Section:
    """A line per rule, a column per status."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in cases:
        counts.setdefault((row["owner"], row["reason"]), {})[row["status"]] = row["count_cases"]
    return Section(
        anchor="rules",
        title=edition.report("sections", "rules"),
        lead=edition.report("sections", "rules_lead", days=edition.count(DAYS)),
        columns=(
            edition.report("columns", "owner"),
            edition.report("columns", "reason"),
            *(edition.label("case_status", status) for status in OUTCOMES),
        ),
        rows=[
            [
                Cell(edition.label("owner", owner)),
                Cell(edition.label("reason", reason)),
                *(Cell(edition.count(found.get(status))) for status in OUTCOMES),
            ]
            for (owner, reason), found in counts.items()
        ],
    )


def _window(span: Span) -> dict[str, object]:
    return {"since": span.as_of - timedelta(days=DAYS), "as_of": span.as_of}


KPIS = ("K-LOOP", "K-NPS", "K-CSAT")
PARTS = (Part(read, shown, KPIS), Part(read_rules, rules, KPIS))
