"""Some models of the warehouse over tables that stand for what they read, night after night.

That models which grow equal those that are made anew is asked of such a part; whole nights
belong in ``night``. What the tables hold belongs to the test.
"""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.dbt_runner import close_connections
from tests.factories.night import differences
from tests.factories.rendering import PROJECT

SETTINGS = """
name: cx_warehouse
version: 0.1.0
profile: cx_warehouse
flags: {send_anonymous_usage_stats: false}
on-run-start: ["{{ create_marks() }}", "{{ create_model_days() }}"]
vars: {answer_window_days: 30, relationship_wave_days: 45}
models: {+materialized: view}
"""
PROFILE = """
cx_warehouse:
  target: duckdb
  outputs: {duckdb: {type: duckdb, path: warehouse.duckdb, schema: main, threads: 1}}
"""


class GrowingModels:
    """The models ``own`` in a project of their own, on tables ``raw.<input>``.

    Args:
        root: an empty folder, in which dbt runs.
        own: names of the models.
        inputs: what they read, each with the columns of its table.
        seeds: what they read of the project's own seeds, with all rows.
    """

    def __init__(
        self,
        root: Path,
        own: tuple[str, ...],
        inputs: Mapping[str, str],
        seeds: tuple[str, ...] = (),
    ) -> None:
        self.root, self._inputs, self._seeds = root, inputs, seeds
        shutil.copytree(PROJECT / "macros", root / "macros", ignore=lambda *_: ["_macros.yml"])
        (root / "models").mkdir()
        for name in own:
            (path,) = PROJECT.glob(f"models/**/{name}.sql")
            shutil.copy(path, root / "models")
        for name in (*inputs, *seeds):
            (root / "models" / f"{name}.sql").write_text(f"select * from raw.{name}")
        (root / "dbt_project.yml").write_text(SETTINGS)
        (root / "profiles.yml").write_text(PROFILE)

    def begin(self) -> None:
        """Forget what was built and make the tables anew, those of inputs without rows."""
        (self.root / "warehouse.duckdb").unlink(missing_ok=True)
        with self.open() as connection:
            connection.execute("create schema raw")
            for name, columns in self._inputs.items():
                connection.execute(f"create table raw.{name} ({columns})")
            for name in self._seeds:
                rows = f"from read_csv('{PROJECT / 'seeds' / name}.csv')"
                connection.execute(f"create table raw.{name} as {rows}")

    def open(self) -> duckdb.DuckDBPyConnection:
        """The warehouse."""
        return duckdb.connect(str(self.root / "warehouse.duckdb"))

    def build(self, *arguments: str) -> None:
        """Run all models; the working directory is the root."""
        from dbt.cli.main import dbtRunner

        places = [word for name in ("project", "profiles") for word in (f"--{name}-dir", ".")]
        outcome: Any
        try:
            outcome = dbtRunner().invoke(["--quiet", "run", *arguments, *places])
        finally:
            close_connections()
        assert outcome.success, outcome.exception or [
            result.message for result in outcome.result if str(result.status) == "error"
        ]

    def differences_from_a_rebuild(self) -> dict[str, int]:
        """Rows per model that stand in it or in a rebuild of it alone."""
        warehouse, grown = self.root / "warehouse.duckdb", self.root / "grown.duckdb"
        shutil.copy(warehouse, grown)
        self.build("--full-refresh")
        found = differences(grown, warehouse, "main")
        shutil.copy(grown, warehouse)
        return {table.removeprefix("main."): rows for table, rows in found.items()}


def days_since_epoch(day: date) -> int:
    """What ``as_of_day`` of a run says."""
    return (day - date(1970, 1, 1)).days


def save(connection: duckdb.DuckDBPyConnection, table: str, row: list[Any]) -> None:
    """Write the first columns of a row of an input, in place of the one with its key."""
    described = connection.execute(f"describe raw.{table}").fetchall()
    names = ", ".join(name for name, *_ in described[: len(row)])
    keyed = any(key == "PRI" for _, _, _, key, *_ in described)
    verb = "insert or replace into" if keyed else "insert into"
    places = ", ".join("?" * len(row))
    connection.execute(f"{verb} raw.{table} ({names}) values ({places})", row)
