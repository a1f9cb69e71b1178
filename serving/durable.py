"""The few file operations on which a crash-safe publication rests.

Each returns only when its effect survives a power cut (as far as the file system keeps its
promises). What is written, and in which order, belongs in ``publish`` and ``versions``.
"""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below ``folder``, and itself."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def write_text(path: Path, content: str) -> None:
    """Write a small file so that readers see either the old or the new content."""
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(content, encoding="utf-8")
    sync(draft)
    move(draft, path)


def move(old: Path, new: Path) -> None:
    """Rename within one folder's file system, replacing a file or link."""
    old.replace(new)
    sync(new.parent)


def point(link: Path, target: str) -> None:
    """Make ``link`` a symbolic link to the relative ``target``, in one step for readers.

    Raises:
        OSError: the file system has no symbolic links.
    """
    draft = link.with_name(f".{link.name}.tmp")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target, target_is_directory=True)
    move(draft, link)
