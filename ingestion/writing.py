"""Writing small files so that they are old or new after any kill and any power cut."""

import os
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
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
