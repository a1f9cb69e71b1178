"""A vendor of our own: records that change, behind an interface that misbehaves when told to.

How a real vendor is asked and answers is a ``Dialect``; here is what all of them share.
"""

import base64
import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.readers.paths import steps_of
from tests.factories.json_server import Answer, Asked

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "rest"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "canary-4f1c9a"
PAGE = 3


@dataclass(kw_only=True)
class Row:
    """One record as the vendor holds it; ``shape`` bends how it is sent."""

    number: int
    changed: datetime
    name: str
    is_deleted: bool = False
    shape: Callable[[Any], Any] = lambda record: record


@dataclass(kw_only=True)
class Dialect:
    """How one list of one vendor is asked for and answered.

    Args:
        preset: of the declared connector; None for the settings in ``own``.
        stream: entity that it fills.
        records, number, changed, name: places in the answer and in a record.
        watched: entity column that ``name`` fills.
        own: settings of the stream where no preset has them.
        base: path of the interface, where it holds a secret.
        example: fixture of the documented answer, where it is not named as the preset.
        landed: key of a landed row, of a record's number.
        more: what differs from the preset in a small world.
    """

    preset: str | None
    stream: str = "customers"
    records: str
    number: str
    changed: str
    name: str
    watched: str = "full_name"
    own: dict[str, Any] = field(default_factory=dict)
    base: str = ""
    example: str = ""
    landed: str = "{}"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def fixture(self) -> Any:
        """The documented answer."""
        name = self.example or self.preset or "local"
        return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))

    def key(self, number: int) -> Any:
        """A record's number as the vendor writes it."""
        return number

    def moment(self, changed: datetime) -> Any:
        """A time as the vendor writes it."""
        return changed.isoformat()

    def shown(self, row: Row) -> str:
        """What a record's name looks like in the lake."""
        return row.name

    def record(self, row: Row) -> Any:
        """One record in the documented form."""
        record = copy.deepcopy(at(self.fixture, self.records)[0])
        put(record, self.number, self.key(row.number))
        put(record, self.changed, self.moment(row.changed))
        put(record, self.name, self.shown(row))
        return row.shape(record)

    def answer(self, vendor: "Vendor", asked: Asked) -> Any:
        """The body of the answer to one request."""
        raise NotImplementedError

    def is_job(self, asked: Asked) -> bool:
        """True when a request only prepares the list."""
        return False

    def as_sent(self, body: Any) -> Answer:
        """An answer with the list in it, as it leaves the vendor."""
        return Answer(body=body)

    def answered(self, vendor: "Vendor", asked: Asked) -> Answer:
        """The answer to one request."""
        answer = self.answer(vendor, asked)
        return answer if isinstance(answer, Answer) else Answer(body=answer)

    def envelope(self, records: Sequence[Any]) -> Any:
        """The documented answer with these records."""
        body = copy.deepcopy(self.fixture)
        if not self.records:
            return list(records)
        put(body, self.records, list(records))
        return body


class Vendor:
    """The state of one vendor, and what it was asked."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.rows: dict[int, Row] = {}
        self.now = NOW
        self.asked: list[Asked] = []
        self.misbehave: Callable[[int], Answer | None] = lambda count: None
        self.secret = SECRET
        self._edits = 0

    def add(self, count: int, *, together: bool = False) -> None:
        """More records, a minute apart or all of one moment."""
        first = len(self.rows) + 1
        for number in range(first, first + count):
            minutes = 0 if together else number
            changed = NOW - timedelta(days=30) + timedelta(minutes=minutes)
            self.rows[number] = Row(number=number, changed=changed, name=f"Name {number}")

    def change(self, number: int) -> None:
        """Edit a record now."""
        self._edits += 1
        row = self.rows[number]
        row.name = f"Edited {number}"
        row.changed = NOW - timedelta(hours=1) + timedelta(minutes=self._edits)

    def remove(self, number: int) -> None:
        """Delete a record now."""
        self.change(number)
        self.rows[number].is_deleted = True

    def living(self, since: datetime | None = None, *, by_change: bool = False) -> list[Row]:
        """Records that are not deleted and changed at or after ``since``, in order."""
        return self.known(since, by_change=by_change, is_deleted=False)

    def known(
        self,
        since: datetime | None = None,
        *,
        by_change: bool = False,
        is_deleted: bool | None = None,
    ) -> list[Row]:
        """Records, deleted ones too, or only them."""
        found = [
            row
            for row in self.rows.values()
            if (since is None or row.changed >= since)
            and (is_deleted is None or row.is_deleted == is_deleted)
        ]
        return sorted(found, key=lambda row: (row.changed if by_change else NOW, row.number))

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answer = self.misbehave(len(self.asked))
        if answer:
            return answer
        if self.secret not in credentials(asked):
            return Answer(status=401, body={"error": "expired"})
        return self.dialect.answered(self, asked)


def credentials(asked: Asked) -> str:
    """Everything in a request that may hold a secret, in clear."""
    header = asked.headers.get("Authorization") or ""
    if header.startswith("Basic "):
        header = base64.b64decode(header.removeprefix("Basic ")).decode()
    keys = [asked.headers.get(name) or "" for name in ("X-API-TOKEN", "X-Api-Key")]
    return " ".join([header, *keys, asked.path, *asked.query.values()])


def cut(rows: Sequence[Row], start: int) -> tuple[list[Row], int | None]:
    """One page from ``start``, and where the next one begins."""
    end = start + PAGE
    return list(rows[start:end]), end if end < len(rows) else None


def at(value: Any, path: str) -> Any:
    """The value at ``path``, which exists."""
    for step in steps_of(path):
        value = value[step]
    return value


def put(value: Any, path: str, new: Any) -> None:
    """Write ``new`` at ``path``, whose parents exist."""
    *parents, last = steps_of(path)
    for step in parents:
        value = value[step]
    value[last] = new
