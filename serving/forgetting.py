"""Forgetting: takes an erased person out of what no night makes anew.

The contact zone, its lists and the differences are written by every night without the person,
and the outbox forgets whom nobody may know; here is what stays otherwise: the log of readings
and the files that a receiver did not pick up. Who is erased is decided in ``ingestion``.
"""

import os
import re
from pathlib import Path

from serving import durable
from serving.contact import READ_LOG
from serving.delivery import SENT


def forget(contact: Path, deliveries: Path, pattern: str) -> dict[str, int]:
    """Remove what matches; how many places, per file or folder.

    Run it under the lock of the night. A reading stays recorded, with ``x`` for whom it was
    about; programs may add to the log meanwhile.

    Args:
        contact: folder of the contact zone.
        deliveries: folder of the outbox.
        pattern: regular expression of what names the person.
    """
    search = re.compile(pattern)
    masked = _mask(contact / READ_LOG, search)
    files = sorted((deliveries / SENT).glob("*.*"))
    dropped = sum(_drop_lines(path, search) for path in files)
    counts = {f"contact/{READ_LOG}": masked, f"deliveries/{SENT}": dropped}
    return {place: count for place, count in counts.items() if count}


def _mask(path: Path, search: re.Pattern[str]) -> int:
    """Overwrite in place: a copy would lose what is added while it is made."""
    if not path.exists():
        return 0
    text, count = path.read_bytes().decode(), 0
    descriptor = os.open(path, os.O_WRONLY)
    try:
        for found in search.finditer(text):
            start, held = len(text[: found.start()].encode()), found.group().encode()
            os.pwrite(descriptor, b"x" * len(held), start)
            count += 1
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return count


def _drop_lines(path: Path, search: re.Pattern[str]) -> int:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not search.search(line)]
    if len(kept) < len(lines):
        durable.write_text(path, "".join(kept))
        path.chmod(0o600)
    return len(lines) - len(kept)
