"""How dbt's nodes look in Dagster."""

from typing import Any

import dagster as dg
import pytest

from orchestration.lib.translator import CxTranslator, is_raw_source


@pytest.fixture
def specs(manifest: dict[str, Any]) -> dict[str, dg.AssetSpec]:
    translator = CxTranslator()
    return {
        node["name"]: translator.get_asset_spec(manifest, unique_id, None)
        for unique_id, node in [*manifest["nodes"].items(), *manifest["sources"].items()]
        if node["resource_type"] in ("model", "source")
    }


def test_a_model_is_named_by_schema_and_grouped_by_layer(specs: dict[str, dg.AssetSpec]) -> None:
    spec = specs["stg_mapped__orders"]

    assert spec.key == dg.AssetKey(["staging", "stg_mapped__orders"])
    assert spec.group_name == "staging"
    assert spec.owners == ["team:cx_analytics"]


def test_a_source_is_the_raw_stream_itself(specs: dict[str, dg.AssetSpec]) -> None:
    assert specs["mapped__orders"].key == dg.AssetKey(["raw", "mapped__orders"])


def test_what_freezing_makes_is_the_frozen_inputs(specs: dict[str, dg.AssetSpec]) -> None:
    assert specs["meta_run"].key == dg.AssetKey("frozen_inputs")


def test_a_description_is_plain_text(specs: dict[str, dg.AssetSpec]) -> None:
    assert specs["mart_cx_kpi"].description == "One row per value."


def test_a_model_without_description_shows_its_grain() -> None:
    node = {"description": "", "raw_code": "-- Grain: one row per day.\nselect 1"}

    assert CxTranslator().get_description(node) == "One row per day."


def test_only_what_reads_raw_waits_for_freezing(specs: dict[str, dg.AssetSpec]) -> None:
    def waits(name: str) -> set[str]:
        return {dep.asset_key.to_user_string() for dep in specs[name].deps}

    assert waits("stg_mapped__orders") == {"raw/mapped__orders", "frozen_inputs"}
    assert waits("fct_orders") == {"staging/stg_mapped__orders"}


@pytest.mark.parametrize(
    ("unique_id", "is_raw"),
    [
        ("source.cx_warehouse.raw.mapped__orders", True),
        ("source.cx_warehouse.enriched.sentiment", False),
        ("model.cx_warehouse.raw_thing", False),
    ],
)
def test_raw_sources_are_told_from_others(unique_id: str, is_raw: bool) -> None:
    assert is_raw_source(unique_id) is is_raw


def test_a_node_of_a_dbt_group_belongs_to_its_team() -> None:
    node = {"group": {"name": "contact_center", "owner": {}}, "config": {}, "meta": {}}

    assert CxTranslator().get_owners(node) == ["team:contact_center"]
