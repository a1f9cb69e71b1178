"""Positions: how far a stream was read, and where the next read resumes.

A position is the text of a cursor value as the database writes it. Times are moved here by
their digits alone, in the database's own clock and zone.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.connectors.base import Cursor
from ingestion.errors import SourceError

TIME = re.compile(
    r"^(?P<day>\d{4}-\d\d-\d\d)(?:(?P<gap>[ T])(?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?$"
)
NUMBER = re.compile(r"^-?\d+$")
AHEAD = timedelta(days=1)
"""How far a position may lie before the clock; zones alone explain most of a day."""


@dataclass(frozen=True)
class Position:
    """The greatest cursor value read so far.

    Args:
        text: the value as the database writes it.
        kind: storage class where the database has no column types (SQLite).
    """

    text: str
    kind: str = "text"

    @classmethod
    def of(cls, cursor: Cursor) -> "Position | None":
        """The position that a landed batch brought; None before the first."""
        if "position" not in cursor:
            return None
        return cls(text=str(cursor["position"]), kind=str(cursor.get("kind", "text")))

    @property
    def cursor(self) -> Cursor:
        """What is kept with a landed batch."""
        return {"position": self.text, "kind": self.kind}

    @property
    def value(self) -> str | int | float:
        """The position as a parameter of a statement."""
        match self.kind:
            case "integer":
                return int(self.text)
            case "real":
                return float(self.text)
            case _:
                return self.text

    def back(self, minutes: int, *, keep_zone: bool) -> "Position":
        """The position ``minutes`` earlier; numbers stay.

        Without its zone a text sorts before the same text with one, so nothing is skipped.

        Raises:
            SourceError: neither a number nor a time, so that it cannot be moved.
        """
        moment = TIME.match(self.text)
        if not moment:
            if minutes and not NUMBER.match(self.text) and self.kind == "text":
                raise SourceError(
                    f"the cursor value {self.text!r} is neither a number nor a time such as "
                    "2026-01-31 10:00:00: set overlap_minutes to 0 or choose another cursor"
                )
            return self
        zone = moment["zone"] or ""
        text = self.text.removesuffix(zone)
        if minutes:
            text = _written(_parsed(moment) - timedelta(minutes=minutes), moment)
        return Position(text + zone if keep_zone else text, self.kind)

    def not_after(self, now: datetime) -> "Position":
        """The position, or a day after ``now`` if a row claims to come from later than that.

        Otherwise one wrong date in the future would hide all changes until then.
        """
        moment = TIME.match(self.text)
        if not moment or _parsed(moment) <= now.replace(tzinfo=None) + AHEAD:
            return self
        limit = now.replace(tzinfo=None) + AHEAD
        return Position(_written(limit, moment) + (moment["zone"] or ""), self.kind)


def _parsed(moment: re.Match[str]) -> datetime:
    return datetime.fromisoformat(f"{moment['day']} {moment['time'] or '00:00'}")


def _written(value: datetime, like: re.Match[str]) -> str:
    """``value`` rounded down to the precision of ``like``, at most to seconds.

    As text it then sorts before every value of the same second.
    """
    if not like["gap"]:
        return value.date().isoformat()
    has_seconds = like["time"].count(":") == 2
    return value.isoformat(sep=like["gap"], timespec="seconds" if has_seconds else "minutes")
