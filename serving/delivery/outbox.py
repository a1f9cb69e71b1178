"""The outbox: what receivers took, what is on its way, and what changed since.

One SQLite file that any kill leaves whole. A batch is written down with its key before it is
sent and struck off after it was taken, so that what a kill or a silent receiver leaves open is
sent again under the same key, word for word. What is told belongs in ``crm_fields`` and
``cases``; by which way it leaves, in ``orchestration``.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self
from uuid import uuid4

from serving.errors import DeliveryError, NotTakenError

TABLES = """
    pragma synchronous = full;
    pragma secure_delete = on;
    pragma secure_delete = on;
    create table if not exists told (
        channel text, item text, mark text, primary key (channel, item)
    ) without rowid;
    create table if not exists pending (
        number integer primary key, channel text, batch_key text, body text, items text
    );
    create temp table wanted (item text primary key, mark text, payload text) without rowid;
"""
CHANGED = """
    from wanted left join told on told.channel = ? and told.item = wanted.item
    where told.mark is null or told.mark <> wanted.mark
"""
GONE = "channel = ? and item not in (select item from wanted)"

Compose = Callable[[str, Sequence[Any]], dict[str, Any]]
"""Makes the body of a batch of its key and the payloads of its items."""

Send = Callable[[str, dict[str, Any]], None]
"""Hands a batch over, by key and body; raises ``NotTakenError`` unless it was taken whole."""


class Wanted(NamedTuple):
    """What a receiver should know of an item: told again when ``mark`` is another one."""

    item: str
    mark: str
    payload: str


class Change(NamedTuple):
    """An item whose ``mark`` is not the one that was told; ``before`` is empty for a new one."""

    item: str
    before: str | None
    mark: str
    payload: str


@dataclass(frozen=True)
class Delivery:
    """What became of the changes of one channel.

    Args:
        count_sent: items that the receiver took now.
        count_open: items that are still to be told.
        refusal: why, in one sentence; empty when all was taken.
    """

    count_sent: int
    count_open: int
    refusal: str = ""


class Outbox:
    """The outbox of one company; one process at a time, under the lock of the night.

    Args:
        path: its file; made when absent, readable by its owner alone.

    Raises:
        DeliveryError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._file = sqlite3.connect(path, isolation_level=None)
            self._file.executescript(TABLES)
        except (OSError, sqlite3.Error) as error:
            raise DeliveryError(
                f"{path} cannot be opened ({error}): it says what receivers took; restore it, "
                "or remove it and everything is told again"
            ) from error
        self._channel = ""

    def want(self, channel: str, items: Iterable[Wanted]) -> None:
        """Say all that the receiver of ``channel`` should know now.

        What is not among it any more, such as a person who was erased, is forgotten, and no
        batch is sent that holds it.
        """
        self._channel = channel
        with self._transaction():
            self._file.execute("delete from wanted")
            self._file.executemany("insert or replace into wanted values (?, ?, ?)", items)
            if not self._file.execute("select 1 from wanted limit 1").fetchall():
                return
            self._file.execute(f"delete from told where {GONE}", [channel])
            self._file.execute(
                "delete from pending where channel = ?1 and exists (select 1 "
                "from json_each(pending.items) as held "
                "where json_extract(held.value, '$[0]') not in (select item from wanted))",
                [channel],
            )

    def told(self, channel: str) -> list[str]:
        """The items of which the receiver took something."""
        rows = self._file.execute("select item from told where channel = ?", [channel])
        return [item for (item,) in rows]

    def channels(self, prefix: str) -> list[str]:
        """What follows the prefix in the names of channels that took something."""
        query = "select distinct channel from told where substr(channel, 1, ?) = ?"
        rows = self._file.execute(query, [len(prefix), prefix])
        return [channel.removeprefix(prefix) for (channel,) in rows]

    def changes(self) -> Iterator[Change]:
        """Every item that is to be told, by name; nothing changes by asking."""
        query = f"select wanted.item, told.mark, wanted.mark, payload {CHANGED} order by 1"
        for row in self._file.execute(query, [self._channel]):
            yield Change(*row)

    def count_wanted(self) -> int:
        """How many items the receiver should know."""
        return self._count("select count(*) from wanted")

    def deliver(self, compose: Compose, send: Send, *, size: int) -> Delivery:
        """Send what is on its way, then what changed, batch by batch, until one is not taken.

        A batch that the receiver refused for certain is made anew the next time; one of which
        nobody knows keeps its key and its words.

        Args:
            compose: makes the body of a batch.
            send: hands it over.
            size: most items of a batch.
        """
        count_sent = 0
        try:
            while batch := self._next(compose, size):
                number, key, body, items = batch
                try:
                    send(key, json.loads(body))
                except NotTakenError as error:
                    if error.is_certain:
                        self._file.execute("delete from pending where number = ?", [number])
                    raise
                self._take(number, json.loads(items))
                count_sent += len(json.loads(items))
        except NotTakenError as error:
            return Delivery(count_sent, self._count_open(), str(error))
        return Delivery(count_sent, 0)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self, compose: Compose, size: int) -> tuple[int, str, str, str] | None:
        """The oldest batch on its way, else a new one, written down; None when all is told."""
        query = (
            "select number, batch_key, body, items from pending where channel = ? "
            "order by number limit 1"
        )
        if found := self._file.execute(query, [self._channel]).fetchone():
            return (found[0], found[1], found[2], found[3])
        changed = f"select wanted.item, wanted.mark, payload {CHANGED} order by 1 limit ?"
        rows = self._file.execute(changed, [self._channel, size]).fetchall()
        if not rows:
            return None
        key = f"{self._channel.replace(':', '-')}-{uuid4().hex}"
        body = json.dumps(compose(key, [json.loads(row[2]) for row in rows]), ensure_ascii=False)
        self._file.execute(
            "insert into pending (channel, batch_key, body, items) values (?, ?, ?, ?)",
            [self._channel, key, body, json.dumps([row[:2] for row in rows])],
        )
        return self._next(compose, size)

    def _take(self, number: int, items: list[list[str]]) -> None:
        rows = [(self._channel, item, mark) for item, mark in items]
        with self._transaction():
            self._file.execute("delete from pending where number = ?", [number])
            self._file.executemany("insert or replace into told values (?, ?, ?)", rows)

    def _count_open(self) -> int:
        return self._count(f"select count(*) {CHANGED}", self._channel)

    def _count(self, query: str, *values: str) -> int:
        return int(self._file.execute(query, values).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._file.execute("rollback")
            raise
        self._file.execute("commit")
