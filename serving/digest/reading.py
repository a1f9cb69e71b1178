"""What a digest is about, read from a published version and the role's own file.

Of single places a digest tells only what the role's file shows; everything else is a value of
the whole company. How it is worded belongs in ``page``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from serving.alerts import ALERTS
from serving.digest.declaration import Rule
from serving.report.sections import Row, rows
from serving.role_files import ROLES
from serving.warehouse import literal
from serving.wording import Language

SMALLEST_BASE = 5
"""Records below which a value is not told, whatever the role."""

MOST = 3
"""Priorities and pain points."""

LATEST = """
    select
        kpi_id, statistic, kpi_name_{language} as name, owner, unit, display_format,
        currency_code, period_type, period_start, period_end, value, n, delta,
        delta_significant, target, status, grain_key, grain_label_{language} as place
    from {source}.mart_cx_kpi
    where
        is_headline
        and grain_name = $grain
        and period_type in ('week', $months)
        and period_end <= $as_of
        and period_end > $as_of - if(period_type = 'week', 7, 100)::integer
        and value is not null
        and n >= $smallest
        and not coalesce(suppressed, false)
    qualify row_number() over (
        partition by kpi_id, statistic, grain_key
        order by period_type = 'week' desc, period_start desc
    ) = 1
    order by kpi_id, statistic
"""

NAMES = "select kpi_id, name_{language} as name from dim_kpi where is_headline"

SEEN = """
    select 1 as is_seen
    from role.mart_cx_kpi
    where
        kpi_id = $kpi_id and statistic = $statistic and grain_name = $grain
        and grain_key = $key and period_type = $period_type
        and period_start = $period_start and value is not null
    limit 1
"""

CASES = """
    select owner, reason, count(*) as count_open,
        count(*) filter (where is_overdue) as count_overdue
    from mart_action_today
    group by 1, 2
    order by count_overdue desc, count_open desc, owner, reason
"""

PRIORITIES = """
    select * from mart_priorities
    where period_end <= $as_of
    qualify period_start = max(period_start) over () and priority_rank is not null
    order by priority_rank, touchpoint
"""

PAIN_POINTS = """
    select * from mart_pain_points
    where period_end <= $as_of
    qualify period_start = max(period_start) over (partition by theme_kind)
    order by theme_kind, pain_rank, theme
    limit $most
"""


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that one digest tells: rows as the marts hold them."""

    followed: list[Row]
    without_value: list[str]
    own_place: list[Row]
    moved: list[Row]
    alerts: list[Row]
    cases: list[Row]
    priorities: list[Row]
    pain_points: list[Row]


@dataclass(frozen=True)
class Day:
    """The day of the version, the company's months, and the language of names."""

    as_of: date
    months: str
    language: Language


def role_files(version: Path, role: str, rule: Rule) -> list[Path | None]:
    """The files of a role: one, or one per key; None where the version has no role files."""
    folder = version / ROLES
    if rule.per:
        return [*sorted(folder.glob(f"{role}-*.duckdb"))]
    file = folder / f"{role}.duckdb"
    return [file if file.exists() else None]


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, file: Path | None) -> Iterator[None]:
    """The role's file as the database ``role``."""
    if file is None:
        yield
        return
    connection.execute(f"attach {literal(str(file))} as role (read_only)")
    try:
        yield
    finally:
        connection.execute("detach role")


@dataclass(frozen=True)
class Company:
    """What is the same for every role: the company's values, alerts, cases and priorities."""

    kpis: list[Row]
    names: dict[str, str]
    alerts: list[Row]
    cases: list[Row]
    priorities: list[Row]
    pain_points: list[Row]


def read_company(connection: duckdb.DuckDBPyConnection, day: Day) -> Company:
    """The whole company's part of every digest."""
    wanted = {"as_of": day.as_of}
    return Company(
        kpis=_latest(connection, "main", "company", day),
        names={
            row["kpi_id"]: row["name"]
            for row in rows(connection, NAMES.format(language=day.language))
        },
        alerts=rows(connection, ALERTS.format(name=f"name_{day.language}")),
        cases=rows(connection, CASES),
        priorities=rows(connection, PRIORITIES, wanted),
        pain_points=rows(connection, PAIN_POINTS, {**wanted, "most": MOST}),
    )


def read(connection: duckdb.DuckDBPyConnection, company: Company, rule: Rule, day: Day) -> Told:
    """What one digest tells; the role's file is attached, if there is one."""
    by_kpi = {row["kpi_id"]: row for row in company.kpis}
    place = _latest(connection, "role", rule.per, day) if rule.per else []
    return Told(
        followed=[by_kpi[kpi] for kpi in rule.kpis if kpi in by_kpi],
        without_value=[company.names.get(kpi) or kpi for kpi in rule.kpis if kpi not in by_kpi],
        own_place=[row for kpi in rule.kpis for row in place if row["kpi_id"] == kpi],
        moved=sorted(
            (
                row
                for row in company.kpis
                if row["kpi_id"] not in rule.kpis
                and rule.covers(row["owner"])
                and (row["status"] == "red" or row["delta_significant"])
            ),
            key=lambda row: (row["status"] != "red", row["kpi_id"]),
        ),
        alerts=list(_alerts(connection, company.alerts, rule)),
        cases=[row for row in company.cases if rule.covers(row["owner"])],
        priorities=[row for row in company.priorities if rule.covers(row["owner"])][:MOST],
        pain_points=company.pain_points,
    )


def _latest(connection: duckdb.DuckDBPyConnection, source: str, grain: str, day: Day) -> list[Row]:
    schema = "role.main" if source == "role" else "main"
    return rows(
        connection,
        LATEST.format(source=schema, language=day.language),
        {
            "grain": grain,
            "months": day.months,
            "as_of": day.as_of,
            "smallest": SMALLEST_BASE,
        },
    )


def _alerts(connection: duckdb.DuckDBPyConnection, alerts: list[Row], rule: Rule) -> Iterator[Row]:
    """Alerts of the role's KPIs, for the company and for places that its file shows."""
    for row in alerts:
        if not (row["kpi_id"] in rule.kpis or rule.covers(row["owner"])):
            continue
        if row["grain_name"] != "company" and not _is_seen(connection, row, "grain"):
            continue
        is_worst_seen = row["worst_value"] is not None and _is_seen(connection, row, "worst_grain")
        yield row if is_worst_seen else {**row, "worst_value": None}


def _is_seen(connection: duckdb.DuckDBPyConnection, row: Row, place: str) -> bool:
    """Whether the role's file shows this cell."""
    wanted = {name: row[name] for name in ("kpi_id", "statistic", "period_type", "period_start")}
    key = {"grain": row[f"{place}_name"], "key": row[f"{place}_key"]}
    return bool(rows(connection, SEEN, {**wanted, **key}))
