"""Published versions: where they lie, which one is current, which ones stay.

``marts/versions/<run id>/`` holds a complete version; ``marts/current`` is a symbolic link
to one of them, replaced by rename, or ``marts/CURRENT`` names it where links are not
supported. What a version contains belongs in ``publish``.
"""

import json
import shutil
from datetime import datetime
from pathlib import Path

from serving import durable
from serving.errors import PublishError

KEPT_VERSIONS = 7
DATABASE = "marts.duckdb"
RECEIPT = "published.json"
DRAFT_SUFFIX = ".tmp"


def versions_folder(marts: Path) -> Path:
    """Where the versions of one company lie."""
    return marts / "versions"


def current_version(marts: Path) -> Path | None:
    """The folder of the version that readers see, or None before the first publication."""
    link, name_file = marts / "current", marts / "CURRENT"
    if link.is_symlink():
        folder = link.resolve()
    elif name_file.exists():
        folder = versions_folder(marts) / name_file.read_text(encoding="utf-8").strip()
    else:
        return None
    return folder if (folder / RECEIPT).exists() else None


def list_versions(marts: Path) -> list[Path]:
    """The complete versions, newest first."""
    folders = versions_folder(marts).glob(f"*/{RECEIPT}")
    complete = [path.parent for path in folders if path.parent.suffix != DRAFT_SUFFIX]
    return sorted(complete, key=lambda folder: (_built_at(folder), folder.name), reverse=True)


def make_current(marts: Path, version: Path) -> None:
    """Let readers see ``version`` from their next connection on."""
    name_file = marts / "CURRENT"
    try:
        durable.point(marts / "current", f"versions/{version.name}")
    except OSError:
        durable.write_text(name_file, version.name)
    else:
        name_file.unlink(missing_ok=True)


def rollback(marts: Path, to: str | None = None) -> Path:
    """Make an older version current again and return its folder.

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
    make_current(marts, wanted[0])
    return wanted[0]


def clean(marts: Path, kept: int = KEPT_VERSIONS) -> None:
    """Remove drafts of broken runs and all but the newest versions; the current one stays."""
    for draft in versions_folder(marts).glob(f"*{DRAFT_SUFFIX}"):
        shutil.rmtree(draft)
    current = current_version(marts)
    for folder in list_versions(marts)[kept:]:
        if folder != current:
            shutil.rmtree(folder)


def _built_at(version: Path) -> datetime:
    receipt = json.loads((version / RECEIPT).read_text(encoding="utf-8"))
    return datetime.fromisoformat(receipt["built_at"])
