"""Which rows a night's tests look at: those written since they last passed, weekly all.

A project of one fact with the warehouse's own macros and generic tests stands for the whole.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.dbt_runner import close_connections
from tests.factories.rendering import PROJECT

FIRST = date(2026, 11, 1)
ROWS, ROWS_OF_VIEW = "assert_table_fct_acts_act_id", "assert_table_mart_acts_act_id"
REFERENCE = "relationships_fct_acts_party"
SETTINGS = """
name: cx_warehouse
version: 0.1.0
profile: cx_warehouse
flags: {require_generic_test_arguments_property: true, send_anonymous_usage_stats: false}
on-run-start: ["{{ create_marks() }}{{ create_test_marks() }}"]
on-run-end: ["{{ set_test_marks(results) }}"]
vars: {whole_test_days: 7}
models: {+materialized: view}
"""
MODELS = """
models:
  - name: dim_parties
  - name: fct_acts
    config: {meta: {tested_rows: {written_by: change_seq, day: acted_on}}}
    data_tests: [{assert_table: {arguments: {key: [act_id], not_null: [kind]}}}]
    columns:
      - name: party
        data_tests:
          - relationships: {arguments: {to: ref('dim_parties'), field: party}}
  - name: mart_acts
    config: {meta: {tested_rows: weekly}}
    data_tests: [{assert_table: {arguments: {key: [act_id, party], not_null: [kind]}}}]
"""
PROFILE = """
cx_warehouse:
  target: duckdb
  outputs: {duckdb: {type: duckdb, path: warehouse.duckdb, schema: main, threads: 1}}
"""
QUERIES = {
    "dim_parties": "select 'A' as party",
    "fct_acts": "select acts.* from raw.acts cross join raw.meta_run where acted_on < as_of",
    "mart_acts": "select * from {{ ref('fct_acts') }}",
}


class Nights:
    """Nights of tests; each is a day later than the one before unless it says another day."""

    def __init__(self, root: Path) -> None:
        self.root, self.day = root, 0

    def tell(self, statement: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.root / "warehouse.duckdb")) as connection:
            return connection.execute(statement).fetchall()

    def write(self, act: str, kind: str | None = "chat", party: str = "A", day: int = 0) -> None:
        """A row that the coming run writes, of a day counted from the first."""
        values = f"'{act}', {'null' if kind is None else repr(kind)}, '{party}'"
        acted_on = FIRST + timedelta(days=day - 1)
        self.tell(f"insert into raw.acts values ({values}, date '{acted_on}', {self.day + 1})")

    def run(self, *command: str, day: int | None = None) -> set[str]:
        """The first words of the tests that fail in a night, without what stands on them."""
        from dbt.cli.main import dbtRunner

        self.day = self.day + 1 if day is None else day
        as_of = FIRST + timedelta(days=self.day)
        self.tell("delete from raw.meta_run")
        self.tell(f"insert into raw.meta_run values ({self.day}, date '{as_of}')")
        places = [word for name in ("project", "profiles") for word in (f"--{name}-dir", ".")]
        outcome: Any
        try:
            outcome = dbtRunner().invoke(["--quiet", *(command or ["test"]), *places])
        finally:
            close_connections()
        assert outcome.exception is None, outcome.exception
        return {
            result.node.name.split("__")[0]
            for result in outcome.result
            if str(result.status) in ("fail", "error")
        }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tested_rows")
    shutil.copytree(PROJECT / "macros", root / "macros", ignore=lambda *_: ["_macros.yml"])
    shutil.copytree(PROJECT / "tests" / "generic", root / "tests" / "generic")
    (root / "models").mkdir()
    for name, query in QUERIES.items():
        (root / "models" / f"{name}.sql").write_text(query)
    (root / "models" / "models.yml").write_text(MODELS)
    (root / "dbt_project.yml").write_text(SETTINGS)
    (root / "profiles.yml").write_text(PROFILE)
    return root


@pytest.fixture
def nights(project: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """A first night whose one row passes."""
    monkeypatch.chdir(project)
    nights, kept = Nights(project), project / "kept.duckdb"
    if kept.exists():
        shutil.copy(kept, project / "warehouse.duckdb")
        nights.day = 1
        return nights
    nights.tell("create schema raw")
    nights.tell("create table raw.meta_run (change_seq bigint, as_of date)")
    nights.tell(
        "create table raw.acts "
        "(act_id varchar, kind varchar, party varchar, acted_on date, change_seq bigint)"
    )
    nights.write("first")
    assert nights.run("build") == set()
    shutil.copy(project / "warehouse.duckdb", kept)
    return nights


def test_a_bad_row_is_found_in_the_night_that_writes_it_until_it_is_mended(nights: Nights) -> None:
    nights.write("first")
    nights.write("of nobody", party="B")
    marks = "select whole_as_of, change_seq from meta.meta_test_marks where test like 'assert%fct%'"
    before = nights.tell(marks)
    failed = nights.run()
    assert failed == {ROWS, REFERENCE}
    assert nights.tell(marks) == before
    assert nights.run() == failed

    nights.tell("delete from raw.acts where change_seq > 1")
    assert nights.run() == set()
    assert nights.tell(marks) == [(before[0][0], 4)]


def test_a_row_of_a_day_that_was_not_complete_is_tested_when_it_is(nights: Nights) -> None:
    nights.write("early", kind=None, day=3)
    assert nights.run() == set()
    assert nights.run() == {ROWS}


def test_what_goes_bad_among_old_rows_is_found_within_a_week(nights: Nights) -> None:
    nights.tell("update raw.acts set kind = null, party = 'B'")
    assert nights.run(day=7) == set()
    assert nights.run(day=8) == nights.run() == {ROWS, ROWS_OF_VIEW, REFERENCE}
    nights.tell("update raw.acts set kind = 'chat', party = 'A'")
    assert nights.run() == set()
    nights.tell("update raw.acts set kind = null")
    assert nights.run("build", "--full-refresh") == {ROWS}
