"""One run at a time on one warehouse: an operating-system lock, free again when its holder dies.

Which runs may start at all is limited in ``dagster.yaml``; this lock also stops runs that do
not pass through the queue.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WarehouseLockedError(Exception):
    """Another run is working on the same warehouse."""


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock for the length of a ``with`` block.

    Raises:
        WarehouseLockedError: at once, when another process or run holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseLockedError(
                f"another run is working on {path.parent}: wait for its end, then start again"
            ) from error
        yield
