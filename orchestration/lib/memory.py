"""How much memory DuckDB may hold during a build: what the lake of the night needs.

A small company shares its machine with other work; a large one needs room, because what does
not fit is written to disk and read again.
"""

import json
from pathlib import Path

LEAST_MEGABYTES = 1_500
SHARE_OF_THE_LAKE = 0.5
"""A lake of 1.1 GB was built in 1.2 GB; beyond that it is an estimate."""


def memory_limit(frozen_inputs: Path) -> str:
    """The limit in DuckDB's notation, for the files that ``frozen_inputs.json`` names.

    It doubles from step to step: dbt parses the project anew whenever the limit changes.
    """
    megabytes = LEAST_MEGABYTES
    while megabytes < SHARE_OF_THE_LAKE * _bytes(frozen_inputs) / 1_000_000:
        megabytes *= 2
    return f"{megabytes}MB"


def _bytes(frozen_inputs: Path) -> int:
    if not frozen_inputs.exists():
        return 0
    streams = json.loads(frozen_inputs.read_text(encoding="utf-8"))["streams"]
    files = [Path(file) for stream in streams for file in stream["files"]]
    return sum(file.stat().st_size for file in files if file.exists())
