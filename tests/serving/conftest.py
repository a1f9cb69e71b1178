"""A warehouse small enough to read at a glance, as the serving room meets it."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from serving import CheckFact, RejectFact, Relation, RunFacts, SourceFact, StreamFact

AS_OF = date(2026, 11, 1)

KPI_ROWS = """
    ('K-NPS', 'company', 'all', 23.4, 1234, 30.0, 'watch', 2.1, false),
    ('K-NPS', 'market', 'tehran', 3.0, 210, 30.0, 'watch', -4.0, true),
    ('K-NPS', 'market', 'moscow', 40.0, 210, 30.0, 'on_target', 1.0, false),
    ('K-NPS', 'segment', 'tiny', -80.0, 12, 30.0, 'watch', null, null),
    ('K-CSAT', 'company', 'all', 81.5, 980, 80.0, 'on_target', -6.0, true),
    ('K-CES', 'company', 'all', 5.6, 400, null, null, null, null),
    ('K-SL', 'company', 'all', 74.2, 8200, 80.0, 'red', -3.5, true),
    ('K-SL', 'queue', 'pbx:sales', 60.1, 900, 80.0, 'red', -3.5, true),
    ('K-RET', 'company', 'all', null, 0, 90.0, null, null, null)
"""

TABLES = f"""
    create schema core;
    create schema marts;
    create table marts.mart_cx_kpi as
    select
        kpi_id, 'value' as statistic, grain_name, grain_key, period_type,
        date '2026-10-01' as period_start, date '2026-11-01' as period_end,
        value::double as value, n::bigint as n, target::double as target, status,
        case when kpi_id in ('K-NPS', 'K-CES') then 'points' else 'percent' end as unit,
        case kpi_id when 'K-NPS' then '+0.0' when 'K-CES' then '0.00' else '0.0' end
        as display_format,
        delta::double as delta, is_significant as delta_significant, false as suppressed,
        true as is_headline, 'higher_is_better' as direction, 'customer_insight' as owner,
        null::varchar as currency_code,
        value::double - 5 as ci_low, value::double + 5 as ci_high,
        kpi_id || ' (en)' as kpi_name_en, kpi_id || ' (fa)' as kpi_name_fa,
        kpi_id || ' (ru)' as kpi_name_ru,
        upper(grain_key) as grain_label_en,
        if(grain_key = 'tehran', 'تهران', grain_key) as grain_label_fa,
        if(grain_key = 'tehran', 'Тегеран', grain_key) as grain_label_ru
    from (values {KPI_ROWS}) as kpi(
        kpi_id, grain_name, grain_key, value, n, target, status, delta, is_significant
    )
    cross join (values ('month'), ('jalali_month')) as periods(period_type);
    comment on table marts.mart_cx_kpi is 'One row per value.';
    comment on column marts.mart_cx_kpi.n is 'Records behind the value.';
    create table core.dim_calendar as
    select
        day::date as calendar_date, 1405 as jalali_year, 8 + day_of_month // 32 as jalali_month,
        (1 + (day_of_month - 1) % 31)::integer as jalali_day
    from (
        select unnest(range(date '2026-10-01', date '2026-11-02', interval 1 day)) as day,
            unnest(range(1, 33)) as day_of_month
    );
    create table core.fct_calls as
    select * from (values
        ('1', 'crm:1', true), ('2', 'phone:ab', false), ('3', 'phone:cd', false),
        ('4', 'call:4', false)
    ) as calls(contact_id, identity_key, is_known_customer);
"""

RELATIONS = [Relation("marts", "mart_cx_kpi"), Relation("core", "dim_calendar")]


def facts(run_id: str, checks: tuple[CheckFact, ...] = ()) -> RunFacts:
    """What a run that lost one source and refused some rows says of itself."""
    return RunFacts(
        run_id=run_id,
        as_of=AS_OF,
        code_version="0.1.0+test",
        sources=(
            SourceFact(
                source_id="crm",
                connector="sql",
                status="fresh",
                data_through=datetime(2026, 10, 31, 20, 15, tzinfo=UTC),
            ),
            SourceFact(
                source_id="partners", connector="files", status="failed", message="no such file"
            ),
        ),
        streams=(
            StreamFact(
                table="mapped__orders",
                source_id="crm",
                status="landed",
                rows_read=10,
                rows_landed=8,
                rows_rejected=2,
                rows_conflicting=1,
            ),
        ),
        checks=checks,
        rejects=(
            RejectFact(
                table="mapped__agents",
                source_id="partners",
                file="inbox/partners/agents.xlsx",
                rule="required",
                column="agent_number",
                count_rows=12,
            ),
        ),
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with one mart, one dimension and a few calls."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    return path


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """Where versions are published."""
    return tmp_path / "marts"
