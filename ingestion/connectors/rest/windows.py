"""Windows: where a read begins, and how far each page moves the position.

A position never moves back, never passes what the source itself may still be writing, and is
never taken from a record that claims to come from the future.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.connectors.rest.instants import MICROSECOND, Scale
from ingestion.connectors.rest.options import RestCursor
from ingestion.connectors.rest.paths import Place
from ingestion.connectors.rest.positions import Position
from ingestion.errors import SourceError

BEGINNING = {True: "1970-01-01T00:00:00+00:00", False: "0"}
AHEAD = timedelta(days=1)
"""How far a position may lie before the source's own clock."""


class Window:
    """One read of one list behind a cursor.

    Args:
        cursor: the declared cursor.
        zone: of times without one.
        position: how far the list was read before.
        has_keys: a read that did not end goes on behind the last key.
    """

    def __init__(
        self, cursor: RestCursor, zone: ZoneInfo, position: Position, *, has_keys: bool
    ) -> None:
        self._cursor, self._has_keys = cursor, has_keys
        self._scale = Scale(cursor.written, zone)
        self._field = Place.of(cursor.field)
        self._old = self._loaded(position.position)
        begun = self._loaded(position.since)
        self._since = self._beginning() if begun is None else begun
        self._reached = self._loaded(position.reached)
        self._count, self._is_checked = 0, False
        self.position = position

    @property
    def since(self) -> str | int:
        """Where the read begins, as a request writes it."""
        return self._scale.request(self._since)

    def now(self, now: datetime) -> str | int:
        """The source's time, as a request writes it."""
        return self._scale.request(self._scale.key_of(now)) if self._scale.is_time else ""

    @property
    def is_full(self) -> bool:
        """True when the source would give no more for this request."""
        return bool(self._cursor.restart_after and self._count >= self._cursor.restart_after)

    def see(self, records: Sequence[Any], *, after: str | int | None, now: datetime) -> None:
        """Take note of one page.

        Raises:
            SourceError: the position lies behind the source's own time.
        """
        self._check(now)
        keys = [key for key in [self._reached, *map(self._key, records)] if key is not None]
        self._reached = max(keys, default=None)
        self._count += len(records)
        if self._cursor.is_ordered:
            self.position = Position(position=self._settled(now))
        elif self._has_keys:
            self.position = replace(
                self.position,
                since=self._scale.stored(self._since),
                reached=self._stored(self._reached),
                after=self.position.after if after is None else after,
            )

    def begin_again(self) -> bool:
        """Begin a new request behind what was read; False when the list was read to its end.

        Raises:
            SourceError: so many records have one value that no request gets past it.
        """
        if not self.is_full:
            return False
        if self._reached is None or self._reached <= self._since:
            raise SourceError(
                f"more than {self._cursor.restart_after} records have one {self._cursor.field}, "
                "and the source gives no more for one request"
            )
        self._since, self._count = self._reached, 0
        return True

    def ended(self, now: datetime) -> Position:
        """The position after the last page."""
        return Position(position=self._settled(now))

    def _beginning(self) -> int:
        if self._old is None:
            return self._scale.key(self._cursor.first or BEGINNING[self._scale.is_time])
        if not self._scale.is_time:
            return self._old
        return self._old - timedelta(minutes=self._cursor.overlap_minutes) // MICROSECOND

    def _check(self, now: datetime) -> None:
        if self._is_checked or self._old is None or not self._scale.is_time:
            return
        self._is_checked = True
        read_to = self._scale.instant(self._old)
        if read_to > now + AHEAD:
            raise SourceError(
                f"this stream was read up to {read_to:%Y-%m-%d %H:%M} UTC, but the source's own "
                f"clock says {now:%Y-%m-%d %H:%M} UTC: its clock was wrong or it was restored "
                "from a backup; nothing was read and the position stays"
            )

    def _settled(self, now: datetime) -> str | None:
        reached = self._reached
        if reached is not None and self._scale.is_time:
            settle = timedelta(minutes=self._cursor.settle_minutes)
            reached = min(reached, self._scale.key_of(now - settle))
        known = [key for key in (self._old, reached) if key is not None]
        return self._stored(max(known, default=None))

    def _key(self, record: Any) -> int | None:
        value = self._field.value(record)
        try:
            return None if value is None else self._scale.key(str(value))
        except ValueError:
            # typing refuses the row with its reason; the position just does not come from it
            return None

    def _loaded(self, text: str | None) -> int | None:
        return None if text is None else self._scale.loaded(text)

    def _stored(self, key: int | None) -> str | None:
        return None if key is None else self._scale.stored(key)
