"""What a node is made of: news change its name, a run without news does not."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.lib.code_state import BuiltState, fingerprints
from orchestration.lib.standing import Names, names_of

VIEW, FACT = "model.cx_warehouse.stg_mapped__orders", "model.cx_warehouse.fct_orders"
MART = "model.cx_warehouse.mart_cx_kpi"
TEST = "test.cx_warehouse.assert_amounts_are_positive"
MART_VIEW = "model.cx_warehouse.mart_orders"
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)

Content = dict[str, Any]


@pytest.fixture
def frozen() -> Content:
    return {
        "run_id": "one",
        "frozen_at": NOW.isoformat(),
        "as_of": "2026-11-01",
        "company": {"key": "tiny"},
        "sources": [],
        "streams": [
            {"stream": "mapped__orders", "files": ["a"], "held_loads": [], "load_seq": 1},
            {"stream": "mapped__agents", "files": ["b"], "held_loads": [], "load_seq": 1},
        ],
    }


def named(manifest: Content, frozen: Content) -> Names:
    return names_of(manifest, fingerprints(manifest, {}), frozen)


def changed(
    manifest: Content, frozen: Content, change: Callable[[Content, Content], object]
) -> set[str]:
    """The nodes whose names a change of project or inputs changes."""
    before = named(manifest, frozen)
    project, inputs = copy.deepcopy(manifest), copy.deepcopy(frozen)
    change(project, inputs)
    after = named(project, inputs)
    return {name for name in before if before[name] != after.get(name)}


def test_another_run_of_the_same_inputs_is_no_news(manifest: Content, frozen: Content) -> None:
    def run_again(_: Content, inputs: Content) -> None:
        inputs.update(run_id="two", frozen_at="2026-11-02T02:00:00+00:00")
        # The receipt of a publication is a load without a file.
        inputs["streams"][0]["load_seq"] = 2

    assert changed(manifest, frozen, run_again) == set()


@pytest.mark.parametrize("news", [{"files": ["a", "c"]}, {"held_loads": [1]}])
def test_news_of_a_stream_reach_rows_and_tests_but_no_view(
    manifest: Content, frozen: Content, news: Content
) -> None:
    found = changed(manifest, frozen, lambda _, inputs: inputs["streams"][0].update(news))

    assert {FACT, MART, TEST} <= found
    assert not {VIEW, MART_VIEW} & found


def test_news_of_a_stream_reach_nothing_that_does_not_read_it(
    manifest: Content, frozen: Content
) -> None:
    def add_a_file(_: Content, inputs: Content) -> None:
        inputs["streams"][1]["files"].append("c")

    assert changed(manifest, frozen, add_a_file) == set()


def test_news_pass_a_node_that_says_it_is_empty_only_once_the_inputs_say_it_is_not(
    manifest: Content, frozen: Content
) -> None:
    manifest["nodes"][VIEW]["config"]["meta"] = {"empty_unless": "is_rotated"}

    def add_a_file(_: Content, inputs: Content) -> None:
        inputs["streams"][0]["files"].append("c")

    assert changed(manifest, frozen, add_a_file) == set()
    frozen["is_rotated"] = True
    assert {FACT, MART, TEST} <= changed(manifest, frozen, add_a_file)
    assert FACT in changed(manifest, frozen, lambda _, inputs: inputs.update(is_rotated=False))


def test_another_day_reaches_what_reads_the_day(manifest: Content, frozen: Content) -> None:
    run = "source.cx_warehouse.raw.meta_run"
    manifest["parent_map"][FACT].append(run)

    found = changed(manifest, frozen, lambda _, inputs: inputs.update(as_of="2026-11-02"))

    assert {FACT, MART, TEST} <= found


@pytest.mark.parametrize(
    ("part", "value"),
    [("checksum", {"checksum": "edited"}), ("description", "edited"), ("config", "table")],
)
def test_other_code_of_a_view_reaches_everything_below_it(
    manifest: Content, frozen: Content, part: str, value: object
) -> None:
    def edit(project: Content, _: Content) -> None:
        node = project["nodes"][VIEW]
        node[part] = node[part] | {"materialized": value} if part == "config" else value

    assert {FACT, MART, MART_VIEW, TEST} <= changed(manifest, frozen, edit)


def test_another_test_is_made_alone(manifest: Content, frozen: Content) -> None:
    def edit(project: Content, _: Content) -> None:
        project["nodes"][TEST]["raw_code"] = "select 1"

    assert changed(manifest, frozen, edit) == {TEST}


def test_what_reads_something_unknown_has_no_name(manifest: Content, frozen: Content) -> None:
    frozen["streams"].pop(0)

    assert {FACT, MART, TEST}.isdisjoint(named(manifest, frozen))


def test_only_a_complete_build_of_the_same_warehouse_is_trusted(tmp_path: Path) -> None:
    warehouse, path = tmp_path / "warehouse.duckdb", tmp_path / "built.json"
    warehouse.write_text("built")
    state = BuiltState(path, warehouse)
    state.remember({}, {"a": "1", "b": "1"}, NOW)
    assert state.standing({"a": "1", "b": "2", "c": "1"}, NOW) == {"a"}
    assert not state.standing({"a": "1"}, NOW + timedelta(days=7))

    (tmp_path / "warehouse.duckdb.wal").write_text("a build that was cut off")
    assert not state.standing({"a": "1"}, NOW)
    (tmp_path / "warehouse.duckdb.wal").unlink()
    assert state.standing({"a": "1"}, NOW) == {"a"}
    warehouse.write_text("written by something else")
    assert not state.standing({"a": "1"}, NOW)


def test_a_build_that_has_begun_leaves_nothing_standing(tmp_path: Path) -> None:
    state = BuiltState(tmp_path / "built.json", tmp_path / "warehouse.duckdb")
    code = {"model.a": "1"}
    state.remember(code, {"a": "1"}, NOW)
    state.doubt()

    assert not state.standing({"a": "1"}, NOW)
    assert state.all_built_at() is None
    node = {"name": "a", "config": {"materialized": "incremental"}}
    manifest = {"nodes": {"model.a": node}, "child_map": {}}
    assert state.stale_models(manifest, code) == []
