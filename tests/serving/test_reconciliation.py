"""Reconciliation: what the rows behind a value give, against what it says."""

from pathlib import Path

import duckdb
import pytest

from serving import ROWS_CHECK, AuditError, Relation, audit, reconcile
from tests.serving.conftest import facts

TABLES = """
    create schema core;
    create schema marts;
    create table core.dim_run as select date '2026-11-10' as as_of, 'gregorian' as calendar;
    create table core.dim_kpi_drill_sums as
    select * from (values
        ('mart_day', 'K-SL', '*', 'count_offered', 'count_met'),
        ('mart_day', 'K-DIM', 'value', null, null),
        ('mart_ticket', 'K-RES', 'p50', '1', 'minutes')
    ) as sums(drill_mart, kpi_id, statistic, base_expression, numerator_expression);
    create table marts.mart_day as
    select * from (values
        ('o''brien', date '2026-10-01', 10, 8),
        ('o''brien', date '2026-10-31', 5, 5),
        ('sales', date '2026-10-31', 4, 1),
        ('o''brien', date '2026-11-01', 100, 100)
    ) as days(queue_id, local_date, count_offered, count_met);
    create table marts.mart_ticket as
    select date '2026-10-05' as created_local_date, true as is_counted, 30.0 * range as minutes
    from range(3);
    create table marts.mart_cx_kpi as
    select
        *, date '2026-10-01' as period_start, date '2026-11-01' as period_end,
        'month' as period_type,
        case when kpi_id = 'K-RES' then 'mart_ticket' else 'mart_day' end as drill_mart,
        concat(
            if(kpi_id = 'K-RES', 'is_counted and created_', ''),
            'local_date >= date ''2026-10-01'' and ',
            if(kpi_id = 'K-RES', 'created_', ''), 'local_date < date ''2026-11-01''',
            case when grain_name = 'queue'
                then concat(' and queue_id = ''', replace(grain_key, '''', ''''''), '''')
                else '' end
        ) as drill_filter
    from (values
        ('K-SL', 'value', 'company', 'company', 19, 14, null, false),
        ('K-SL', 'value', 'queue', 'o''brien', 15, 13, null, false),
        ('K-SL', 'value', 'queue', 'sales', 4, 1, null, false),
        ('K-SL', 'value', 'queue', 'nobody called', 0, 0, null, false),
        ('K-SL', 'value', 'queue', 'hidden', null, null, null, true),
        ('K-RES', 'p50', 'company', 'company', 3, null, 30.0, false),
        ('K-DIM', 'value', 'company', 'company', 7, null, 50.0, false)
    ) as kpi(kpi_id, statistic, grain_name, grain_key, n, numerator, value, suppressed);
    insert into marts.mart_cx_kpi
    select * replace (
        1 as n, date '2026-11-01' as period_start, date '2026-12-01' as period_end
    ) from marts.mart_cx_kpi where kpi_id = 'K-RES';
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A warehouse of three KPIs, their rows in two marts."""
    path = tmp_path / "warehouse.duckdb"
    change(path, TABLES)
    return path


def change(warehouse: Path, sql: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(sql)


def test_values_of_the_last_month_that_is_over_are_counted_again(built: Path) -> None:
    counted = reconcile(built)

    assert counted.count_values == 6
    assert not counted.differences
    assert counted.as_check().passed


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        (
            "delete from marts.mart_day where count_offered = 4",
            {"company n 19 15", "company numerator 14 13", "queue sales n 4 0"}
            | {"queue sales numerator 1 0"},
        ),
        (
            "update marts.mart_ticket set is_counted = false",
            {"company n 3 0", "company value 30.0 0"},
        ),
        (
            "update marts.mart_ticket set minutes = minutes + 1",
            {"company value 30.0 31.0"},
        ),
        (
            "update marts.mart_cx_kpi set n = 2 where grain_key = 'nobody called'",
            {"queue nobody called n 2 0"},
        ),
    ],
)
def test_a_value_that_its_rows_do_not_give_is_told(built: Path, sql: str, told: set[str]) -> None:
    change(built, sql)

    found = reconcile(built).differences

    assert {f"{one.cell} {one.part} {one.published} {one.found}" for one in found} == told


def test_a_filter_that_cannot_be_read_is_told(built: Path) -> None:
    change(built, "alter table marts.mart_ticket drop is_counted")

    (found,) = reconcile(built).differences

    assert found.part == "filter"
    assert "is_counted" in str(found.found)


def test_lost_rows_stop_a_publication_with_the_value_in_the_sentence(built: Path) -> None:
    change(built, "delete from marts.mart_day where count_offered = 5")
    check = reconcile(built).as_check()

    with pytest.raises(AuditError, match=f"{ROWS_CHECK} failed on mart_cx_kpi for 4 rows: K-SL"):
        audit(built, [Relation("marts", "mart_cx_kpi")], facts=facts("run1", (check,)))


def test_a_warehouse_without_filters_has_nothing_to_compare(warehouse: Path) -> None:
    assert reconcile(warehouse).count_values == 0
