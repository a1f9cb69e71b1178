"""Faults of the engine that the project goes round stay gone round."""

from pathlib import Path

import duckdb
import yaml

from serving.warehouse import open_warehouse
from tests.factories.rendering import PROJECT

TABLES, ROWS, DAYS = 20, 8000, 700
KINDS = "case number % 3 when 0 then 'value' when 1 then 'mean' else 'share' end as statistic"
CELLS = f"""
    create table cells_{{n}} as
    select 'K-' || (number % 5 + {{n}} * 6) % 100 as kpi_id, {KINDS},
        date '2025-01-01' + cast(number // (1 + {ROWS} * ({{n}} + 1) // {DAYS}) as integer) as day,
        'm' || number % 3 as market, 's' || number % 4 as segment, number
    from range({ROWS} * ({{n}} + 1)) as numbers (number)
"""
KPIS = f"""
    create table kpis as
    select 'K-' || number // 3 as kpi_id, {KINDS},
        if(number % 2 = 0, 'company|market|queue', 'company|segment|reason') as grains
    from range(470) as numbers (number)
"""
GRAINS = """
    create table grains as
    select unnest(['company', 'market', 'segment', 'queue', 'reason']) as grain
"""
COMPONENTS = f"""
    create temp table components as
    with chosen as (
        select * from cells
        where day in (
            select date '2025-01-01' + cast(hash(n) % {DAYS} as integer) from range(36) as days (n)
        )
    ),
    keyed as (
        select chosen.kpi_id, chosen.statistic, grain, day, number,
            case grain when 'market' then market when 'segment' then segment end as grain_key
        from chosen
        inner join kpis
            on chosen.kpi_id = kpis.kpi_id and chosen.statistic = kpis.statistic
        inner join grains
            on concat('|', kpis.grains, '|') like concat('%|', grains.grain, '|%')
    )
    select kpi_id, statistic, grain, grain_key, day, sum(number) as number
    from keyed group by all
"""


def write_cells(path: Path) -> None:
    """Cells of many families beside small tables that are joined to them."""
    with duckdb.connect(str(path)) as connection:
        for n in range(TABLES):
            connection.execute(CELLS.format(n=n))
        union = " union all ".join(f"select * from cells_{n}" for n in range(TABLES))
        connection.execute(f"create view cells as {union}; {KPIS}; {GRAINS}")


def test_a_union_joined_in_threads_does_not_end_the_build(tmp_path: Path) -> None:
    write_cells(tmp_path / "warehouse.duckdb")
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    settings = profile["cx_warehouse"]["outputs"]["duckdb"]["settings"]
    settings["memory_limit"] = "4GB"
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        for name, value in {**settings, "threads": 2}.items():
            connection.execute(f"set {name} = '{value}'")
        connection.execute(COMPONENTS)
        assert connection.execute("select count(*) > 0 from components").fetchall() == [(True,)]


def test_a_view_of_such_joins_can_be_published(tmp_path: Path) -> None:
    write_cells(tmp_path / "warehouse.duckdb")
    with open_warehouse(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.connection.execute("use warehouse; set threads = 2")
        warehouse.connection.execute(COMPONENTS)


def test_no_fact_is_sorted_to_leave_out_days_that_are_not_over(warehouse: Path) -> None:
    """DuckDB sorts what it compares with tables of a size that it does not know, as of files."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        views = connection.execute(
            "select view_name from duckdb_views() "
            "where schema_name = 'core' and contains(sql, 'stg_meta__run')"
        ).fetchall()
        for (view,) in views:
            plan = connection.execute(f"explain from core.{view}").fetchall()[0][1]
            assert "piecewise" not in plan.lower().replace("_", " "), view
    assert ("fct_interactions",) in views
