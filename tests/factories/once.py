"""Makes something costly once for all workers of a test run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion import hold


def shared(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """The folder ``name`` that ``make`` filled, in whichever worker came first."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if base.name.startswith("popen-") else base
    folder, done = base / name, base / f"{name}.done"
    with hold(base / f"{name}.lock"):
        if not done.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            done.touch()
    return folder


def void(_: object) -> None:
    """Drop a result, where only the making counts."""
