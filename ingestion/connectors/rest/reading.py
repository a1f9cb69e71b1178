"""From a declared list to batches: everything, what changed behind a cursor, what was deleted.

How far a page moves the position is decided in ``windows``; who is asked and how belongs in
``client``, what a record becomes in ``records``.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.rest.options import options_of
from ingestion.connectors.rest.paging import Keyset, NextLink
from ingestion.connectors.rest.positions import Position, Positions
from ingestion.connectors.rest.streams import (
    DeletedList,
    KeySnapshot,
    Request,
    RestStream,
    Whole,
)
from ingestion.connectors.rest.windows import Window
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import PositionExpiredError
from ingestion.readers.allowance import Sleep
from ingestion.readers.mapping import OPERATION, Columns, ColumnSource
from ingestion.readers.records import EACH, READ_AT, RecordTable, Rows, expanded
from ingestion.settings import Source
from ingestion.stream import StreamSpec

if TYPE_CHECKING:
    from ingestion.connectors.rest.client import Api, Page

Clock = Callable[[], datetime]


def read_stream(
    source: Source,
    stream: str,
    *,
    cursor: Cursor,
    sleep: Sleep = time.sleep,
    clock: Clock = lambda: datetime.now(UTC),
) -> Iterator[Batch]:
    """Yield what ``stream`` gained since ``cursor``; see ``RestStream``.

    Args:
        source: the configured instance.
        stream: one of its streams.
        cursor: of the last landed batch.
        sleep: waits between tries.
        clock: stands in for a source that does not tell its own time.

    Raises:
        ConfigurationError: the settings are not allowed.
        QuotaExceededError: no more may be asked for now.
        SourceError: refused, unreachable, or not of the declared form.
    """
    from ingestion.connectors.rest.client import Api

    options, streams = options_of(source)
    with Api(options, sleep=sleep) as api:
        reading = _Reading(
            api=api,
            options=streams[stream],
            spec=MAPPED_STREAMS[stream],
            zone=ZoneInfo(source.conventions_of(stream).time_zone),
            clock=clock,
        )
        yield from reading.batches(Positions.of(cursor))


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One stream while its source is open."""

    api: "Api"
    options: RestStream
    spec: StreamSpec
    zone: ZoneInfo
    clock: Clock

    @property
    def now(self) -> datetime:
        """The source's own time where it tells it, else ours."""
        return self.api.server_time or self.clock()

    def batches(self, places: Positions) -> Iterator[Batch]:
        if not (self.options.cursor or self.options.is_durable):
            yield from self._snapshot(self.options, self.options.columns, lambda _: {})
            return
        is_first = not places.lists
        began = dict(places.lists)
        try:
            if self._is_expired(places):
                raise PositionExpiredError
            for batch in self._changes(places):
                places = Positions.of(batch.cursor)
                yield batch
        except PositionExpiredError:
            if not self.options.is_durable or is_first:
                raise
            yield from self._everything()
            return
        match self.options.deletes:
            case DeletedList() as deleted:
                yield from self._deleted(deleted, began)
            case KeySnapshot() | Whole() as living:
                yield from self._living(living, places, is_first=is_first)

    def _changes(self, places: Positions) -> Iterator[Batch]:
        table = self._table(self.options, self.options.columns)
        for each in self.options.each or ("",):
            began = places.at(each)
            read = self._durable if self.options.is_durable else self._window
            for rows, position in read(table, each, began):
                places = places.moved(each, position)
                yield _batch(rows, places.cursor)
            if self.options.cursor and (note := self._window_at(began).gap(self.now)):
                yield replace(_batch(table.rows([]), places.cursor), note=note)

    def _window_at(self, position: Position) -> Window:
        if self.options.cursor is None:
            raise AssertionError("only a stream with a cursor has windows")
        has_keys = isinstance(self.options.paging, Keyset)
        return Window(self.options.cursor, self.zone, position, has_keys=has_keys)

    def _window(
        self, table: RecordTable, each: str, position: Position
    ) -> Iterator[tuple[Rows, Position]]:
        """Pages behind the position, in as many requests as the source needs."""
        window = self._window_at(position)
        is_open = True
        while is_open:
            words, is_open = self._words(window, each), False
            for page in self.api.pages(self.options, words, after=window.position.after):
                window.see(page.records, after=page.after, now=self.now)
                yield self._rows(table, page, self.options, each), window.position
                if window.is_full:
                    window.begin_again()
                    is_open = True
                    break
            if not is_open and window.next_slice(self.now):
                is_open = True
                yield table.rows([]), window.position
        window.check(self.now)
        yield table.rows([]), window.ended(self.now)

    def _durable(
        self, table: RecordTable, each: str, position: Position
    ) -> Iterator[tuple[Rows, Position]]:
        """Pages from where the source itself said that the next one would lie."""
        words = self._words(None, each)
        for page in self.api.pages(self.options, words, start=position.next_url):
            position = self._named(page.next_url or position.next_url)
            yield self._rows(table, page, self.options, each), position

    def _deleted(self, deleted: DeletedList, began: Mapping[str, Position]) -> Iterator[Batch]:
        needed = {*self.spec.key, self.spec.version}
        kept = {name: origin for name, origin in self.options.columns.items() if name in needed}
        gone = {OPERATION: ColumnSource(value="delete")}
        table = self._table(deleted, kept | deleted.columns | gone)
        for each in self.options.each or ("",):
            has_cursor = self.options.cursor is not None
            window = self._window_at(began.get(each, Position())) if has_cursor else None
            for page in self.api.pages(deleted, self._words(window, each)):
                yield _batch(self._rows(table, page, deleted, each), {})

    def _named(self, next_url: str | None) -> Position:
        """The position that the source itself named just now."""
        expires = isinstance(self.options.paging, NextLink) and self.options.paging.expires_days
        named_on = self.now.date().isoformat() if expires else None
        return Position(next_url=next_url, named_on=named_on)

    def _is_expired(self, places: Positions) -> bool:
        paging = self.options.paging
        if not (isinstance(paging, NextLink) and paging.expires_days):
            return False
        oldest = self.now.date() - timedelta(paging.expires_days)
        days = (position.named_on for position in places.lists.values())
        return any(day and date.fromisoformat(day) <= oldest for day in days)

    def _everything(self) -> Iterator[Batch]:
        """All there is, in the place of a position that the source no longer knows."""
        note = "the source's own position had expired: everything was read again and compared"
        whole = self._snapshot(
            self.options, self.options.columns, lambda ends: Positions(lists=ends).cursor
        )
        for batch in whole:
            yield replace(batch, note=note)

    def _living(
        self, living: KeySnapshot | Whole, places: Positions, *, is_first: bool
    ) -> Iterator[Batch]:
        today = self.now.date()
        is_due = not places.keys_read or today - places.keys_read >= timedelta(living.every_days)
        marked = replace(places, keys_read=today).cursor
        columns = self.options.columns
        if is_first:
            # what was just read from its beginning holds nothing that was deleted
            yield _batch(self._table(self.options, columns).rows([]), marked)
        elif is_due and isinstance(living, KeySnapshot):
            keys = {name: columns[name] for name in self.spec.key}
            yield from self._snapshot(living, keys, lambda _: marked)
        elif is_due:
            yield from self._snapshot(self.options, columns, lambda _: marked)

    def _snapshot(
        self, request: Request, columns: Columns, cursor: Callable[[dict[str, Position]], Cursor]
    ) -> Iterator[Batch]:
        """Everything as one batch; kept on disk until the last page has come.

        ``cursor`` makes what is kept of the positions that the source named.
        """
        table = self._table(request, columns)
        empty = table.rows([])
        rejects = []
        ends: dict[str, Position] = {}
        with TemporaryDirectory(prefix="cx-rest-") as folder:
            path = str(Path(folder) / "rows.arrow")
            with pa.OSFile(path, "wb") as sink, pa.ipc.new_stream(sink, empty.rows.schema) as out:
                for each in self.options.each or ("",):
                    window = self._window_at(Position()) if self.options.cursor else None
                    for page in self.api.pages(request, self._words(window, each)):
                        rows = self._rows(table, page, request, each)
                        out.write_batch(rows.rows.select(empty.rows.schema.names))
                        rejects.append(rows.rejects)
                        ends[each] = self._named(page.next_url)
            with pa.memory_map(path) as held:
                yield Batch(
                    rows=pa.ipc.open_stream(held),
                    rejects=pa.concat_tables(rejects) if rejects else None,
                    cursor=cursor(ends),
                    is_snapshot=True,
                    keys_only=request is not self.options,
                )

    def _rows(self, table: RecordTable, page: "Page", request: Request, each: str) -> Rows:
        names = request.expand or (self.options.expand if request is not self.options else ())
        known = {EACH: each} if each else {}
        if self._reads_clock:
            known[READ_AT] = self.now.isoformat()
        records: list[Any] = expanded(page.records, names)
        if known:
            records = [record | known if isinstance(record, dict) else record for record in records]
        return table.rows(records)

    @property
    def _reads_clock(self) -> bool:
        origins = self.options.columns.values()
        return any(READ_AT in name for origin in origins for name in origin.names)

    def _table(self, request: Request, columns: Columns) -> RecordTable:
        return RecordTable(
            stream=self.spec,
            columns=columns,
            times=self.options.times,
            leave_out=self.options.leave_out,
            zone=self.zone,
            where=request.path,
        )

    def _words(self, window: Window | None, each: str) -> dict[str, str | int]:
        if window is None:
            return {"each": each}
        return {
            "each": each,
            "since": str(window.since),
            "since:number": window.since,
            "until": str(window.until(self.now)),
        }


def _batch(rows: Rows, cursor: Cursor) -> Batch:
    return Batch(rows=pa.Table.from_batches([rows.rows]), rejects=rows.rejects, cursor=cursor)
