"""Guards of paging: pages that go in circles end in one sentence, not in an endless night."""

import json
from typing import Any, Protocol

from ingestion.errors import SourceError

MOST_PAGES = 200_000


class _Asked(Protocol):
    """What a request says of itself (``requests.Request``)."""

    url: str
    params: Any
    json: Any


class LoopGuard:
    """Watches the pages of one list.

    Args:
        where: what is read, for the message.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._asked: set[int] = set()
        self._last: int | None = None

    def check(self, following: _Asked, records: list[Any]) -> None:
        """Refuse to go on when the next request was made before or the page repeats itself.

        Raises:
            SourceError: it does, or there are too many pages.
        """
        asked = hash(json.dumps([following.url, following.params, following.json], default=str))
        ends = [len(records), records[:1], records[-1:]]
        page = hash(json.dumps(ends, default=str)) if records else None
        if asked in self._asked or (page is not None and page == self._last):
            raise SourceError(
                f"{self._where}: page {len(self._asked) + 1} leads back to a page that was read "
                "before; what was read stays, and the paging must be declared otherwise"
            )
        if len(self._asked) >= MOST_PAGES:
            raise SourceError(f"{self._where}: more than {MOST_PAGES} pages; narrow the request")
        self._asked.add(asked)
        self._last = page
