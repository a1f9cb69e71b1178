"""How dbt's nodes look in Dagster: key, group, description, owner, and what they wait for.

The words come from dbt's own YAML; nothing about a model is written down here.
"""

import re
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

FROZEN_INPUTS = dg.AssetKey("frozen_inputs")
INGESTION_GROUP = "ingestion"
SEED_GROUP = "reference"
DEFAULT_OWNER = "team:cx_analytics"
GRAIN = re.compile(r"^-- Grain: (.+)$", re.MULTILINE)
FROZEN_SOURCES = frozenset({"quarantine"})


class CxTranslator(DagsterDbtTranslator):
    """Groups by layer, plain descriptions, and freezing before anything reads raw."""

    def __init__(self) -> None:
        super().__init__(
            settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Schema and name; what freezing itself makes belongs to the frozen inputs."""
        if dbt_resource_props["resource_type"] == "source" and is_made_by_freezing(
            dbt_resource_props["name"]
        ):
            return FROZEN_INPUTS
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer: the first folder below ``models``."""
        if dbt_resource_props["resource_type"] == "source":
            return INGESTION_GROUP
        if dbt_resource_props["resource_type"] == "seed":
            return SEED_GROUP
        return str(dbt_resource_props["fqn"][1])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description from YAML, else the model's grain comment; never its SQL."""
        described = str(dbt_resource_props.get("description") or "").strip()
        grain = GRAIN.search(dbt_resource_props.get("raw_code") or "")
        return described or (grain[1].strip().capitalize() if grain else "")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """The owners that YAML names, the team of the node's dbt group, or the analysts."""
        group = dbt_resource_props.get("group") or {}
        name = group.get("name") if isinstance(group, Mapping) else group
        team = f"team:{name}" if name else DEFAULT_OWNER
        return list(super().get_owners(dbt_resource_props) or [team])

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """The spec; every model that reads raw also waits for the frozen inputs."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        parents = node.get("depends_on", {}).get("nodes", [])
        waits = {dep.asset_key for dep in spec.deps}
        if FROZEN_INPUTS in waits or not any(map(is_raw_source, parents)):
            return spec
        return spec.replace_attributes(deps=[*spec.deps, dg.AssetDep(FROZEN_INPUTS)])


def is_raw_source(unique_id: str) -> bool:
    """Whether a dbt node is a table of the lake."""
    return unique_id.startswith("source.") and ".raw." in unique_id


def is_made_by_freezing(table: str) -> bool:
    """Whether a raw table comes from the frozen inputs themselves, not from a stream."""
    return table.startswith("meta_") or table in FROZEN_SOURCES
