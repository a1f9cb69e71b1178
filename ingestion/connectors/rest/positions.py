"""How far a declared source was read, as it is kept with every landed page."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from ingestion.connectors.base import Cursor


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far one list was read.

    Args:
        position: everything up to here has landed.
        since, reached, after: of a read that has not ended: where it goes on, the greatest
            value and the last key that it saw.
        next_url: where the source says that the next page lies.
        named_on: the day on which it said so, where that matters.
    """

    position: str | None = None
    since: str | None = None
    reached: str | None = None
    after: str | int | None = None
    next_url: str | None = None
    named_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class Positions:
    """How far a stream was read: a position per list, and the day of the last key snapshot."""

    lists: Mapping[str, Position]
    keys_read: date | None = None

    @classmethod
    def of(cls, cursor: Cursor) -> "Positions":
        """What the last landed batch brought."""
        names = {field.name for field in fields(Position)}
        day = cursor.get("keys_read")
        return cls(
            lists={
                name: Position(**{key: value for key, value in kept.items() if key in names})
                for name, kept in cursor.get("lists", {}).items()
            },
            keys_read=date.fromisoformat(day) if day else None,
        )

    @property
    def cursor(self) -> Cursor:
        """What is kept with a landed batch."""
        kept: dict[str, Any] = {
            "lists": {
                name: {key: value for key, value in asdict(position).items() if value is not None}
                for name, position in self.lists.items()
            }
        }
        return kept | ({"keys_read": self.keys_read.isoformat()} if self.keys_read else {})

    def at(self, name: str) -> Position:
        """The position of one list; the beginning when it was never read."""
        return self.lists.get(name, Position())

    def moved(self, name: str, position: Position) -> "Positions":
        """The same with one list moved."""
        return replace(self, lists={**self.lists, name: position})
