"""``python -m orchestration retention``: what the next night would let go because it is too old.

The night itself does it before it reads; what goes belongs in ``ingestion.retention``.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from ingestion import IngestionError, retain
from orchestration.lib.environment import load_environment


def show_expired(arguments: Sequence[str]) -> int:
    """Print what is older than its period; nothing goes."""
    try:
        environment = load_environment()
        expired = retain(
            environment.sources, environment.home, now=datetime.now(UTC), is_dry=True, say=print
        )
    except (IngestionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"The next night lets go {sum(found.count for found in expired)} rows and files."
        if expired
        else "Nothing is older than its period; periods are set under `retention` in the sources."
    )
    return 0
