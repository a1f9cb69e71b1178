"""The lock of a warehouse between processes: one works, and a dead holder keeps nobody out."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.settings import PROJECT_ROOT
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
