"""A whole night without Dagster: generate, extract, check, freeze, build."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from ingestion import configured_streams, extract, freeze, load_sources
from ingestion.demo import generate
from ingestion.settings import Home
from tests.factories.dbt import run_dbt

CUSTOMERS = 60
DAYS = 60
LAST_DAY = date(2026, 10, 31)
NAMES_OF_THE_RUN = ("run_id", "computed_at", "frozen_at", "change_seq")
NIGHTLY = ("build", "--exclude-resource-type", "unit_test")


def play(
    root: Path, *, until: date = LAST_DAY, customers: int = CUSTOMERS, days: int = DAYS
) -> Home:
    """Let the tiny demo company live until a day and bring its files into the lake."""
    home = Home(root=root)
    generate(root, until=until, customers=customers, days=days)
    sources = load_sources()
    results = extract(sources, home, configured_streams(sources))
    problems = [f"{r.table}: {r.message}" for r in results if r.status in ("failed", "held")]
    assert not problems, problems
    freeze(sources, home, results=results, run_id=f"night-{until}", as_of=until + timedelta(days=1))
    return home


def night(root: Path, *arguments: str, until: date = LAST_DAY) -> Home:
    """``play`` and build the warehouse; ``arguments`` go to dbt."""
    home = play(root, until=until)
    run_dbt(home, *NIGHTLY, *arguments)
    return home


def differences(
    one: Path, other: Path, *schemas: str, without: tuple[str, ...] = ()
) -> dict[str, int]:
    """Per table of two warehouses, how many rows stand in one of them only.

    Columns that name the run are left out, as the architecture says of equal marts, and those
    of ``without``.
    """
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        found = {}
        for schema, table in _tables(connection, schemas):
            columns = _compared(connection, schema, table, without)
            sides = [
                f'select {columns} from {name}."{schema}"."{table}"' for name in ("one", "other")
            ]
            if _digest(connection, sides[0]) == _digest(connection, sides[1]):
                continue
            (count,) = connection.execute(
                f"select count(*) from (({sides[0]} except all {sides[1]}) "
                f"union all ({sides[1]} except all {sides[0]}))"
            ).fetchall()[0]
            if count:
                found[f"{schema}.{table}"] = count
        return found


def _digest(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    """What rows that are equal have in common, in whatever order they are.

    DuckDB's hash does not tell all texts apart, and as text a null is like a word.
    """
    (digest,) = connection.execute(
        "select count(*), sum(hash(rows)), sum(md5_number_lower(cast(rows as varchar))) "
        f"from ({query}) as rows"
    ).fetchall()
    return digest


def _tables(
    connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...]
) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'one' and list_contains(?, table_schema) order by all",
        [list(schemas)],
    ).fetchall()


def _compared(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, without: tuple[str, ...]
) -> str:
    rows = connection.execute(
        "select column_name from information_schema.columns where table_catalog = 'one' "
        "and table_schema = ? and table_name = ? "
        "and not list_contains(?, column_name)",
        [schema, table, [*NAMES_OF_THE_RUN, *without]],
    ).fetchall()
    return ", ".join(f'"{name}"' for (name,) in rows)
