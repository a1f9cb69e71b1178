"""The build of a night: what has to be made, made by dbt, and remembered when it is complete.

How dbt runs is in ``dbt_runner``; what a node is made of in ``standing``; how results look in
Dagster in ``defs.transformation``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

import yaml

from orchestration.lib.code_state import BuiltState, fingerprints
from orchestration.lib.dbt_runner import DbtRunner, NodeResult
from orchestration.lib.environment import Environment
from orchestration.lib.manifest import Manifest
from orchestration.lib.standing import names_of

REUSED = "reused"
"""Status of a node that stands as an earlier build left it."""
EXACTLY = ("--indirect-selection", "empty")
MADE = frozenset({"seed", "model", "snapshot", "test"})
MOST_NAMES = 100
"""A longer list costs more than what it leaves out."""

Nodes = Sequence[Mapping[str, Any]]
Say = Callable[[str], None]
SayOfNode = Callable[[str, str], None]


def build_all(
    dbt: DbtRunner,
    manifest: Manifest,
    frozen: Mapping[str, Any],
    *,
    arguments: Sequence[str] = (),
    say: Say = lambda line: None,
    on_node: SayOfNode = lambda name, message: None,
) -> list[NodeResult]:
    """Bring the warehouse to what the frozen inputs say; one result per node, standing ones too.

    Args:
        dbt: what builds.
        manifest: the parsed project.
        frozen: content of ``frozen_inputs.json``.
        arguments: further arguments for dbt.
        say: receives a line about what has to be done.
        on_node: called with name and message of each model or seed when it is made.
    """
    prints = fingerprints(manifest, project_variables(dbt))
    names = names_of(manifest, prints, frozen)
    state, now = state_of(dbt.environment), datetime.fromisoformat(frozen["frozen_at"])
    stale = state.stale_models(manifest, prints) if dbt.environment.home.warehouse.exists() else []
    standing = frozenset[str]() if stale else state.standing(names, now)
    all_built_at = (state.all_built_at() if standing else None) or now
    if stale:
        say(f"other code built {len(stale)} incremental tables: full refresh")
        state.forget()
        arguments = ["--full-refresh", *arguments]
    elif standing:
        say(f"{len(standing)} of {len(names)} tables, views and tests stand as they are")
    state.doubt()
    results = _make(dbt, manifest, standing, arguments, on_node)
    standing -= {result.unique_id for result in results}
    if all(result.is_good or result.status == "warn" for result in results):
        known = standing | {result.unique_id for result in results if result.is_good}
        state.remember(prints, {name: names[name] for name in known & names.keys()}, all_built_at)
    reused = [_reused(manifest["nodes"][name]) for name in standing]
    return _in_order([*reused, *results], manifest)


def build_some(
    dbt: DbtRunner, names: Iterable[str], on_node: SayOfNode = lambda name, message: None
) -> list[NodeResult]:
    """Make the named nodes and run their tests; the night after it makes everything."""
    state_of(dbt.environment).doubt()
    return dbt.build(["--select", *sorted(names), "--indirect-selection", "cautious"], on_node)


def project_variables(dbt: DbtRunner) -> Mapping[str, Any]:
    """The variables that ``dbt_project.yml`` declares."""
    content = yaml.safe_load((dbt.project / "dbt_project.yml").read_text(encoding="utf-8"))
    return dict(content.get("vars") or {})


def state_of(environment: Environment) -> BuiltState:
    """What is remembered of the last build in an environment."""
    return BuiltState(environment.dbt_target / "built.json", environment.home.warehouse)


def _make(
    dbt: DbtRunner,
    manifest: Manifest,
    standing: frozenset[str],
    arguments: Sequence[str],
    on_node: SayOfNode,
) -> list[NodeResult]:
    """Run dbt on everything that does not stand; not at all when everything does."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in MADE]
    wanted = [node for node in nodes if node["unique_id"] not in standing]
    if not wanted:
        return []
    return dbt.build([*_selection(nodes, wanted), *arguments], on_node)


def _selection(nodes: Nodes, wanted: Nodes) -> list[str]:
    """What dbt has to run, in few words: it walks the whole project for each of them.

    Where much has to be made, only whole kinds are left out, and more is made than must be.
    """
    if len(wanted) <= MOST_NAMES:
        return ["--select", *sorted(node["name"] for node in wanted), *EXACTLY]
    needed, kinds = _kinds(wanted), _kinds(nodes)
    idle = [f"config.materialized:{kind}" for kind in sorted(kinds - needed)]
    return ["--exclude", *idle, *EXACTLY] if idle else []


def _kinds(nodes: Nodes) -> set[str]:
    return {node["config"]["materialized"] for node in nodes}


def _reused(node: Mapping[str, Any]) -> NodeResult:
    """What there is to say of a node that stands; a test stands only when it passed."""
    return NodeResult(
        unique_id=node["unique_id"],
        name=node["name"],
        status=REUSED,
        seconds=0.0,
        count_failed_rows=0 if node["resource_type"] == "test" else None,
        message="stands: nothing that it reads has changed",
    )


def _in_order(results: Sequence[NodeResult], manifest: Manifest) -> list[NodeResult]:
    """Every result after those that it depends on, as Dagster wants the assets of one step."""
    order: Iterable[str] = TopologicalSorter(manifest["parent_map"]).static_order()
    place = {unique_id: number for number, unique_id in enumerate(order)}
    return sorted(results, key=lambda result: place.get(result.unique_id, len(place)))
