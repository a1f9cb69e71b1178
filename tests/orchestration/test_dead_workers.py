"""A run worker that dies, under a real daemon with the project's instance configuration."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import dagster as dg
import pytest

from ingestion.settings import PROJECT_ROOT

PATIENCE_SECONDS = 240
COMPANY = """
import os, signal
from pathlib import Path
import dagster as dg

NOTE = Path(__file__).with_name("worker")

@dg.op
def work():
    if not NOTE.exists():
        NOTE.with_suffix(".new").write_text(str(os.getpid()))
        NOTE.with_suffix(".new").rename(NOTE)
        signal.pause()

@dg.job(executor_def=dg.in_process_executor)
def night():
    work()

@dg.sensor(
    job=night, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING
)
def dusk():
    return dg.RunRequest(run_key="tonight")

defs = dg.Definitions(jobs=[night], sensors=[dusk])
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder of an instance whose daemon starts one night."""
    shutil.copy(PROJECT_ROOT / "dagster.yaml", tmp_path)
    (tmp_path / "company.py").write_text(COMPANY, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-f", "company.py"]
    with (tmp_path / "daemon.log").open("w") as log:
        daemon = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        yield tmp_path
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()


def seconds_until(is_so: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < PATIENCE_SECONDS
        Event().wait(0.2)
    return time.monotonic() - began


@pytest.mark.lane
def test_a_run_whose_worker_was_killed_fails_and_is_started_again(home: Path) -> None:
    """Fault 12."""
    worker = home / "worker"
    seconds_until(worker.exists)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        [killed] = instance.get_runs()

        os.kill(int(worker.read_text()), signal.SIGKILL)

        def states() -> list[dg.DagsterRunStatus]:
            return [run.status for run in instance.get_runs()]

        failed = seconds_until(lambda: dg.DagsterRunStatus.FAILURE in states())
        again = seconds_until(lambda: dg.DagsterRunStatus.SUCCESS in states())
        retried, first = instance.get_runs()
    print(f"failed after {failed:.1f} s, started again and done after {failed + again:.1f} s")
    assert (first.run_id, retried.parent_run_id) == (killed.run_id, killed.run_id)
