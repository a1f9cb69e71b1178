"""Names for what dbt makes: a hash of all that a node's rows follow from.

The same lake versions, code and ``as_of`` give the same marts, so a node whose name is that of
the last complete build stands as it is. Which names were built is remembered in ``code_state``.
"""

from collections.abc import Mapping
from graphlib import TopologicalSorter
from importlib.metadata import version
from typing import Any

from orchestration.lib.code_state import Fingerprints, Names, hash_of, macros_of
from orchestration.lib.manifest import Manifest

ENGINES = ("dbt-core", "dbt-duckdb", "duckdb")
MADE_BY_FREEZING = {
    "meta_run": ("as_of", "until", "company"),
    "meta_sources": ("sources",),
    "meta_streams": ("streams",),
}
"""Tables of the frozen inputs themselves, and the parts that they show. The run's own name and
hour are left out: they are no news."""


def names_of(manifest: Manifest, prints: Fingerprints, frozen: Mapping[str, Any]) -> Names:
    """A name per seed, model and test; none for what follows from anything unknown.

    A view holds no rows: its name says what code it is made of, and no more. Nor does what its
    readers read change while it is empty, as its meta may say (`empty_unless`).

    Args:
        manifest: the parsed project.
        prints: the code of every node and source.
        frozen: content of ``frozen_inputs.json``.
    """
    code = _shared_code(manifest)
    held = _names_of_sources(manifest, prints, frozen, code)
    nodes: dict[str, Any] = manifest["nodes"]
    made_of_code: Names = {
        unique_id: hash_of([code, prints[unique_id]]) for unique_id in manifest["sources"]
    }
    views: Names = {}
    parents: Mapping[str, list[str]] = manifest["parent_map"]
    for unique_id in TopologicalSorter(parents).static_order():
        node = nodes.get(unique_id)
        if node is None or unique_id not in prints:
            continue
        own = [prints[unique_id], node["config"], node["description"], node["columns"]]
        made_of_code[unique_id] = _joined(own, parents[unique_id], made_of_code)
        read = made_of_code if _is_empty(node, frozen) else held
        if name := _joined(own, parents[unique_id], read):
            held[unique_id] = name
        if node["config"]["materialized"] == "view":
            views[unique_id] = made_of_code[unique_id]
    return {name: value for name, value in (held | views).items() if name in nodes}


def _is_empty(node: Mapping[str, Any], frozen: Mapping[str, Any]) -> bool:
    """Whether a node says of which part of the inputs its rows come, and that part is not set."""
    part = node["config"].get("meta", {}).get("empty_unless")
    return bool(part) and not frozen.get(part)


def _joined(own: object, parents: list[str], names: Names) -> str:
    """The name of a node; empty when a parent has none."""
    if not all(names.get(parent) for parent in parents):
        return ""
    return hash_of([own, [names[parent] for parent in sorted(parents)]])


def _shared_code(manifest: Manifest) -> str:
    """What every node is made with: the hooks that show the lake to dbt, and the engines."""
    hooks = [
        [node["raw_code"], macros_of(manifest, node)]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "operation"
    ]
    return hash_of([hooks, {engine: version(engine) for engine in ENGINES}])


def _names_of_sources(
    manifest: Manifest, prints: Fingerprints, frozen: Mapping[str, Any], code: str
) -> Names:
    """Each source by the files that it shows; files of the lake never change in place."""
    files = {
        stream["stream"]: [stream["files"], stream["held_loads"]] for stream in frozen["streams"]
    }
    shown: dict[str, object] = files | {
        table: [frozen[part] for part in parts if part in frozen]
        for table, parts in MADE_BY_FREEZING.items()
    }
    return {
        unique_id: hash_of([code, prints[unique_id], shown[source["name"]]])
        for unique_id, source in manifest["sources"].items()
        if source["name"] in shown
    }
