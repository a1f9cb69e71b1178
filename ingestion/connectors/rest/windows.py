"""Windows: where a read begins, and how far each page moves the position.

A position never moves back, never passes what the source itself may still be writing, and is
never taken from a record that claims to come from the future.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.connectors.rest.positions import Position
from ingestion.connectors.rest.streams import RestCursor
from ingestion.errors import SourceError
from ingestion.readers.instants import MICROSECOND, Scale
from ingestion.readers.paths import Place

BEGINNING = {True: "1970-01-01T00:00:00+00:00", False: "0"}
AHEAD = timedelta(days=1)
"""How far a position may lie before the source's own clock."""

A_SECOND = timedelta(seconds=1) // MICROSECOND


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

    def until(self, now: datetime) -> str | int:
        """The source's time or the end of the slice, as a request writes it."""
        return self._scale.request(self._end(now)) if self._scale.is_time else ""

    def _end(self, now: datetime) -> int:
        days = self._cursor.slice_days
        end = self._scale.key_of(now)
        return min(end, self._since + timedelta(days=days) // MICROSECOND) if days else end

    def next_slice(self, now: datetime) -> bool:
        """Go on to the next slice; False behind the last one."""
        if not self._cursor.slice_days or self._end(now) >= self._scale.key_of(now):
            return False
        self._since, self._count = self._end(now), 0
        self.position = self._open(self._since, None)
        return True

    def gap(self, now: datetime) -> str:
        """What may be missing because the source was not asked for too long; mostly nothing."""
        days = self._cursor.keeps_days
        if not days or self._old is None or not self._scale.is_time:
            return ""
        read_to = self._scale.instant(self._old)
        if now - read_to <= timedelta(days=days):
            return ""
        return (
            f"the source shows {days} days only and was last read up to {read_to:%Y-%m-%d}: what "
            "came in between is missing; load it from the vendor's own export"
        )

    @property
    def is_full(self) -> bool:
        """True when a new request, behind what was read, must take the place of this one."""
        after = self._cursor.restart_after
        is_past = self._reached is not None and self._reached > self._since
        return bool(after and self._count >= after and is_past)

    def see(self, records: Sequence[Any], *, after: str | int | None, now: datetime) -> None:
        """Take note of one page.

        Raises:
            SourceError: the position lies behind the source's own time.
        """
        self.check(now)
        keys = [key for key in [self._reached, *map(self._key, records)] if key is not None]
        self._reached = max(keys, default=None)
        self._count += len(records)
        if self._cursor.is_ordered:
            self.position = self._open(self._resumed(now), None)
        elif self._has_keys:
            self.position = self._open(self._since, self.position.after if after is None else after)

    def _open(self, since: int, after: str | int | None) -> Position:
        """The position of a read that has not ended."""
        return replace(
            self.position,
            since=self._scale.stored(since),
            reached=self._stored(self._reached),
            after=after,
        )

    def _resumed(self, now: datetime) -> int:
        """Where an ordered read goes on if it stops here.

        A second before what was read, because some sources compare with "later than".
        """
        settled = self._settled_key(now)
        if settled is None:
            return self._since
        return max(self._since, settled - A_SECOND if self._scale.is_time else settled)

    def begin_again(self) -> None:
        """Begin a new request at the greatest value that was read."""
        self._since, self._count = self._reached or self._since, 0

    def ended(self, now: datetime) -> Position:
        """The position after the last page."""
        return Position(position=self._settled(now))

    def _beginning(self) -> int:
        if self._old is None:
            return self._scale.key(self._cursor.first or BEGINNING[self._scale.is_time])
        if not self._scale.is_time:
            return self._old
        return self._old - timedelta(minutes=self._cursor.overlap_minutes) // MICROSECOND

    def check(self, now: datetime) -> None:
        """Refuse to go on from a position that lies behind the source's own time.

        Raises:
            SourceError: it does.
        """
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

    def _settled_key(self, now: datetime) -> int | None:
        if self._reached is None or not self._scale.is_time:
            return self._reached
        settle = timedelta(minutes=self._cursor.settle_minutes)
        return min(self._reached, self._scale.key_of(now - settle))

    def _settled(self, now: datetime) -> str | None:
        known = [key for key in (self._old, self._settled_key(now)) if key is not None]
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
