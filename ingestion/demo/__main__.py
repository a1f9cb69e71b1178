"""Command line of the demo company: ``python -m ingestion.demo``."""

import argparse
from datetime import date
from pathlib import Path

from ingestion.demo.generation import generate
from ingestion.settings import DEMO_SOURCES, home_of, load_sources


def main() -> None:
    """Generate the demo company's files and say what was written."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.demo", description=main.__doc__)
    parser.add_argument("--root", type=Path, help="folder of the demo company")
    parser.add_argument("--until", type=date.fromisoformat, help="last generated day, YYYY-MM-DD")
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    root = given.root or home_of(load_sources(DEMO_SOURCES).company).root
    report = generate(
        root,
        until=given.until,
        customers=given.customers,
        days=given.days,
        scale=given.scale,
        seed=given.seed,
        progress=print,
    )
    events = ", ".join(f"{count} {name}" for name, count in report.events.items())
    print(f"DEMO company below {root}: {events}; {report.files_written} files written")
    print(f"as of {report.as_of}")


if __name__ == "__main__":
    main()
