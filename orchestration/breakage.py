"""A demonstration for the demo company: a bad file arrives, and the marts stay as they were.

The night with the bad file must fail; the file is taken away again at the end.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingestion import Source
from orchestration.headless import NightFailedError, run_night
from orchestration.lib.environment import Environment, load_environment
from serving import current_version

BAD_ROWS = 500


class NothingToBreakError(Exception):
    """The configured company offers no file that may be broken."""


def demonstrate(arguments: Sequence[str]) -> int:
    """``python -m orchestration break``: exit code 0 when the bad night was blocked."""
    environment = load_environment()
    before = current_version(environment.home.marts)
    if before is None:
        print("Run `make nightly` first: nothing is published that could stay up.", file=sys.stderr)
        return 1
    try:
        bad_file = _drop_bad_file(environment)
    except NothingToBreakError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"dropped {bad_file}: {BAD_ROWS} rows that no rule lets in", file=sys.stderr)
    try:
        run_night(is_debug="--debug" in arguments)
    except NightFailedError as error:
        blocked = str(error)
    else:
        blocked = ""
    finally:
        bad_file.unlink(missing_ok=True)
    return _report(environment, before, blocked)


def _report(environment: Environment, before: Path, blocked: str) -> int:
    after = current_version(environment.home.marts)
    if blocked and after == before:
        print(f"BLOCKED, as it should be: {blocked}")
        print(f"Readers still see version {before.name}. `make nightly` works again.")
        return 0
    print("NOT BLOCKED: the bad file reached the published marts.", file=sys.stderr)
    return 1


def _drop_bad_file(environment: Environment) -> Path:
    """Put a file with the right header and wrong rows where a required source looks for it."""
    if not environment.sources.company.is_demo:
        raise NothingToBreakError("only the demo company may be broken: unset CX_SOURCES")
    for source in environment.sources.sources:
        for stream in source.streams.values():
            if source.required and source.connector == "files" and stream["format"] == "csv":
                return _write(environment, source, stream)
    raise NothingToBreakError("no required source of the demo company reads CSV files")


def _write(environment: Environment, source: Source, stream: dict[str, Any]) -> Path:
    columns = stream["columns"].values()
    origins = [column.get("from") if isinstance(column, dict) else column for column in columns]
    # Of a renamed column the first name is the one in use.
    names = [origin if isinstance(origin, str) else origin[0] for origin in origins if origin]
    delimiter = stream.get("delimiter", ",")
    # Never the same bytes twice: a file that is in the lake already would be no news.
    wrong = delimiter.join(f"?{time.time_ns()}" for _ in names)
    lines = [delimiter.join(names), *[wrong] * BAD_ROWS]
    name = str(stream["glob"]).replace("*", "broken")
    path = environment.home.inbox / source.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding=stream.get("encoding", "utf-8"))
    return path
