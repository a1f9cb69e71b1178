"""The code location: what ``dagster`` and ``dg`` load.

Nothing is decided here; ``build`` puts the definitions together.
"""

import dagster as dg

from orchestration.build import build_defs


@dg.definitions
def defs() -> dg.Definitions:
    """Every asset, check, job, schedule and sensor of the configured company."""
    return build_defs()
