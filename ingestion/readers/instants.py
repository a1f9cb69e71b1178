"""Positions of a declared source: how its cursor values are read, compared and written.

Times are compared as instants, whatever zone they are written in. How the values of columns
are typed belongs in ``ingestion.conform``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from zoneinfo import ZoneInfo

Written = Literal["utc", "offset", "local", "spaced", "date", "epoch", "epoch_ms", "number"]


def instant_of(text: str, written: Written, zone: ZoneInfo) -> datetime:
    """The instant that ``text`` names; one without a zone is wall time of ``zone``.

    Raises:
        ValueError: it names none.
    """
    if written in ("epoch", "epoch_ms") and text.lstrip("-").replace(".", "", 1).isdigit():
        seconds = float(text) / (1000 if written == "epoch_ms" else 1)
        return datetime.fromtimestamp(seconds, UTC)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Scale:
    """The order of a source's cursor values, as whole numbers: microseconds of times.

    Args:
        written: how the source writes them in a request.
        zone: of times without one.
    """

    written: Written
    zone: ZoneInfo

    @property
    def is_time(self) -> bool:
        """False for numbers."""
        return self.written != "number"

    def key(self, text: str) -> int:
        """What ``text`` is compared by.

        Raises:
            ValueError: it is neither a time nor, for numbers, a number.
        """
        if not self.is_time:
            return int(text)
        return self.key_of(instant_of(text, self.written, self.zone))

    def key_of(self, instant: datetime) -> int:
        """What an instant is compared by."""
        return (instant - EPOCH) // MICROSECOND

    def stored(self, key: int) -> str:
        """The position that is kept with a landed batch."""
        return self.instant(key).isoformat() if self.is_time else str(key)

    def loaded(self, position: str) -> int:
        """What ``stored`` wrote."""
        if not self.is_time:
            return int(position)
        return self.key_of(datetime.fromisoformat(position))

    def instant(self, key: int) -> datetime:
        """The instant of a key, in UTC."""
        return EPOCH + key * MICROSECOND

    def request(self, key: int) -> str | int:
        """How the source wants to be told this position, rounded down to whole seconds."""
        if not self.is_time:
            return key
        moment = self.instant(key)
        local = moment.astimezone(self.zone)
        match self.written:
            case "epoch":
                return key // 1_000_000
            case "epoch_ms":
                return key // 1_000
            case "date":
                return moment.date().isoformat()
            case "offset":
                return local.isoformat(timespec="seconds")
            case "local":
                return local.replace(tzinfo=None).isoformat(timespec="seconds")
            case "spaced":
                return local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
            case _:
                return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
