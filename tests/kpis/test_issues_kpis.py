"""Issue KPIs against a computation of their own, and their wide marts."""

from pathlib import Path

import pandas as pd
import pytest

from tests.kpis.issues import outcomes
from tests.kpis.reading import Warehouse


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


def test_months_of_reasons_add_up_to_the_published_values(built: Warehouse) -> None:
    different = built.frame(
        """
        with months as (
            select month_start_date as period_start,
                sum(count_first_contact_resolved) as resolved,
                sum(count_mature_issues) as issues,
                sum(count_contacts_of_closed_issues) as contacts,
                sum(count_closed_issues) as closed_issues,
                sum(cost_amount) filter (where is_costed) * 100 as cost,
                sum(count_contacts) filter (where is_costed) as costed_contacts
            from marts.mart_contact_reason group by all
        )
        select * from months
        join marts.mart_cx_kpi as published using (period_start)
        where grain_name = 'company' and period_type = 'month' and statistic = 'value'
            and (
                kpi_id = 'K-FCR' and (resolved <> numerator or issues <> denominator)
                or kpi_id = 'K-EFFB' and (contacts <> numerator or closed_issues <> denominator)
                or kpi_id = 'K-CPC' and (cost <> numerator or costed_contacts <> denominator)
            )
        """
    )
    assert different.empty, different.head().to_string()


def test_every_rial_of_the_service_ledger_is_in_the_mart(built: Warehouse) -> None:
    sums = built.frame(
        """
        select
            (select sum(cost_amount) from marts.mart_contact_reason) as shared,
            (
                select sum(round(cast(amount * 100 as decimal(20, 0)) * exchange_rate)) / 100
                from core.fct_costs
                join core.dim_exchange_rates using (currency_code)
                cross join core.dim_run
                where purpose = 'service' and month_start_date >= valid_from
                    and month_start_date < valid_to
                    and month_start_date < date_trunc('month', as_of)
            ) as ledger
        """
    ).iloc[0]
    assert sums["shared"] > 0
    assert round(sums["shared"], 2) == round(sums["ledger"], 2)


GOLDEN = pd.DataFrame(
    [
        ("A", "billing", 0.0),
        ("A", "billing", 3.0),
        ("A", "billing", 12.0),
        ("B", "tech", 1.0),
        ("B", "billing", 2.0),
        ("C", "billing", 5.0),
        ("C", "billing", 6.0),
        ("D", "tech", 10.0),
        ("E", "tech", 4.04),
    ],
    columns=["person", "reason", "age"],
)
"""G-FCR-1, its handled contacts; the data reach through the fifteenth day."""


def test_the_second_computation_knows_the_golden_one() -> None:
    start = pd.Timestamp("2026-03-01")
    contacts = GOLDEN.assign(
        contact=GOLDEN.index.astype(str), started=start + pd.to_timedelta(GOLDEN["age"], unit="D")
    )
    contacts = contacts.assign(day=contacts["started"].dt.normalize())
    as_of = start + pd.Timedelta(days=15)
    same = outcomes(contacts, ["person", "reason"], as_of)
    agnostic = outcomes(contacts, ["person"], as_of)
    issues = same[same["is_first"]]
    resolved = issues[issues["is_mature"]]["length"] == 1
    assert (resolved.sum(), len(resolved)) == (3, 5)
    assert (same[same["is_mature"]]["is_last"].sum(), same["is_mature"].sum()) == (5, 7)
    assert agnostic[agnostic["is_mature"]]["is_last"].sum() == 4
    assert (issues["length"].sum(), len(issues)) == (9, 7)
