"""The guarded parse, and what tells that tables were built by other code."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.lib.code_state import BuiltState, code_version, fingerprints
from orchestration.lib.manifest import read_manifest

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
FACT = "model.cx_warehouse.fct_orders"


class Parser:
    """Counts parses and writes a manifest like dbt would."""

    def __init__(self, target: Path) -> None:
        self.target, self.count = target, 0

    def __call__(self) -> None:
        self.count += 1
        self.target.mkdir(exist_ok=True)
        (self.target / "manifest.json").write_text(json.dumps({"count": self.count}))


@pytest.fixture
def parser(tmp_path: Path) -> Parser:
    return Parser(tmp_path / "target")


def test_an_unchanged_project_is_parsed_once(project: Path, parser: Parser) -> None:
    for _ in range(3):
        assert read_manifest(project, parser.target, parse=parser) == {"count": 1}


@pytest.mark.parametrize("change", ["edit", "add", "delete"])
def test_a_changed_project_is_parsed_again(project: Path, parser: Parser, change: str) -> None:
    read_manifest(project, parser.target, parse=parser)
    model = project / "models" / "core" / "fct_orders.sql"
    match change:
        case "edit":
            model.write_text("select 1 as order_id")
        case "add":
            model.with_name("fct_new.sql").write_text("select 1 as x")
        case "delete":
            model.unlink()

    assert read_manifest(project, parser.target, parse=parser) == {"count": 2}


def test_a_moved_project_is_parsed_from_nothing(
    project: Path, parser: Parser, tmp_path: Path
) -> None:
    read_manifest(project, parser.target, parse=parser)
    remembered = parser.target / "partial_parse.msgpack"
    remembered.touch()

    moved = project.rename(tmp_path / "moved")

    assert read_manifest(moved, parser.target, parse=parser) == {"count": 2}
    assert not remembered.exists()


@pytest.mark.parametrize(("changed", "is_kept"), [("macros", False), ("models", True)])
def test_models_that_a_changed_macro_configured_are_parsed_from_nothing(
    project: Path, parser: Parser, changed: str, is_kept: bool
) -> None:
    read_manifest(project, parser.target, parse=parser)
    remembered = parser.target / "partial_parse.msgpack"
    remembered.touch()
    (project / changed).mkdir(exist_ok=True)
    (project / changed / "grows.sql").write_text("{% macro grows() %}{% endmacro %}")

    assert read_manifest(project, parser.target, parse=parser) == {"count": 2}
    assert remembered.exists() == is_kept


def test_what_dbt_writes_is_no_change(project: Path, parser: Parser) -> None:
    read_manifest(project, parser.target, parse=parser)
    (project / "target").mkdir()
    (project / "target" / "compiled.sql").write_text("select 1")

    assert read_manifest(project, parser.target, parse=parser) == {"count": 1}


def test_a_run_worker_takes_the_manifest_that_is_there(project: Path, parser: Parser) -> None:
    read_manifest(project, parser.target, parse=parser)
    (project / "models" / "core" / "fct_orders.sql").unlink()

    assert read_manifest(project, parser.target, parse=parser, may_parse=False) == {"count": 1}


@pytest.fixture
def state(tmp_path: Path) -> BuiltState:
    return BuiltState(tmp_path / "built.json", tmp_path / "warehouse.duckdb")


def test_unchanged_code_needs_no_rebuild(state: BuiltState, manifest: dict[str, Any]) -> None:
    prints = fingerprints(manifest, {})
    state.remember(prints, {}, NOW)

    assert state.stale_models(manifest, prints) == []


def test_a_warehouse_of_unknown_code_is_rebuilt(
    state: BuiltState, manifest: dict[str, Any]
) -> None:
    prints = fingerprints(manifest, {})
    state.remember(prints, {}, NOW)
    state.forget()

    assert state.stale_models(manifest, prints) == ["fct_orders"]


@pytest.mark.parametrize(
    ("name", "is_stale"),
    [("fct_orders", True), ("stg_mapped__orders", True), ("mart_cx_kpi", False)],
)
def test_a_change_rebuilds_incremental_tables_below_it(
    state: BuiltState, manifest: dict[str, Any], name: str, is_stale: bool
) -> None:
    state.remember(fingerprints(manifest, {}), {}, NOW)
    changed = copy.deepcopy(manifest)
    changed["nodes"][f"model.cx_warehouse.{name}"]["checksum"]["checksum"] = "edited"

    assert bool(state.stale_models(changed, fingerprints(changed, {}))) is is_stale


def test_a_variable_may_change_any_model(state: BuiltState, manifest: dict[str, Any]) -> None:
    state.remember(fingerprints(manifest, {"limit": 5}), {}, NOW)

    assert state.stale_models(manifest, fingerprints(manifest, {"limit": 6})) == ["fct_orders"]


def test_a_changed_column_type_of_a_source_counts(
    state: BuiltState, manifest: dict[str, Any]
) -> None:
    state.remember(fingerprints(manifest, {}), {}, NOW)
    changed = copy.deepcopy(manifest)
    source = changed["sources"]["source.cx_warehouse.raw.mapped__orders"]
    source["columns"]["source_id"]["data_type"] = "bigint"

    assert state.stale_models(changed, fingerprints(changed, {})) == ["fct_orders"]


def test_the_code_version_follows_the_models(manifest: dict[str, Any]) -> None:
    before = code_version("0.1.0", fingerprints(manifest, {}))
    manifest["nodes"][FACT]["checksum"]["checksum"] = "edited"

    assert before.startswith("0.1.0+")
    assert code_version("0.1.0", fingerprints(manifest, {})) != before
