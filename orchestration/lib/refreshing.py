"""Cases between two nights: the few models that make them, on a copy of the night's warehouse.

The night's own warehouse is only read here, so the next night finds it as the last one left
it. The copy is made once per night and built upon from then on. What a case is belongs in
``dbt_project``; how cases are published belongs in ``serving``.
"""

import shutil
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.lib.building import EXACTLY, MADE, SayOfNode, project_variables, state_of
from orchestration.lib.code_state import fingerprints
from orchestration.lib.dbt_runner import PARSED, DbtRunner, NodeResult
from orchestration.lib.environment import Environment
from orchestration.lib.manifest import Manifest, models_tagged, reached
from orchestration.lib.standing import MADE_BY_FREEZING, names_of

TAG = "cases"
"""Of the published models that a refresh publishes anew."""


class NoRefreshError(Exception):
    """There is nothing that a refresh could build upon; the message says what to do."""


def copy_warehouse(night: Environment) -> None:
    """Bring the copy of the warehouse to what the last complete night left, unless it is.

    Where the last night did not complete, the copy of the one before is built upon further.

    Raises:
        NoRefreshError: no night was ever complete.
    """
    side = night.between_nights
    _share_parse(night, side)
    left_by_night, copied = state_of(night), _copied_from(side)
    name = left_by_night.whole()
    if not name:
        if not copied:
            raise NoRefreshError("no night has been complete yet: run the nightly job first")
        return
    if copied == name and state_of(side).whole():
        return
    warehouse = side.home.warehouse
    receipt, draft = _receipt(side), warehouse.with_suffix(".tmp")
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    receipt.unlink(missing_ok=True)
    shutil.copyfile(night.home.warehouse, draft)
    # A log beside another file than its own makes DuckDB refuse both.
    warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)
    draft.replace(warehouse)
    state_of(side).adopt(left_by_night)
    receipt.write_text(name, encoding="utf-8")


def refresh(
    dbt: DbtRunner,
    manifest: Manifest,
    frozen: Mapping[str, Any],
    tables: Collection[str],
    on_node: SayOfNode = lambda name, message: None,
) -> list[NodeResult]:
    """Make what leads from some streams to the cases; one result per node that was made.

    What stands as it is is not made; when everything stands there is no result.

    Args:
        dbt: what builds, in the environment between nights.
        manifest: the parsed project.
        frozen: the inputs of this refresh.
        tables: the streams that it reads anew.
        on_node: called with name and message of each model when it is made.

    Raises:
        NoRefreshError: other code built the warehouse; the next night brings it up to date.
    """
    prints, state = fingerprints(manifest, project_variables(dbt)), state_of(dbt.environment)
    if not state.is_of(prints):
        raise NoRefreshError(
            "the code has changed since the last night: cases are refreshed after the next one"
        )
    names = names_of(manifest, prints, frozen)
    now = datetime.fromisoformat(frozen["frozen_at"])
    wanted = between(manifest, tables)
    standing = state.standing(names, now) & wanted
    if standing == wanted:
        return []
    chosen = [manifest["nodes"][unique_id]["name"] for unique_id in wanted - standing]
    state.doubt()
    results = dbt.build(["--select", *sorted(chosen), *EXACTLY], on_node)
    if all(result.is_good or result.status == "warn" for result in results):
        known = standing | {result.unique_id for result in results if result.is_good}
        state.remember(prints, {name: names[name] for name in known & names.keys()}, now)
    return results


def between(manifest: Manifest, tables: Collection[str]) -> frozenset[str]:
    """The models and tests on the way from some streams to the cases.

    With them goes what follows from the run alone, such as the calendar. What follows from
    other streams stays as the night left it.
    """
    links, sources = manifest["child_map"], manifest["sources"]
    chosen = {name for name, source in sources.items() if source["name"] in tables}
    of_the_run = {name for name, source in sources.items() if source["name"] in MADE_BY_FREEZING}
    of_others = reached(links, sources.keys() - of_the_run)
    cases = [node["unique_id"] for node in models_tagged(manifest, TAG)]
    on_the_way = reached(manifest["parent_map"], cases) & (
        reached(links, chosen) | (reached(links, of_the_run) - of_others)
    )
    nodes = manifest["nodes"]
    made = {name for name in on_the_way & nodes.keys() if nodes[name]["resource_type"] in MADE}
    tests = {
        name
        for name, node in nodes.items()
        if node["resource_type"] == "test" and made.issuperset(node["depends_on"]["nodes"])
    }
    return frozenset(made | tests)


def _share_parse(night: Environment, side: Environment) -> None:
    """What dbt remembers of the night's parse, so that a refresh need not parse."""
    side.dbt_target.mkdir(parents=True, exist_ok=True)
    if (night.dbt_target / PARSED).exists():
        shutil.copyfile(night.dbt_target / PARSED, side.dbt_target / PARSED)


def _receipt(side: Environment) -> Path:
    """Tells of which night's warehouse the copy is; missing while it is copied."""
    return side.home.warehouse.with_name("copied_from.txt")


def _copied_from(side: Environment) -> str:
    receipt = _receipt(side)
    return receipt.read_text(encoding="utf-8") if receipt.exists() else ""
