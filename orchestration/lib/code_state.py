"""Which code built the warehouse's tables, and whether they must be rebuilt.

An incremental table that other code built is wrong or unreadable for the present code, so a
change in it, or in anything that it is made from, asks for a full refresh in the same night.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orchestration.lib.manifest import Manifest

Fingerprints = dict[str, str]

CONFIG_THAT_SHAPES = (
    "materialized",
    "unique_key",
    "incremental_strategy",
    "on_schema_change",
    "contract",
    "schema",
    "alias",
    "pre-hook",
    "post-hook",
)


def fingerprints(manifest: Manifest, variables: Mapping[str, Any]) -> Fingerprints:
    """A hash per seed, model and source of everything that shapes its rows.

    Args:
        manifest: the parsed project.
        variables: the project's dbt variables, which any model may use.
    """
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    ]
    shared = _hash(variables)
    return {
        node["unique_id"]: _hash(
            [
                shared,
                node.get("checksum", {}).get("checksum"),
                {name: node.get("config", {}).get(name) for name in CONFIG_THAT_SHAPES},
                {name: column.get("data_type") for name, column in node["columns"].items()},
                _macros(manifest, node),
            ]
        )
        for node in [*nodes, *manifest["sources"].values()]
    }


def code_version(project_version: str, prints: Fingerprints) -> str:
    """The project's version and a short hash of the models."""
    return f"{project_version}+{_hash(prints)[:10]}"


class BuiltState:
    """Remembers the code of the last complete build.

    Args:
        path: where it is remembered.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def stale_models(self, manifest: Manifest, prints: Fingerprints) -> list[str]:
        """Names of incremental models that other code built; all when that is unknown."""
        built = self._read()
        changed = {name for name, value in prints.items() if built.get(name) != value}
        affected = _with_descendants(manifest, changed)
        return sorted(
            node["name"]
            for unique_id, node in manifest["nodes"].items()
            if unique_id in affected and node.get("config", {}).get("materialized") == "incremental"
        )

    def is_built(self, prints: Fingerprints) -> bool:
        """Whether the last complete build was made by just this code."""
        return self._read() == prints

    def forget(self) -> None:
        """Before a rebuild: until it is complete, the tables belong to no code."""
        self._path.unlink(missing_ok=True)

    def remember(self, prints: Fingerprints) -> None:
        """After a complete build."""
        self._path.write_text(json.dumps(prints), encoding="utf-8")

    def _read(self) -> Fingerprints:
        if not self._path.exists():
            return {}
        prints: Fingerprints = json.loads(self._path.read_text(encoding="utf-8"))
        return prints


def _with_descendants(manifest: Manifest, names: Iterable[str]) -> set[str]:
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += manifest["child_map"].get(name, [])
    return found


def _macros(manifest: Manifest, node: Mapping[str, Any]) -> list[str]:
    """The SQL of the project's own macros that a node uses, directly or not."""
    found: dict[str, str] = {}
    waiting = list(node.get("depends_on", {}).get("macros", []))
    while waiting:
        name = waiting.pop()
        macro = manifest["macros"].get(name)
        if macro and name not in found:
            is_own = macro["package_name"] == manifest["metadata"].get("project_name")
            found[name] = macro["macro_sql"] if is_own else ""
            waiting += macro["depends_on"]["macros"] if is_own else []
    return [found[name] for name in sorted(found)]


def _hash(value: object) -> str:
    content = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
