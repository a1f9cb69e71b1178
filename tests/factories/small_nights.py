"""A night of the small company as a job that may be killed anywhere.

It goes through the real models of orders, customers and identity. What the company sends, and
what has to become of it, is in ``small_company``.
"""

import sys
from datetime import date

from ingestion import all_streams, home_of, load_sources, pipeline
from orchestration.lib import dbt_runner
from orchestration.lib.environment import Environment
from tests.factories import whole_night
from tests.factories.dbt import SHARED, manifest_of_project
from tests.factories.faults import SAID

PUBLISHED = ("fct_orders", "fct_order_days", "dim_customers", "dim_customer_identities")
MODELS = (*PUBLISHED, "fct_unkept_identities")

# What every night needs is read here, before anything is forked.
all_streams()
MANIFEST = manifest_of_project()
PARSED = dbt_runner.parsed_project(SHARED / "dbt")


def small_night(as_of: date, run_id: str) -> None:
    """One night of the company that the environment names, with a point where things are done."""
    # One stream after the other, so that points come in one order.
    pipeline.WORKERS = 1
    whole_night.read_manifest = lambda *_, **__: MANIFEST
    dbt_runner.parsed_project = lambda _: PARSED
    sources = load_sources()
    environment = Environment(sources=sources, home=home_of(sources.company))
    chosen = [argument for model in MODELS for argument in ("--select", f"+{model}")]
    whole_night.read_and_publish(
        environment,
        run_id=run_id,
        as_of=as_of,
        arguments=[*whole_night.WITHOUT_TESTS, *chosen],
        published=PUBLISHED,
        say=lambda line: sys.audit(SAID, line),
    )
