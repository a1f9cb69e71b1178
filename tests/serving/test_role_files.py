"""Files of roles: each holds what its role may see, and nothing else."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from serving import BUNDLED_ROLES, Published, RoleError, current_version, publish
from serving.roles import check_roles, load_roles
from tests.serving.conftest import AS_OF, RELATIONS, facts

DECLARED = """
roles:
  board:
    minimum_cell: 20
    tables:
      mart_cx_kpi:
        columns: [kpi_id, grain_name, grain_key, value, n, ci_low, delta, suppressed]
        rows:
          - {grain_name: [company], period_type: [month]}
          - {grain_name: [segment], period_type: [month]}
      dim_calendar: {columns: all}
  branch:
    per: market
    tables:
      mart_cx_kpi:
        columns: [kpi_id, grain_key, value]
        rows:
          - {grain_name: [market], grain_key: ["{key}"], period_type: [month]}
"""


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    path = tmp_path / "roles.yaml"
    path.write_text(DECLARED, encoding="utf-8")
    return path


def publish_run(warehouse: Path, marts: Path, declared: Path) -> Published:
    return publish(
        warehouse,
        marts,
        relations=RELATIONS,
        run_id="run1",
        facts=facts("run1"),
        roles=declared,
    )


def query(published: Published, file: str, sql: str) -> list[tuple[Any, ...]]:
    path = published.folder / "roles" / file
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_role_has_a_file_of_its_own_tables_columns_and_rows(
    warehouse: Path, marts: Path, declared: Path
) -> None:
    published = publish_run(warehouse, marts, declared)

    assert published.roles == {
        "board.duckdb": {"mart_cx_kpi": 6, "dim_calendar": 32},
        "branch-moscow.duckdb": {"mart_cx_kpi": 1},
        "branch-tehran.duckdb": {"mart_cx_kpi": 1},
    }
    tables = "select table_name from duckdb_tables() order by all"
    assert query(published, "branch-tehran.duckdb", tables) == [("_meta",), ("mart_cx_kpi",)]
    assert query(published, "branch-tehran.duckdb", "from mart_cx_kpi") == [
        ("K-NPS", "tehran", 3.0)
    ]
    meaning = "select comment from duckdb_columns() where column_name = 'n'"
    assert query(published, "board.duckdb", meaning) == [("Records behind the value.",)]
    described = "select run_id, as_of, role, minimum_cell from _meta"
    assert query(published, "board.duckdb", described) == [("run1", AS_OF, "board", 20)]
    header = (published.folder / "roles" / "board.duckdb").read_bytes()[:20]
    assert int.from_bytes(header[12:20], "little") == 65


def test_a_small_cell_is_empty_and_says_that_it_is_hidden(
    warehouse: Path, marts: Path, declared: Path
) -> None:
    published = publish_run(warehouse, marts, declared)

    rows = query(
        published,
        "board.duckdb",
        "select value, n, ci_low, delta, suppressed from mart_cx_kpi "
        "where grain_name = 'segment' or kpi_id = 'K-CSAT' order by grain_name",
    )
    assert rows == [(81.5, 980, 76.5, -6.0, False), (None, None, None, None, True)]


def test_the_change_against_a_hidden_period_is_hidden_too(
    warehouse: Path, marts: Path, declared: Path
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into marts.mart_cx_kpi by name select * replace (date '2026-11-01' as "
            "period_start, date '2026-12-01' as period_end, 99 as n, 7.0 as delta) "
            "from marts.mart_cx_kpi where grain_key = 'tiny'"
        )
    published = publish_run(warehouse, marts, declared)

    rows = "select n, delta from mart_cx_kpi where grain_key = 'tiny' order by n nulls first"
    assert query(published, "board.duckdb", rows) == [(None, None), (99, None)]


def test_a_key_of_a_source_names_no_other_file_and_no_other_rows(
    warehouse: Path, marts: Path, declared: Path
) -> None:
    """Faults 50 and 51."""
    attack = "../../dubai' or true --"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update marts.mart_cx_kpi set grain_key = ? where grain_key = 'tehran'", [attack]
        )

    published = publish_run(warehouse, marts, declared)

    (file,) = (name for name in published.roles if "dubai" in name)
    assert (published.folder / "roles" / file).is_file()
    assert "/" not in file
    assert query(published, file, "select distinct grain_key from mart_cx_kpi") == [(attack,)]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("dim_calendar:", "dim_planets:", "role board: dim_planets is not published"),
        ("kpi_id, grain_key, value]", "kpi_id, mood]", "mart_cx_kpi has no column mood"),
        ("{grain_name: [company], ", "{sky: [blue], ", "mart_cx_kpi has no column sky"),
        ("columns: [kpi_id, grain_key, value]", "columns: all", "list its columns"),
        ("    per: market\n", "", "{key} needs `per`"),
        ("minimum_cell: 20", "minimum_cel: 20", "roles.board.minimum_cel: Extra inputs"),
        ("  board:", "  the board:", "a role names a file"),
        ("dim_calendar: {columns: all}", "_meta: {columns: [run_id]}", "nothing hides"),
        ("roles:", "roles: [", "is not YAML"),
    ],
)
def test_a_wrong_declaration_is_one_sentence_and_nothing_is_published(
    warehouse: Path, marts: Path, declared: Path, old: str, new: str, sentence: str
) -> None:
    assert old in DECLARED
    declared.write_text(DECLARED.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(RoleError) as refused:
        publish_run(warehouse, marts, declared)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert current_version(marts) is None


def test_the_bundled_roles_name_what_is_published(manifest: dict[str, Any]) -> None:
    published = {
        node["name"]: list(node["columns"])
        for node in manifest["nodes"].values()
        if node.get("access") == "public"
    }
    check_roles(load_roles(BUNDLED_ROLES), published)
