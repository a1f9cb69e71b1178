"""Runs dbt on a home folder, as the nightly job does but without Dagster.

As a module it is what runs: dbt with the manifest that is parsed once for all homes.
"""

import csv
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingestion.settings import PROJECT_ROOT, Home
from orchestration.lib.dbt_runner import PARSED, parsed_project
from orchestration.lib.manifest import read_manifest
from tests.factories.once import void

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
SHARED = PROJECT_ROOT / "var" / "tests" / "parsed"
LEFT_BY_A_PARSE = ("manifest.json", "semantic_manifest.json", "parsed.txt", PARSED)


def dbt_environment(home: Home) -> dict[str, str]:
    """The environment in which the project parses and builds for ``home``."""
    set_before = os.environ.get("PYTHONPATH")
    return os.environ | {
        "CX_WAREHOUSE": str(home.warehouse),
        "CX_FROZEN_INPUTS": str(home.frozen_inputs),
        "CX_PUBLISHED": "",
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(home.root / "dbt"),
        "DBT_LOG_PATH": str(home.root / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # What stands in front of the environment, such as another engine, stays in front.
        "PYTHONPATH": os.pathsep.join([*filter(None, [set_before]), str(PROJECT_ROOT)]),
    }


def run_dbt(home: Home, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one dbt command; a failure shows dbt's own output."""
    share_parse(home)
    return _run(home, ["-m", __name__, "--quiet", *arguments], check=check)


def share_parse(home: Home) -> None:
    """Let a home begin with the parse that all share, which is a minute's work for each."""
    target = home.root / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    _parsed()
    for name in LEFT_BY_A_PARSE:
        shutil.copy(SHARED / "dbt" / name, target / name)


def manifest_of_project() -> dict[str, Any]:
    """The manifest of the project as it is."""
    return dict(_parsed())


def seed_rows(name: str) -> list[dict[str, str]]:
    """The rows of a seed of the project."""
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _parsed() -> Any:
    """The manifest; parsed anew when the project changed, by whichever process came first."""
    home = Home(root=SHARED)
    target = home.root / "dbt"
    target.mkdir(parents=True, exist_ok=True)
    command = ["-c", "from dbt.cli.main import cli; cli()", "--quiet", "parse"]
    with (SHARED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return read_manifest(DBT_PROJECT, target, parse=lambda: void(_run(home, command)))


def _run(home: Home, command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=DBT_PROJECT,
        env=dbt_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"dbt {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return done


if __name__ == "__main__":
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner(parsed_project(Path(os.environ["DBT_TARGET_PATH"]))).invoke(sys.argv[1:])
    if outcome.exception:
        print(outcome.exception, file=sys.stderr)
    sys.exit(not outcome.success)
