"""Runs dbt on a home folder, as the nightly job does but without Dagster."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingestion.settings import PROJECT_ROOT, Home

DBT_PROJECT = PROJECT_ROOT / "dbt_project"


def dbt_environment(home: Home) -> dict[str, str]:
    """The environment in which the project parses and builds for ``home``."""
    return os.environ | {
        "CX_WAREHOUSE": str(home.warehouse),
        "CX_FROZEN_INPUTS": str(home.frozen_inputs),
        "CX_PUBLISHED": "",
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(home.root / "target"),
        "DBT_LOG_PATH": str(home.root / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def run_dbt(home: Home, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one dbt command; a failure shows dbt's own output."""
    home.root.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--quiet", *arguments],
        cwd=DBT_PROJECT,
        env=dbt_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"dbt {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done


def manifest_of(home: Home) -> dict[str, Any]:
    """The manifest of the project, parsed once per home."""
    path = home.root / "target" / "manifest.json"
    if not path.exists():
        run_dbt(home, "parse")
    return json.loads(path.read_text(encoding="utf-8"))
