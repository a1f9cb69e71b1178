"""Which code built the warehouse's tables and from what, and whether they must be rebuilt.

An incremental table that other code built is wrong or unreadable for the present code, so a
change in it, or in anything that it is made from, asks for a full refresh in the same night.
What a node is made from is named in ``standing``.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion import write_whole
from orchestration.lib.manifest import Manifest, reached

Fingerprints = dict[str, str]
Names = dict[str, str]

FULL_BUILD_EVERY = timedelta(days=7)
"""However little changes, once in this time everything is built and tested."""

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
    """A hash per seed, model, test and source of everything that shapes its rows.

    Args:
        manifest: the parsed project.
        variables: the project's dbt variables, which any model may use.
    """
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot", "test")
    ]
    shared = hash_of(variables)
    return {
        node["unique_id"]: hash_of(
            [
                shared,
                node.get("checksum", {}).get("checksum"),
                _test_code(node),
                {name: node.get("config", {}).get(name) for name in CONFIG_THAT_SHAPES},
                {name: column.get("data_type") for name, column in node["columns"].items()},
                macros_of(manifest, node),
            ]
        )
        for node in [*nodes, *manifest["sources"].values()]
    }


def code_version(project_version: str, prints: Fingerprints) -> str:
    """The project's version and a short hash of the models."""
    shaping = {name: value for name, value in prints.items() if not name.startswith("test.")}
    return f"{project_version}+{hash_of(shaping)[:10]}"


class BuiltState:
    """Remembers the last complete build: its code, and of what each node was made.

    Args:
        path: where it is remembered.
        warehouse: the file that was built.
    """

    def __init__(self, path: Path, warehouse: Path) -> None:
        self._path, self._warehouse = path, warehouse

    def stale_models(self, manifest: Manifest, prints: Fingerprints) -> list[str]:
        """Names of incremental models that other code built; all when that is unknown."""
        built = self._read().get("code", {})
        changed = {name for name, value in prints.items() if built.get(name) != value}
        affected = reached(manifest["child_map"], changed)
        return sorted(
            node["name"]
            for unique_id, node in manifest["nodes"].items()
            if unique_id in affected and node.get("config", {}).get("materialized") == "incremental"
        )

    def standing(self, names: Names, now: datetime) -> frozenset[str]:
        """The nodes that are as a build of ``names`` would leave them.

        None when anything has touched the warehouse since its last complete build.

        Args:
            names: what each node would be made of.
            now: time of the run that asks.
        """
        built = self._read()
        if "made_of" not in built or built["warehouse"] != self._stamp():
            return frozenset()
        if now - datetime.fromisoformat(built["all_built_at"]) >= FULL_BUILD_EVERY:
            return frozenset()
        made_of = built["made_of"]
        return frozenset(name for name, value in names.items() if made_of.get(name) == value)

    def whole(self) -> str:
        """A name for the warehouse as its last complete build left it; empty when it is not so."""
        built = self._read()
        is_whole = "made_of" in built and built["warehouse"] == self._stamp()
        return hash_of(built) if is_whole else ""

    def is_of(self, prints: Fingerprints) -> bool:
        """Whether all of the present code built the warehouse."""
        return bool(self._read().get("code") == prints)

    def adopt(self, other: "BuiltState") -> None:
        """Remember of this warehouse what ``other`` knows of the one that it is a copy of."""
        self._write(other._read() | {"warehouse": self._stamp()})

    def doubt(self) -> None:
        """Before any build: until one is complete, nothing stands."""
        if code := self._read().get("code"):
            self._write({"code": code})

    def forget(self) -> None:
        """Before a rebuild: until it is complete, the tables belong to no code."""
        self._path.unlink(missing_ok=True)

    def remember(self, prints: Fingerprints, made_of: Names, all_built_at: datetime) -> None:
        """After a complete build.

        Args:
            prints: the code that built.
            made_of: names of the nodes that stand now.
            all_built_at: when everything was built and tested at once.
        """
        self._write(
            {
                "code": prints,
                "made_of": made_of,
                "all_built_at": all_built_at.isoformat(),
                "warehouse": self._stamp(),
            }
        )

    def all_built_at(self) -> datetime | None:
        """When everything was last built and tested at once."""
        held = self._read().get("all_built_at")
        return datetime.fromisoformat(held) if held else None

    def _stamp(self) -> list[list[int]]:
        """Size and time of the warehouse's files: a build that was cut off leaves its log."""
        log = self._warehouse.with_name(f"{self._warehouse.name}.wal")
        found = [path.stat() for path in (self._warehouse, log) if path.exists()]
        return [[file.st_size, file.st_mtime_ns] for file in found]

    def _read(self) -> dict[str, Any]:
        if not self._path.exists():
            return {}
        content: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return content

    def _write(self, content: Mapping[str, Any]) -> None:
        write_whole(self._path, json.dumps(content))


def _test_code(node: Mapping[str, Any]) -> object:
    """What a test asks; dbt keeps no checksum of it."""
    is_test = node["resource_type"] == "test"
    return [node["raw_code"], node.get("test_metadata"), node["config"]] if is_test else None


def macros_of(manifest: Manifest, node: Mapping[str, Any]) -> list[str]:
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


def hash_of(value: object) -> str:
    """A hash of any plain value."""
    content = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
