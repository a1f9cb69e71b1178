"""The read log: who read names and numbers, under which role, for what, when, of whom.

One JSON object a line, added before anything is handed out, and kept whatever happens to the
zone. What is read belongs in ``reading``.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serving.errors import ContactError

READ_LOG = "read_log.jsonl"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads: the account of the operating system, its role, and the purpose."""

    account: str
    role: str
    purpose: str


def log_read(
    folder: Path,
    reader: Reader,
    what: str,
    customer_ids: Iterable[str],
    *,
    is_synced: bool = True,
) -> None:
    """Add one reading to the log; whatever kills the process afterwards leaves it there.

    Args:
        folder: the contact zone's.
        reader: who reads, and why.
        what: what was asked, such as ``lookup`` or the name of a file; no name, no number.
        customer_ids: whose data is handed out.
        is_synced: wait until it also survives a power cut, which takes a disk 10 ms.

    Raises:
        ContactError: the log cannot be written, so nothing may be read.
    """
    ids = sorted(customer_ids)
    entry = {
        "read_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **asdict(reader),
        "what": what,
        "count": len(ids),
        "customer_ids": ids,
    }
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    try:
        _append(folder / READ_LOG, line, is_synced)
    except OSError as error:
        raise ContactError(
            f"{folder / READ_LOG} cannot be written ({error.strerror}), so nothing is shown: "
            "every reading of names and numbers is recorded"
        ) from error


def _append(path: Path, line: bytes, is_synced: bool) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A kill may have left half a line.
        end = os.fstat(descriptor).st_size
        is_torn = end and os.pread(descriptor, 1, end - 1) != b"\n"
        os.write(descriptor, b"\n" + line if is_torn else line)
        if is_synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reads(folder: Path) -> list[dict[str, Any]]:
    """Every reading that was recorded, oldest first; a torn line is left out."""
    path = folder / READ_LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [entry for line in lines if (entry := _parsed(line))]


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        entry: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return entry
