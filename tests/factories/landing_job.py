"""A night of a small company until its inputs are frozen, as a job that may be killed anywhere."""

from datetime import date

from ingestion import (
    all_streams,
    configured_streams,
    extract,
    freeze,
    home_of,
    load_sources,
    pipeline,
)

AS_OF = date(2026, 2, 1)

# Connectors are imported where they are first needed: here, before anything is forked.
all_streams()


def land() -> None:
    """Read what was dropped, and pin what a night would read; the environment says where."""
    # One stream after the other, so that a point has the same number in every attempt.
    pipeline.WORKERS = 1
    sources = load_sources()
    home = home_of(sources.company)
    results = extract(sources, home, configured_streams(sources))
    problems = [f"{each.table}: {each.message}" for each in results if each.status == "failed"]
    assert not problems, problems
    freeze(sources, home, results=results, run_id="night", as_of=AS_OF)
