"""The audit: what must not reach a reader."""

from pathlib import Path

import duckdb
import pytest

from serving import AuditError, CheckFact, Published, Relation, audit, current_version, publish
from serving.facts import Severity
from tests.serving.conftest import RELATIONS, facts

KPI = Relation("marts", "mart_cx_kpi")


def change(warehouse: Path, sql: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(sql)


def publish_it(warehouse: Path, marts: Path, run_id: str = "run1") -> Published:
    return publish(warehouse, marts, relations=RELATIONS, run_id=run_id, facts=facts(run_id))


def test_a_sound_warehouse_passes(warehouse: Path) -> None:
    audit(warehouse, RELATIONS, facts=facts("run1"), required=["mart_cx_kpi"])


def test_a_failed_blocking_check_is_named(warehouse: Path) -> None:
    failed = CheckFact(
        kind="model_test",
        name="assert_table",
        table="mart_cx_kpi",
        passed=False,
        count_failed_rows=3,
    )

    with pytest.raises(AuditError, match="assert_table failed on mart_cx_kpi for 3 rows"):
        audit(warehouse, RELATIONS, facts=facts("run1", (failed,)))


@pytest.mark.parametrize(("severity", "is_blocking"), [("warning", True), ("error", False)])
def test_other_failed_checks_do_not_stop_a_publication(
    warehouse: Path, severity: Severity, is_blocking: bool
) -> None:
    failed = CheckFact(
        kind="contract",
        name="mapped__orders_contract",
        table="mapped__orders",
        passed=False,
        severity=severity,
        is_blocking=is_blocking,
    )

    audit(warehouse, RELATIONS, facts=facts("run1", (failed,)))


def test_a_type_that_old_clients_cannot_read_is_refused(warehouse: Path) -> None:
    change(warehouse, "alter table marts.mart_cx_kpi alter n type hugeint")

    with pytest.raises(AuditError, match=r"mart_cx_kpi\.n is HUGEINT"):
        audit(warehouse, RELATIONS, facts=facts("run1"))


def test_money_is_readable_everywhere(warehouse: Path) -> None:
    change(warehouse, "alter table marts.mart_cx_kpi alter value type decimal(18, 2)")

    audit(warehouse, RELATIONS, facts=facts("run1"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("please write to ali@example.ir today", "an e-mail address"),
        ("call +98 912 345 6789", "a phone number"),
        ("تماس +۹۸۹۱۲۳۴۵۶۷۸۹", "a phone number"),
        ("card 4111-1111 1111 1111.", "a card or account number"),
        ("کارت ۶۰۳۷۹۹۷۴۸۶۲۵۷۸۶۹", "a card or account number"),
        ("شبا ir۰۶۲۹۶۰۰۰۰۰۰۰۱۰۰۳۲۴۲۰۰۰۰۱", "a card or account number"),
        ("на счёт GB82 WEST 1234 5698 7654 32", "a card or account number"),
    ],
)
def test_personal_data_is_found_by_column(
    warehouse: Path, marts: Path, text: str, label: str
) -> None:
    change(
        warehouse,
        f"update marts.mart_cx_kpi set grain_label_en = '{text}' "
        "where n = 12 and period_type = 'month'",
    )

    with pytest.raises(AuditError, match=f"mart_cx_kpi.grain_label_en holds {label} in 1 rows"):
        publish_it(warehouse, marts)
    assert current_version(marts) is None
    assert not list(marts.glob("versions/*"))


@pytest.mark.parametrize(
    "text",
    [
        *("+2.1", "C++ and @home", "order +12345", "email:0a1b2c3d4e5f"),
        *("4111 1111 1111 1112", "14111111111111111", "GB83 WEST 1234 5698 7654 32"),
        *("ZZ82 WEST 1234 5698 7654 32", "2026-11-22 14:30:00.123456", "XA12 3456 7890"),
    ],
)
def test_harmless_signs_are_no_personal_data(warehouse: Path, marts: Path, text: str) -> None:
    change(warehouse, f"update marts.mart_cx_kpi set grain_label_en = '{text}'")

    assert publish_it(warehouse, marts).row_counts["mart_cx_kpi"] == 18


def test_a_number_of_a_record_may_have_a_right_check_digit(warehouse: Path, marts: Path) -> None:
    change(warehouse, "alter table marts.mart_cx_kpi add column order_number varchar")
    change(warehouse, "update marts.mart_cx_kpi set order_number = '4111111111111111'")

    assert publish_it(warehouse, marts).row_counts["mart_cx_kpi"] == 18


def test_every_finding_is_told_at_once(warehouse: Path) -> None:
    change(warehouse, "delete from marts.mart_cx_kpi")
    missing = Relation("marts", "mart_nps")

    with pytest.raises(AuditError) as refused:
        audit(warehouse, [KPI, missing], facts=facts("run1"), required=["mart_cx_kpi"])

    assert refused.value.findings == (
        "mart_cx_kpi has no rows.",
        "mart_nps is missing in the warehouse.",
    )


def test_nothing_to_publish_is_a_finding(warehouse: Path) -> None:
    with pytest.raises(AuditError, match="nothing to publish"):
        audit(warehouse, [], facts=facts("run1"))


REGISTRY = """
    create table core.dim_kpi as
    select * from (values
        ('K-SL', 1, 'value', 20000, 'Service level'), ('K-NPS', 1, 'value', null, 'NPS')
    ) as kpi(kpi_id, definition_version, statistic, threshold_milliseconds, name_en)
"""


def test_a_changed_parameter_needs_a_new_definition_version(warehouse: Path, marts: Path) -> None:
    change(warehouse, REGISTRY)
    relations = [*RELATIONS, Relation("core", "dim_kpi")]
    version = publish(
        warehouse, marts, relations=relations, run_id="run1", facts=facts("run1")
    ).folder

    change(warehouse, "update core.dim_kpi set name_en = 'Reachability'")
    audit(warehouse, relations, facts=facts("run2"), published=version)

    change(
        warehouse,
        "update core.dim_kpi set threshold_milliseconds = 30000 where kpi_id = 'K-SL'",
    )
    with pytest.raises(AuditError) as refused:
        audit(warehouse, relations, facts=facts("run2"), published=version)
    assert refused.value.findings == (
        "K-SL value is published as version 1 with threshold_milliseconds 20000 and has 30000"
        " tonight: give the new definition version 2 in seeds/kpis.csv.",
    )

    change(warehouse, "update core.dim_kpi set definition_version = 2 where kpi_id = 'K-SL'")
    audit(warehouse, relations, facts=facts("run2"), published=version)
