"""The layers of the warehouse and the promises of its YAML, read from the manifest."""

import re
from pathlib import Path
from typing import Any

import pytest

from ingestion import all_streams
from ingestion.stream import raw_type
from tests.factories.dbt import DBT_PROJECT, seed_rows

ORDER = ("staging", "intermediate", "core", "metrics", "marts")
MAY_READ = {
    "staging": set(),
    "intermediate": {"staging", "intermediate", "seeds"},
    "core": {"intermediate", "core", "staging", "seeds"},
    "metrics": {"core", "metrics", "seeds"},
    "marts": {"core", "metrics", "marts", "seeds"},
}
PREFIX = {
    "staging": r"stg_[a-z_]+__[a-z_]+",
    "intermediate": r"int_[a-z]+__[a-z_]+",
    "core": r"(dim|fct|bridge)_[a-z_]+",
    "metrics": r"(met_[a-z_]+|dim_kpi[a-z_]*)",
    "marts": r"(mart|export|dim)_[a-z0-9_]+",
}
PUBLISHED_TYPES = re.compile(
    r"^(varchar|boolean|integer|bigint|double|date|timestamp|decimal\(\d+, ?\d+\))$", re.IGNORECASE
)


def layer(node: dict[str, Any]) -> str:
    return "seeds" if node["resource_type"] == "seed" else Path(node["path"]).parts[0]


def models(manifest: dict[str, Any], *layers: str) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and (not layers or layer(node) in layers)
    ]


def test_a_model_reads_only_the_layers_below_it(manifest: dict[str, Any]) -> None:
    offenders = [
        f"{node['name']} reads {parent['name']}"
        for node in models(manifest)
        for parent in (manifest["nodes"].get(key) for key in node["depends_on"]["nodes"])
        if parent and layer(parent) not in MAY_READ[layer(node)] | {layer(node)}
    ]
    assert not offenders


def test_only_staging_and_the_lake_side_of_the_warehouse_read_raw_tables(
    manifest: dict[str, Any],
) -> None:
    offenders = [
        node["name"]
        for node in models(manifest, "metrics", "marts")
        if any(
            key.startswith("source.") and manifest["sources"][key]["source_name"] == "raw"
            for key in node["depends_on"]["nodes"]
        )
    ]
    assert not offenders


def test_names_say_the_layer(manifest: dict[str, Any]) -> None:
    offenders = [
        node["name"]
        for node in models(manifest)
        if not re.fullmatch(PREFIX[layer(node)], node["name"])
    ]
    assert not offenders


@pytest.mark.parametrize("name", ["core", "marts"])
def test_contracts_are_enforced_and_every_column_is_described(
    manifest: dict[str, Any], name: str
) -> None:
    for node in models(manifest, name):
        assert node["config"]["contract"]["enforced"], node["name"]
        assert node["description"].startswith("One row per"), node["name"]
        silent = [c for c, column in node["columns"].items() if not column["description"]]
        assert not silent, (node["name"], silent)


def test_every_model_of_core_and_marts_is_tested(manifest: dict[str, Any]) -> None:
    tested = {
        key
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for key in node["depends_on"]["nodes"]
    }
    untested = [
        node["name"]
        for node in models(manifest, "core", "marts")
        if node["unique_id"] not in tested
    ]
    assert not untested


def test_published_columns_have_types_that_every_client_reads(manifest: dict[str, Any]) -> None:
    offenders = [
        (node["name"], column["name"], column["data_type"])
        for node in models(manifest, "core", "marts")
        for column in node["columns"].values()
        if not PUBLISHED_TYPES.match(column["data_type"] or "")
    ]
    assert not offenders


def test_the_raw_sources_are_the_streams_that_land(manifest: dict[str, Any]) -> None:
    declared = {
        source["name"]: {name: column["data_type"] for name, column in source["columns"].items()}
        for source in manifest["sources"].values()
        if source["source_name"] == "raw"
    }
    landed = {
        table: {name: raw_type(kind).lower() for name, kind in spec.lake_schema.items()}
        for table, spec in all_streams().items()
    }
    assert {table: declared.get(table) for table in landed} == landed


def test_no_model_reads_what_nobody_declared(manifest: dict[str, Any]) -> None:
    """Fault 58: the lake's column of undeclared values ends in the lake."""
    readers = [
        node["name"] for node in models(manifest) if re.search(r"\b_extra\b", node["raw_code"])
    ]
    assert not readers


def test_nothing_published_tells_by_which_keys_a_person_was_met(manifest: dict[str, Any]) -> None:
    told = [
        f"{node['name']}.{column}"
        for node in models(manifest)
        if node.get("access") == "public"
        for column in node["columns"]
        if re.fullmatch(r"(identity|linked|email|phone|customer)_key|.*_hash", column)
    ]
    assert not told


def test_the_grains_of_cells_are_those_of_the_registry(manifest: dict[str, Any]) -> None:
    macro = manifest["macros"]["macro.cx_warehouse.kpi_grain_names"]["macro_sql"]

    of_periods_only = {"theme", "program"}

    assert {"company", *re.findall(r"'(\w+)'", macro)} | of_periods_only == {
        row["grain_name"] for row in seed_rows("kpi_grains")
    }


def test_every_kpi_stands_in_known_grains_and_leads_to_a_wide_mart(
    manifest: dict[str, Any],
) -> None:
    grains = {row["grain_name"] for row in seed_rows("kpi_grains")}
    wide = {
        node["name"]
        for node in models(manifest)
        if node.get("access") == "public" and not node["name"].startswith("mart_cx_kpi")
    }
    strays = [
        (row["kpi_id"], row["statistic"])
        for row in seed_rows("kpis")
        if row["drill_mart"] not in wide or not set(row["grains"].split("|")) <= grains
    ]
    assert not strays


def test_no_mart_averages_scores() -> None:
    averaged = re.compile(
        r"\b(avg|mean|median)\s*\(|\bsum\(\s*[\w.]*(_pct|_rate|_index|\bnps|\bces)\s*\)"
    )
    offenders = [
        path.name
        for path in DBT_PROJECT.glob("models/m*/**/*.sql")
        if averaged.search(path.read_text(encoding="utf-8"))
    ]
    assert not offenders


LONGEST = 300
LONG = {
    "int_calls__asterisk_agent_states_derived": "a state follows from the one before",
    "int_calls__asterisk_stays_derived": "a stay follows from the one before",
    "int_identity__links_found": "a branch per kind of link",
    "int_identity__records_collected": "a branch per entity that names persons",
    "int_interactions__records_unified": "a branch per entity that is a touch",
    "int_surveys__answers_judged": "what supersedes an answer follows from what counts",
    "mart_contact_reason": "parts of four families, side by side",
    "met_action_triggers": "a branch per rule",
    "met_contact_center_cells": "thirty measures, named in each step",
    "met_contact_center_quantiles": "from values to ranks under one mark",
    "met_issue_values": "a branch per KPI",
    "met_kpi_values": "the columns of every KPI, named in each step",
    "met_lifecycle_spells": "a state follows from the one before",
    "met_revenue_movements": "order of tests of one bridge",
    "met_survey_weighted_scores": "a chain of steps over one distribution",
    "met_value_entries": "a branch per kind of money",
    "met_value_risk_features": "a branch per rule of the score",
}
"""Models that are longer than others, each with what keeps it in one piece."""


def test_models_are_short_unless_they_say_what_keeps_them_in_one_piece() -> None:
    long = {
        path.stem
        for path in DBT_PROJECT.glob("models/**/*.sql")
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST
    }
    assert long == set(LONG)
