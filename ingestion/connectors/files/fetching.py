"""Objects of a bucket as dropped files: each new version comes into the inbox once.

From there on an object is a file like any other: ``drops`` reads, archives or rejects it. What
was fetched is remembered beside the inbox by marks that tell nothing; without them objects are
fetched once more and land nothing, because a file lands once per content.
"""

import fcntl
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import EEXIST, EISDIR, ENAMETOOLONG, ENOTDIR
from functools import partial
from pathlib import Path

from ingestion.connectors.base import Batch
from ingestion.connectors.files.buckets import Bucket, StoredObject
from ingestion.connectors.files.drops import no_rows, read_drops, refusal
from ingestion.connectors.files.options import FileStream, ObjectStore, options_of
from ingestion.errors import QuotaExceededError, RefusedRequestError, SourceError
from ingestion.readers.allowance import Sleep
from ingestion.readers.files import LIMITS, Limits
from ingestion.readers.names import is_data, matches, unsafe_name
from ingestion.settings import Source

LOGGER = logging.getLogger(__name__)
FROZEN = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Classes of storage whose objects must be restored before they can be read."""

NO_PLACE = frozenset({EEXIST, EISDIR, ENAMETOOLONG, ENOTDIR})
DRAFT = ".fetched.part"

CHANGED = "that changed meanwhile or could not be read, and are asked for again"
NAMELESS = "with the name of a folder, or a name too long for this machine"


def read_objects(
    source: Source,
    stream: str,
    *,
    place: ObjectStore,
    inbox: Path,
    limits: Limits = LIMITS,
    sleep: Sleep = time.sleep,
) -> Iterator[Batch]:
    """Fetch what is new in the bucket, then read the inbox as ``read_drops`` does.

    What lies in the inbox is read whatever becomes of the bucket.

    Raises:
        QuotaExceededError: the bucket holds more than a run fetches; the next one goes on.
        SourceError: the bucket cannot be read.
    """
    failure = None
    try:
        with _Marks.of(inbox) as marks, Bucket(place, sleep=sleep) as bucket:
            fetching = _Fetching(
                bucket=bucket,
                stream=stream,
                options=options_of(source)[stream],
                marks=marks,
                inbox=inbox,
                limits=limits,
                allowed=place.objects_per_run,
            )
            yield from fetching.batches()
    except SourceError as error:
        failure = error
    yield from read_drops(source, stream, inbox=inbox, limits=limits)
    if failure:
        raise failure


class _Marks:
    """The versions of objects that need not be fetched again."""

    def __init__(self, path: Path, known: set[str]) -> None:
        self._path, self._known = path, known

    @classmethod
    @contextmanager
    def of(cls, inbox: Path) -> Iterator["_Marks"]:
        """The marks of a source, for which its other streams wait meanwhile."""
        path = inbox.parent.parent / "fetched" / f"{inbox.name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.seek(0)
            text = held.read()
            if text and not text.endswith("\n"):
                # a kill cut the last mark off
                held.write("\n")
                held.flush()
            yield cls(path, set(text.split()))

    def __contains__(self, mark: str) -> bool:
        return mark in self._known

    def add(self, mark: str) -> None:
        """Remember one version, also when the marks are no longer held."""
        self._known.add(mark)
        with self._path.open("a", encoding="ascii") as listed:
            listed.write(f"{mark}\n")


@dataclass(kw_only=True)
class _Fetching:
    """One visit to a bucket for one stream; ``left`` counts what stays there, by the reason."""

    bucket: Bucket
    stream: str
    options: FileStream
    marks: _Marks
    inbox: Path
    limits: Limits
    allowed: int
    count: int = 0
    left: Counter[str] = field(default_factory=Counter)

    def batches(self) -> Iterator[Batch]:
        """Bring what is new; a batch for each object that must not come, and one with a note."""
        for found in self.bucket.objects():
            if not self._is_new(found):
                continue
            problem = self._problem(found)
            if problem:
                yield refusal(
                    *problem,
                    stream=self.stream,
                    name=found.name,
                    transaction=f"refused:{found.mark}",
                    after_landing=partial(self.marks.add, found.mark),
                )
            elif found.storage_class in FROZEN:
                self.left[f"in class {found.storage_class}, to be restored before"] += 1
            else:
                self._bring(found)
        if self.left:
            told = "; ".join(f"{count} {reason}" for reason, count in self.left.items())
            yield Batch(rows=no_rows(self.stream), note=f"objects stay in the bucket: {told}")

    def _is_new(self, found: StoredObject) -> bool:
        is_meant = is_data(found.name) and matches(found.name, self.options.glob)
        return is_meant and found.mark not in self.marks

    def _problem(self, found: StoredObject) -> tuple[str, str] | None:
        """Rule and detail for an object that must not come: its key is never a path."""
        if reason := unsafe_name(found.name):
            return "unsafe_file", reason
        if found.size > self.limits.file_bytes:
            detail = f"{found.size} bytes, allowed are {self.limits.file_bytes}"
            return "file_too_large", detail
        if not (self.inbox / found.name).resolve().is_relative_to(self.inbox.resolve()):
            return "unsafe_file", "it lies outside the inbox"
        return None

    def _bring(self, found: StoredObject) -> None:
        """Put an object into the inbox, unless what lay there under its name is not read yet."""
        target = self.inbox / found.name
        try:
            if target.is_file():
                return
            if self.count == self.allowed:
                raise QuotaExceededError(
                    f"{self.count} objects were fetched, as many as options.objects_per_run "
                    "allows; they stay and the next run goes on from there"
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            self._download(found).replace(target)
        except RefusedRequestError as error:
            LOGGER.warning("%s: %s", found.name, error)
            self.left[CHANGED] += 1
        except OSError as error:
            if error.errno not in NO_PLACE:
                raise
            self.left[NAMELESS] += 1
        else:
            self.marks.add(found.mark)
            self.count += 1

    def _download(self, found: StoredObject) -> Path:
        """The object beside the inbox's files, safe from a power cut, with its own time."""
        draft = self.inbox / DRAFT
        with draft.open("wb") as handle:
            for part in self.bucket.parts(found):
                handle.write(part)
            handle.flush()
            os.fsync(handle.fileno())
        changed = found.modified.timestamp()
        os.utime(draft, (changed, changed))
        return draft
