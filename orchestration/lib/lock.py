"""One run at a time on one warehouse: an operating-system lock, free again when its holder dies.

Which runs may start at all is limited in ``dagster.yaml``; this lock also stops runs that do
not pass through the queue.
"""

import fcntl
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

PATIENCE_SECONDS = 15 * 60
"""How long a run waits for one that it knows to be short."""
POLL_SECONDS = 1.0


class WarehouseLockedError(Exception):
    """Another run is working on the same warehouse."""


@contextmanager
def hold_lock(path: Path, *, job: str = "", waits_for: Collection[str] = ()) -> Iterator[None]:
    """Hold the lock for the length of a ``with`` block.

    Args:
        path: the file that is locked; it tells which job holds it.
        job: name of the job that asks.
        waits_for: jobs for whose end it waits.

    Raises:
        WarehouseLockedError: another run holds it: at once, or when its patience ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + PATIENCE_SECONDS
    with path.open("a+", encoding="utf-8") as file:
        while not _locked(file):
            holder = path.read_text(encoding="utf-8")
            if holder not in waits_for or time.monotonic() > ends:
                raise WarehouseLockedError(
                    f"{holder or 'another run'} is working on {path.parent}: "
                    "wait for its end, then start again"
                )
            time.sleep(POLL_SECONDS)
        file.truncate(0)
        file.write(job)
        file.flush()
        yield


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
