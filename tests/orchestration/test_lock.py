"""The lock of a warehouse between processes: one works, and a dead holder keeps nobody out."""

import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from ingestion.settings import PROJECT_ROOT
from orchestration.lib import lock as lock_module
from orchestration.lib.job_names import REFRESH_JOB
from orchestration.lib.lock import WarehouseLockedError, hold_lock

RUN = """
import sys
from pathlib import Path
from orchestration.lib.lock import WarehouseLockedError, hold_lock
try:
    with hold_lock(Path(sys.argv[1])):
        print("works", flush=True)
        sys.stdin.read()
except WarehouseLockedError as error:
    print(error, flush=True)
"""


def start(lock: Path) -> subprocess.Popen[str]:
    """A process that holds the lock until its input ends, or says why it cannot."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(lock)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_runs_that_start_together_one_works_and_the_others_end_with_a_sentence(
    tmp_path: Path,
) -> None:
    """Fault 8."""
    runs = [start(tmp_path / "warehouse.lock") for _ in range(4)]
    said = [run.stdout.readline() if run.stdout else "" for run in runs]
    for run in runs:
        run.communicate()

    assert said.count("works\n") == 1
    assert sum(line.startswith("another run is working on") for line in said) == 3


def test_a_lock_whose_holder_was_killed_is_free(tmp_path: Path) -> None:
    """Fault 9."""
    lock = tmp_path / "warehouse.lock"
    with start(lock) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "works\n"
        with pytest.raises(WarehouseLockedError), hold_lock(lock):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()

    with hold_lock(lock):
        assert lock.exists()


def test_a_night_waits_for_a_short_job_and_names_a_long_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, holder = tmp_path / "warehouse.lock", ExitStack()
    holder.enter_context(hold_lock(path, job=REFRESH_JOB))
    monkeypatch.setattr(lock_module.time, "sleep", lambda seconds: holder.close())

    with (
        hold_lock(path, job="nightly_job", waits_for=[REFRESH_JOB]),
        pytest.raises(WarehouseLockedError, match="nightly_job is working on"),
        hold_lock(path, job=REFRESH_JOB),
    ):
        pass
    holder.enter_context(hold_lock(path, job=REFRESH_JOB))
    monkeypatch.setattr(lock_module, "PATIENCE_SECONDS", -1)
    with pytest.raises(WarehouseLockedError), hold_lock(path, waits_for=[REFRESH_JOB]):
        pass
    holder.close()
