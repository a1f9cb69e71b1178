"""A whole night in one process without Dagster: live, extract, freeze, build, publish.

As a module it tells each thing done on a line of its own, so that a test can kill it there.
A night that publishes nothing is in ``night``; the nightly command itself in ``orchestration``.
"""

import argparse
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from ingestion import (
    StreamResult,
    configured_streams,
    extract,
    freeze,
    load_sources,
)
from ingestion.demo import generate
from ingestion.settings import Home
from orchestration.lib.building import build_all
from orchestration.lib.dbt_runner import DbtRunner, failures
from orchestration.lib.environment import Environment
from orchestration.lib.keeping import keep_identities, keep_values
from orchestration.lib.lake import CompanyLake
from orchestration.lib.manifest import published_models, read_manifest
from orchestration.lib.night import Notebook, run_facts
from serving import Relation, audit, publish
from tests.factories.dbt import share_parse
from tests.factories.night import CUSTOMERS, DAYS, LAST_DAY

REQUIRED_MARTS = ("mart_cx_kpi",)
WITHOUT_TESTS = ("--exclude-resource-type", "test")

Say = Callable[[str], None]


def nothing(_: object) -> None:
    """Say or plant nothing."""


def whole_night(
    root: Path,
    *,
    run_id: str,
    until: date = LAST_DAY,
    plant: Callable[[Home], None] = nothing,
    tests: bool = False,
    say: Say = nothing,
) -> list[StreamResult]:
    """One night of the tiny demo company, to its publication.

    Args:
        root: folder of the company.
        run_id: name of the run and of the version that it publishes.
        until: the day until which the company has lived.
        plant: changes the sources after the company lived and before they are read.
        tests: run dbt's data tests too.
        say: receives a line per thing done.
    """
    home = Home(root=root)
    share_parse(home)
    generate(root, until=until, customers=CUSTOMERS, days=DAYS)
    plant(home)
    say("lived")
    environment = Environment(sources=load_sources(), home=home)
    return read_and_publish(
        environment,
        run_id=run_id,
        as_of=until + timedelta(days=1),
        arguments=() if tests else WITHOUT_TESTS,
        say=say,
    )


def read_and_publish(
    environment: Environment,
    *,
    run_id: str,
    as_of: date,
    arguments: Sequence[str] = WITHOUT_TESTS,
    published: Collection[str] = (),
    say: Say = nothing,
) -> list[StreamResult]:
    """What a night does with what the sources hold: read, freeze, build, audit, publish, keep.

    Args:
        environment: the company.
        run_id: name of the run and of the version that it publishes.
        as_of: the day that the numbers do not contain any more.
        arguments: further arguments for dbt.
        published: names of the models to publish; what readers get when empty.
        say: receives a line per thing done.
    """
    sources, home = environment.sources, environment.home
    _keep(environment)
    results = extract(
        sources, home, configured_streams(sources), lambda result: say(f"extracted {result.table}")
    )
    problems = [f"{r.table}: {r.message}" for r in results if r.status in ("failed", "held")]
    assert not problems, problems
    Notebook(environment.notebook).write("streams", results)
    freeze(sources, home, results=results, run_id=run_id, as_of=as_of)
    say("frozen")
    with _own_environment():
        _build(environment, arguments, say)
        say("built")
        _publish(environment, run_id, published, say)
    return results


def rebuild(home: Home) -> None:
    """Build the warehouse anew from what the last night froze."""
    with _own_environment():
        _build(Environment(sources=load_sources(), home=home), [*WITHOUT_TESTS, "--full-refresh"])


def _build(environment: Environment, arguments: Sequence[str], say: Say = nothing) -> None:
    runner = DbtRunner(environment)
    manifest = read_manifest(runner.project, environment.dbt_target, parse=runner.parse)
    results = build_all(
        runner,
        manifest,
        CompanyLake(environment).frozen(),
        arguments=arguments,
        on_node=lambda name, _: say(f"model {name}"),
    )
    failed = failures(results, manifest)
    assert not failed, failed


def _publish(environment: Environment, run_id: str, published: Collection[str], say: Say) -> None:
    runner = DbtRunner(environment)
    manifest = read_manifest(runner.project, environment.dbt_target, parse=runner.parse)
    nodes = published_models(manifest)
    if published:
        nodes = [node for node in manifest["nodes"].values() if node["name"] in published]
    relations = [Relation(node["schema"], node["name"]) for node in nodes]
    lake, notebook = CompanyLake(environment), Notebook(environment.notebook)
    facts = run_facts(
        notebook, lake.frozen(), run_id=run_id, code_version="tests", rejects=lake.rejects()
    )
    warehouse, marts = environment.home.warehouse, environment.home.marts
    audit(warehouse, relations, facts=facts, required=() if published else REQUIRED_MARTS)
    say("audited")
    publish(warehouse, marts, relations=relations, run_id=run_id, facts=facts)
    say("published")
    _keep(environment)
    refusal = keep_identities(lake, warehouse, run_id)
    assert refusal is None, refusal
    say("kept")


def _keep(environment: Environment) -> None:
    """Land what is published, also what a killed night could not."""
    refusal = keep_values(
        CompanyLake(environment), Notebook(environment.notebook), environment.home.marts
    )
    assert refusal is None, refusal


@contextmanager
def _own_environment() -> Iterator[None]:
    """What dbt reads from the environment belongs to one night."""
    held = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(held)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("run_id")
    parser.add_argument("until", type=date.fromisoformat)
    given = parser.parse_args()
    whole_night(
        given.root,
        run_id=given.run_id,
        until=given.until,
        say=lambda line: print(line, flush=True),
    )
