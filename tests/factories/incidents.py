"""The incidents of the demo company as its simulator knows them, and the cases they led to."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingestion.settings import Home

HIT = {
    "damaged_parcels": """
        select distinct customer_number from truth_shipments, incident
        where is_damaged and truth_shipments.market = incident.market
        and cast(delivered_at as date) between first_day and last_day""",
    "billing_error": """
        select distinct customer_number from truth_invoices, incident
        where status = 'void' and truth_invoices.market = incident.market
        and issued_on between first_day and last_day""",
}
"""Who was hit, of each incident that hits persons."""

RULES = {"damaged_parcels": "delivery_damaged", "billing_error": "billed_wrongly"}
CASE_OF = """
    select hit.customer_number, cases.status
    from hit
    inner join warehouse.core.dim_customer_identities as identities
        on identities.identity_key = 'customer:crm:' || hit.customer_number
    cross join incident
    left join warehouse.marts.mart_action_case as cases
        on identities.customer_id = cases.customer_id and cases.rule_code = $rule
        and cases.opened_local_date <= last_day + 1
        and cast(cases.last_triggered_at as date) >= first_day - 1
"""
PER_DAY = """
    select
        count(*) filter (where opened_local_date between first_day and last_day)
        / (last_day - first_day + 1),
        count(*) filter (where opened_local_date not between first_day and last_day)
        / ((select max(opened_local_date) - min(opened_local_date) + 1
            from warehouse.marts.mart_action_case) - (last_day - first_day + 1))
    from warehouse.marts.mart_action_case as cases
    inner join incident on cases.market = incident.market
    where rule_code = 'unanswered'
    group by first_day, last_day
"""


def first_case(home: Home) -> date:
    """The day of the first case of any rule."""
    rows: list[Any] = (
        _told(home)
        .execute("select min(opened_local_date) from warehouse.marts.mart_action_case")
        .fetchall()
    )
    day: date = rows[0][0]
    return day


def incidents_since(home: Home, first_day: date) -> set[str]:
    """The incidents that began on a day or after it."""
    rows = _told(home).execute(
        "select incident from truth_incidents where first_day >= $day", {"day": first_day}
    )
    return {incident for (incident,) in rows.fetchall()}


def statuses_of_hit(home: Home, incident: str) -> dict[str, str | None]:
    """Per person whom an incident hit, the status of the case that it led to."""
    told = _told(home, incident)
    told.execute(f"create table hit as {HIT[incident]}")
    return dict(told.execute(CASE_OF, {"rule": RULES[incident]}).fetchall())


def unanswered_per_day(home: Home) -> tuple[float, float]:
    """Cases of unanswered tickets a day in the market of the queue: in the incident, else."""
    rows: list[Any] = _told(home, "understaffed_queue").execute(PER_DAY).fetchall()
    during, otherwise = rows[0]
    return during, otherwise


def _told(home: Home, incident: str = "") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{home.warehouse}' as warehouse (read_only)")
    for name in ("incidents", "shipments", "invoices"):
        path: Path = home.root / "truth" / f"{name}.parquet"
        connection.execute(f"create view truth_{name} as from '{path}'")
    connection.execute(
        f"create table incident as from truth_incidents where incident = '{incident}'"
    )
    return connection
