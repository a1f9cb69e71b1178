"""The disk of a night: full, or not to be written, it is told in one sentence beforehand."""

import os
import shutil
from pathlib import Path

MEGABYTE = 1024 * 1024
NEEDED_BYTES = 64 * MEGABYTE
"""Below this no step of a night can write what it must."""


def lack_of_right(folder: Path) -> str | None:
    """What to do when nothing can be written below ``folder``; None when it can."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return None
    return (
        f"{existing} is no folder that this account may write to: change its owner, or let CX_DATA "
        "name another folder"
    )


def lack_of_room(folder: Path) -> str | None:
    """What to do when the disk below ``folder`` is full; None when it is not."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free >= NEEDED_BYTES:
        return None
    return (
        f"the disk that holds {folder} is full ({free // MEGABYTE} MB free, a night needs at "
        f"least {NEEDED_BYTES // MEGABYTE}): free some space and run again. What was landed and "
        "published before is whole"
    )
