"""Results: what extraction is asked for, stream by stream, and what became of it.

How a stream is read and landed belongs in ``pipeline``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingestion.conform import Conformed
from ingestion.landing import Load
from ingestion.settings import Source
from ingestion.stream import StreamSpec

COUNTED = ("read", "landed", "rejected", "unchanged", "erased", "conflicting")

ResultStatus = Literal["landed", "unchanged", "held", "failed"]


@dataclass(frozen=True, kw_only=True)
class StreamTask:
    """One stream of one configured source."""

    source: Source
    spec: StreamSpec

    @property
    def name(self) -> str:
        """The task in one word for people."""
        return f"{self.source.id}/{self.spec.name}"


@dataclass(frozen=True, kw_only=True)
class StreamResult:
    """What extraction did to one stream of one source; counts are rows.

    ``rows_erased``, of erased persons, were kept out; ``rows_conflicting`` are records with two
    contents under one version; ``rows_in_lake`` is the table's size.
    """

    table: str
    source_id: str
    status: ResultStatus
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_unchanged: int = 0
    rows_erased: int = 0
    rows_conflicting: int = 0
    rows_in_lake: int = 0
    load_seq: int = 0
    seconds: float = 0.0
    message: str = ""
    data_through: datetime | None = None


class Tally:
    """Running counts of one task, and how it ended."""

    def __init__(self, task: StreamTask) -> None:
        self._task = task
        self._counts = dict.fromkeys(COUNTED, 0)
        self._load_seq = 0
        self._status: ResultStatus = "unchanged"
        self._message = ""
        self.data_through: datetime | None = None
        self.rows_in_lake = 0

    def add(self, conformed: Conformed, load: Load) -> None:
        """Count one batch that landed, or was known already."""
        self._counts["erased"] += conformed.count_erased
        if not load.load_seq:
            self._counts["unchanged"] += conformed.count_accepted
            return
        self._counts["read"] += conformed.count_read
        self._counts["landed"] += load.rows_landed
        self._counts["rejected"] += conformed.count_rejected
        self._counts["unchanged"] += load.rows_unchanged
        self._counts["conflicting"] += load.rows_conflicting
        self._load_seq = load.load_seq
        if self._status == "unchanged":
            self._status = "landed"

    def hold(self, reason: str) -> None:
        """Its load landed and waits for a decision."""
        self._status, self._message = "held", reason

    def note(self, sentence: str) -> None:
        """Tell something that is no trouble; trouble is told instead of it."""
        if self._status in ("landed", "unchanged"):
            self._message = sentence

    def pause(self, message: str) -> None:
        """A read that got on and stops for today has not failed; one that got nowhere has."""
        if self._status == "unchanged":
            self._status = "failed"
        self._message = message

    def fail(self, message: str) -> None:
        """It ended before its end."""
        self._status, self._message = "failed", message

    def result(self, seconds: float) -> StreamResult:
        """What is told of the task."""
        return StreamResult(
            table=self._task.spec.table,
            source_id=self._task.source.id,
            status=self._status,
            **{f"rows_{name}": count for name, count in self._counts.items()},
            rows_in_lake=self.rows_in_lake,
            load_seq=self._load_seq,
            seconds=seconds,
            message=self._message,
            data_through=self.data_through,
        )
