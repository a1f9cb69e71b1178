"""``python -m orchestration verify``: is every file as it was written?

Reads the lake and the published versions to their last byte; the night itself reads the lake
so before anything else. What is compared belongs in ``ingestion`` and ``serving``.
"""

import sys
from collections.abc import Sequence

from ingestion import IngestionError, verify_lake
from orchestration.lib.environment import load_environment
from serving import damaged_files, list_versions


def show_damage(_: Sequence[str]) -> int:
    """Print what is damaged; exit code 1 when anything is."""
    try:
        home = load_environment().home
    except (IngestionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    damaged = []
    try:
        print(f"{verify_lake(home)} files of the lake are as they were written.")
    except IngestionError as error:
        damaged.append(str(error))
    kept = list_versions(home.marts)
    damaged += [
        f"{version / name} is damaged: do not roll back to it, and let `make nightly` publish anew"
        for version in kept
        for name in damaged_files(version)
    ]
    print("\n".join(damaged) if damaged else f"So are {len(kept)} published versions.")
    return 1 if damaged else 0
