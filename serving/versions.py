"""Published versions: where they lie, which one is current, which ones stay.

``marts/versions/<run id>/`` holds a complete version; ``marts/current`` is a symbolic link
to one of them, replaced by rename, or ``marts/CURRENT`` names it where links are not
supported. ``marts/cases`` points in the same way at the newest cases: those of the night, or
of a refresh after it, which lies in ``marts/refreshes/<run id>/``. What a version contains
belongs in ``publish``, whether it is whole and rolling back to it in ``checksums``.
"""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from serving import durable
from serving.errors import PublishError

KEPT_VERSIONS = 7
KEPT_REFRESHES = 2
DATABASE = "marts.duckdb"
RECEIPT = "published.json"
DRAFT_SUFFIX = ".tmp"


def versions_folder(marts: Path) -> Path:
    """Where the versions of one company lie."""
    return marts / "versions"


def refreshes_folder(marts: Path) -> Path:
    """Where the cases lie that were published between nights."""
    return marts / "refreshes"


def current_version(marts: Path) -> Path | None:
    """The folder of the version that readers see, or None before the first publication."""
    return _pointed_at(marts, "current")


def cases_version(marts: Path) -> Path | None:
    """The folder with the newest cases and their lists, or None before the first publication."""
    return _pointed_at(marts, "cases") or current_version(marts)


def _pointed_at(marts: Path, pointer: str) -> Path | None:
    link, name_file = marts / pointer, marts / pointer.upper()
    if link.is_symlink():
        folder = link.resolve()
    elif name_file.exists():
        target = name_file.read_text(encoding="utf-8").strip()
        # Versions before 0.2 wrote the name alone.
        folder = (marts if "/" in target else versions_folder(marts)) / target
    else:
        return None
    return folder if (folder / RECEIPT).exists() else None


def read_receipt(version: Path) -> dict[str, Any]:
    """What a version says of itself, see ``publish``.

    Raises:
        PublishError: it cannot be read; the sentence names the file.
    """
    path = version / RECEIPT
    try:
        receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PublishError(
            f"{path} is damaged since it was written: remove its folder, then run `make nightly`"
        ) from error
    return receipt


def built_at(version: Path) -> datetime:
    """When a version was published, in UTC."""
    return datetime.fromisoformat(read_receipt(version)["built_at"])


def list_versions(marts: Path) -> list[Path]:
    """The complete versions, newest first."""
    return _complete(versions_folder(marts))


def _complete(folder: Path) -> list[Path]:
    folders = folder.glob(f"*/{RECEIPT}")
    complete = [path.parent for path in folders if path.parent.suffix != DRAFT_SUFFIX]
    return sorted(complete, key=lambda folder: (built_at(folder), folder.name), reverse=True)


def make_current(marts: Path, version: Path) -> None:
    """Let readers see ``version`` from their next connection on, its cases too."""
    _point(marts, "current", version)
    show_cases(marts, version)


def show_cases(marts: Path, folder: Path) -> None:
    """Let readers of cases see those of ``folder`` from their next connection on."""
    _point(marts, "cases", folder)


def _point(marts: Path, pointer: str, folder: Path) -> None:
    name_file, target = marts / pointer.upper(), folder.relative_to(marts).as_posix()
    try:
        durable.point(marts / pointer, target)
    except OSError:
        durable.write_text(name_file, target)
    else:
        name_file.unlink(missing_ok=True)


def earlier_version(marts: Path, to: str | None = None) -> Path:
    """The folder of the version that a roll back returns to.

    Args:
        marts: the company's published folder.
        to: run id of the wanted version; by default the one published before the current one.

    Raises:
        PublishError: there is no such version.
    """
    versions = list_versions(marts)
    if to is not None:
        wanted = [folder for folder in versions if folder.name == to]
    else:
        current = current_version(marts)
        later = versions.index(current) if current in versions else -1
        wanted = versions[later + 1 :]
    if not wanted:
        kept = ", ".join(folder.name for folder in versions) or "none"
        raise PublishError(f"{marts}: there is no version to roll back to (kept: {kept})")
    return wanted[0]


def clean(marts: Path, kept: int = KEPT_VERSIONS) -> None:
    """Remove drafts of broken runs and all but the newest versions; what is read stays."""
    _clean(marts, versions_folder(marts), kept)


def clean_refreshes(marts: Path, kept: int = KEPT_REFRESHES) -> None:
    """The same of the cases that were published between nights."""
    _clean(marts, refreshes_folder(marts), kept)


def _clean(marts: Path, folder: Path, kept: int) -> None:
    for draft in folder.glob(f"*{DRAFT_SUFFIX}"):
        shutil.rmtree(draft)
    read = (current_version(marts), cases_version(marts))
    for version in _complete(folder)[kept:]:
        if version not in read:
            shutil.rmtree(version)
