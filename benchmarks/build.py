"""``dbt build`` beside the pure DuckDB time of the same compiled SQL of models and tests.

Goals: at most 2.5 times at two million interactions, 1.3 times at twenty million; for the whole
build and for the KPI layer (metrics and marts) alone.
    python -m benchmarks.build [customers]
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.measure import Cost, cost_of
from ingestion import configured_streams, extract, freeze, home_of, load_sources
from ingestion.demo import generate
from ingestion.settings import PROJECT_ROOT, Home
from orchestration.lib.memory import memory_limit

DEMO_CUSTOMERS = 5_000
KPI_LAYER = ("metrics", "marts")


def prepare(customers: int) -> Home:
    """Generate the demo company at a scale and bring it into the lake."""
    sources = load_sources()
    home = home_of(sources.company)
    played = generate(home.root, customers=customers)
    results = extract(sources, home, configured_streams(sources))
    freeze(sources, home, results=results, run_id="benchmark", as_of=played.as_of)
    return home


def memory_of(home: Home) -> str:
    """The limit that a night gives to a build of this lake."""
    return os.environ.get("CX_MEMORY_LIMIT") or memory_limit(home.frozen_inputs)


def dbt(home: Home, *arguments: str) -> Cost:
    """One dbt command as a process."""
    environment = os.environ | {
        "CX_WAREHOUSE": str(home.warehouse),
        "CX_FROZEN_INPUTS": str(home.frozen_inputs),
        "CX_PUBLISHED": "",
        "CX_BUILD_MEMORY": memory_of(home),
        "DBT_TARGET_PATH": str(home.root / "target"),
        "DBT_LOG_PATH": str(home.root / "logs"),
    }
    program = str(Path(sys.executable).with_name("dbt"))
    folder = str(PROJECT_ROOT / "dbt_project")
    return cost_of(
        [program, "--quiet", *arguments, "--project-dir", folder, "--profiles-dir", folder],
        env=environment,
    )


def replay_compiled(home: Home) -> None:
    """Run the compiled SQL of every model and data test, in dbt's order, in DuckDB alone.

    Leaves ``replayed.json`` beside dbt's artifacts: seconds by node, for models that are tables.
    """
    results = json.loads((home.root / "target" / "run_results.json").read_text())["results"]
    manifest = json.loads((home.root / "target" / "manifest.json").read_text())["nodes"]
    seconds = {}
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(f"set memory_limit = '{memory_of(home)}'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_caching_operators = false")
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema if not exists replayed")
        for result in results:
            node, sql = manifest.get(result["unique_id"]), result.get("compiled_code")
            if not node or not sql or node["resource_type"] not in ("model", "test"):
                continue
            if node["config"]["materialized"] == "view":
                continue
            begun = time.monotonic()
            if node["resource_type"] == "model":
                name = f'replayed."{node["name"]}"'
                connection.execute(f"create or replace table {name} as {sql}")
                seconds[result["unique_id"]] = time.monotonic() - begun
            else:
                connection.execute(f"select count(*) from ({sql})").fetchall()
    (home.root / "target" / "replayed.json").write_text(json.dumps(seconds))


def kpi_layer(home: Home) -> tuple[float, float]:
    """Seconds of the KPI layer's tables: as dbt built them, and in DuckDB alone."""
    target = home.root / "target"
    results = json.loads((target / "run_results.json").read_text())["results"]
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    pure = {
        name: spent
        for name, spent in json.loads((target / "replayed.json").read_text()).items()
        if nodes[name]["fqn"][1] in KPI_LAYER
    }
    built = sum(result["execution_time"] for result in results if result["unique_id"] in pure)
    return built, sum(pure.values())


def main() -> None:
    """Print the ratio, or replay when called for that."""
    if sys.argv[1:2] == ["replay"]:
        replay_compiled(home_of(load_sources().company))
        return
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 10 * DEMO_CUSTOMERS
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CX_DATA"] = folder
        home = prepare(customers)
        dbt(home, "parse")
        built = dbt(home, "build", "--full-refresh", "--exclude-resource-type", "unit_test")
        pure = cost_of([sys.executable, "-m", "benchmarks.build", "replay"])
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            rows = connection.sql("select count(*) from core.fct_interactions").fetchall()[0][0]
        of_dbt, of_duckdb = kpi_layer(home)
    print(f"{rows} interactions: dbt build {built.cpu_seconds:.1f} CPU-s, {built.peak_mib:.0f} MiB")
    print(f"pure DuckDB {pure.cpu_seconds:.1f} CPU-s, {pure.peak_mib:.0f} MiB")
    print(f"ratio {built.cpu_seconds / pure.cpu_seconds:.2f}")
    print(f"KPI layer: dbt {of_dbt:.1f} s, pure DuckDB {of_duckdb:.1f} s")
    print(f"ratio {of_dbt / of_duckdb:.2f}")


if __name__ == "__main__":
    main()
