"""Writing small files so that they are old or new after any kill and any power cut."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a file in one step; its folder is made when absent.

    Args:
        path: the file.
        text: all that it holds from then on.
        mode: permissions of the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.unlink(missing_ok=True)
    draft.touch(mode=mode)
    write_flushed(draft, text.encode())
    draft.replace(path)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a file and return when its content is on the disk.

    For what is renamed, or relied on, right after it.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the operating system's lock of a file, after waiting for it; a dead holder frees it.

    Args:
        path: a file that is there for its lock alone; it is made when absent.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
