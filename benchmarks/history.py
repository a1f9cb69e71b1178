"""The cost of one night on a short and on a long history, for the same day of news.

Goal: at most 1.3 times on 720 days of what it costs on 30.
    python -m benchmarks.history [customers]

That such a night equals a rebuild is what the end-to-end tests of several nights prove.
Extraction, build, audit and publication are measured, as processes of their own; the
company's life is not. 500,000 customers make about 30 thousand interactions a day.
"""

import json
import os
import sys
import tempfile
from datetime import date, timedelta

from benchmarks.build import DEMO_CUSTOMERS, dbt
from benchmarks.measure import Cost, cost_of
from ingestion import configured_streams, extract, freeze, home_of, load_sources
from ingestion.demo import generate
from ingestion.demo.config import LAST_DAY
from ingestion.settings import Home
from orchestration.lib.manifest import published_models
from serving import Relation, RunFacts, audit, publish

HISTORIES = (30, 720)


def bring_in(as_of: str) -> None:
    """Extract what is new and freeze it: the first step of a night."""
    sources = load_sources()
    home = home_of(sources.company)
    results = extract(sources, home, configured_streams(sources))
    freeze(sources, home, results=results, run_id=as_of, as_of=date.fromisoformat(as_of))


def hand_out(as_of: str) -> None:
    """Audit and publish the marts: the last step of a night."""
    home = home_of(load_sources().company)
    manifest = json.loads((home.root / "target" / "manifest.json").read_text())
    relations = [Relation(node["schema"], node["name"]) for node in published_models(manifest)]
    facts = RunFacts(run_id=as_of, as_of=date.fromisoformat(as_of), code_version="benchmark")
    audit(home.warehouse, relations, facts=facts)
    publish(home.warehouse, home.marts, relations=relations, run_id=as_of, facts=facts)


def night(home: Home, as_of: str) -> dict[str, Cost]:
    """The cost of each step of a night."""
    own = [sys.executable, "-m", "benchmarks.history"]
    return {
        "extraction": cost_of([*own, "bring_in", as_of]),
        "build": dbt(home, "build", "--exclude-resource-type", "unit_test"),
        "publication": cost_of([*own, "hand_out", as_of]),
    }


def last_night(days: int, customers: int) -> dict[str, Cost]:
    """The cost of the night after the last day of a history of ``days``."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CX_DATA"] = folder
        home = home_of(load_sources().company)
        for until in (LAST_DAY - timedelta(days=1), LAST_DAY):
            generate(home.root, customers=customers, days=days, until=until)
            costs = night(home, str(until + timedelta(days=1)))
        return costs


def main() -> None:
    """Print the cost of the last night per history and step, and the ratio."""
    steps = {"bring_in": bring_in, "hand_out": hand_out}
    if sys.argv[1:] and sys.argv[1] in steps:
        steps[sys.argv[1]](sys.argv[2])
        return
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 10 * DEMO_CUSTOMERS
    totals = []
    for days in HISTORIES:
        costs = last_night(days, customers)
        totals.append(sum(cost.cpu_seconds for cost in costs.values()))
        parts = ", ".join(f"{name} {cost.cpu_seconds:.1f}" for name, cost in costs.items())
        print(f"{days} days: {totals[-1]:.1f} CPU-s ({parts})")
    print(f"ratio {totals[-1] / totals[0]:.2f}")


if __name__ == "__main__":
    main()
