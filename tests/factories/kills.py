"""Runs a command as a process group and kills it at a line of its progress."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingestion.settings import PROJECT_ROOT, Home
from serving import current_version
from tests.factories.night import CUSTOMERS, DAYS

LONGEST_DELAY = 0.4


@dataclass(frozen=True)
class KillPoint:
    """A moment: so many seconds after the first progress line that contains a text."""

    line: str
    delay: float


@dataclass(frozen=True)
class Command:
    """How to start a night of the tiny company, and the progress lines at which it is killed."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    lines: tuple[str, ...]


def without_dagster(root: Path, run_id: str, until: date, *, time_zone: str) -> Command:
    """The night of ``whole_night`` as a process of a host in a time zone."""
    return Command(
        arguments=("-m", "tests.factories.whole_night", str(root), run_id, until.isoformat()),
        environment={"TZ": time_zone},
        lines=(
            *("lived", "extracted mapped__customers", "extracted limesurvey__survey_answers"),
            *("extracted mapped__interactions", "frozen", "model int_sales__orders_latest"),
            *("model int_calls__affected_days", "model int_surveys__answers_judged"),
            *("model met_contact_center_cells", "model met_kpi_revisions", "built", "audited"),
            *("published", "kept"),
        ),
    )


def nightly_command(root: Path, until: date) -> Command:
    """``python -m orchestration nightly`` on a company whose home is ``root / "demo"``."""
    return Command(
        arguments=("-m", "orchestration", "nightly"),
        environment={
            "CX_DATA": str(root),
            "CX_DEMO_CUSTOMERS": str(CUSTOMERS),
            "CX_DEMO_DAYS": str(DAYS),
            "CX_DEMO_UNTIL": until.isoformat(),
            "DAGSTER_HOME": str(root / "dagster"),
        },
        lines=(
            *("demo company: wrote truth", "mapped__customers:", "limesurvey__survey_answers:"),
            *("▸ frozen_inputs", "▸ warehouse_models", "int_calls__affected_days:"),
            *("met_contact_center_cells:", "met_kpi_revisions:", "▸ published_marts"),
            *("tables published",),
        ),
    )


def points(lines: Sequence[str], count: int, seed: int) -> list[KillPoint]:
    """Seeded moments that are spread evenly over the lines."""
    seeded = random.Random(seed)
    step = len(lines) / count
    return [
        KillPoint(
            lines[min(int((place + seeded.random()) * step), len(lines) - 1)],
            seeded.uniform(0, LONGEST_DELAY),
        )
        for place in range(count)
    ]


def run(command: Command, kill_at: KillPoint | None = None) -> bool:
    """Run a command to its end or to its kill; whether it came to its end.

    Raises:
        AssertionError: it failed, or never came to the line.
    """
    process = subprocess.Popen(
        [sys.executable, *command.arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | command.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = []
    with process:
        for line in process.stdout or ():
            said.append(line)
            if kill_at and kill_at.line in line:
                # The process goes on meanwhile: the delay is what places the kill.
                time.sleep(kill_at.delay)
                os.killpg(process.pid, signal.SIGKILL)
                break
    if process.returncode == -signal.SIGKILL:
        return False
    assert not process.returncode, "".join(said[-40:])
    assert kill_at is None or any(kill_at.line in line for line in said), kill_at
    return True


def assert_whole(home: Home) -> None:
    """What readers see, if anything, opens and holds the rows that it says."""
    version = current_version(home.marts)
    if version is None:
        return
    with duckdb.connect(str(version / "marts.duckdb"), read_only=True) as connection:
        (told,) = connection.execute("select row_counts from _meta").fetchall()[0]
        held = {
            name: connection.execute(f'select count(*) from "{name}"').fetchall()[0][0]
            for name in json.loads(told)
        }
    assert held == json.loads(told)
