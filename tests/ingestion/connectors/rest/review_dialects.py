"""How app stores are asked for reviews and answer, as their documentation says."""

from datetime import datetime, timedelta
from typing import Any

from tests.factories.json_server import Asked
from tests.factories.vendor import PAGE, Dialect, Row, Vendor, cut


class GooglePlay(Dialect):
    """The reviews of the last week, whole each time; none is no list."""

    def key(self, number: int) -> str:
        return f"gp:{number:04}"

    def moment(self, changed: datetime) -> str:
        return str(int(changed.timestamp()))

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.path.startswith("/androidpublisher/v3/applications/form1/")
        week = vendor.now - timedelta(days=self.own.get("days", 40))
        rows, more = cut(vendor.living(week), int(asked.query.get("token", 0)))
        if not rows:
            return {}
        body = self.envelope([self.record(row) for row in rows])
        body.pop("tokenPagination", None)
        return body | ({"tokenPagination": {"nextPageToken": str(more)}} if more else {})


class AppStore(Dialect):
    """All reviews of an app, newest first, in links."""

    def key(self, number: int) -> str:
        return f"00000011-{number:04}"

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert (asked.query["limit"], asked.query["sort"]) == ("200", "-createdDate")
        start = int(asked.query.get("cursor", 0))
        rows: list[Row] = vendor.living(by_change=True)[::-1]
        more = start + PAGE
        host = f"http://{asked.headers['Host']}{asked.path}"
        query = f"limit=200&sort=-createdDate&cursor={more}"
        links = {"next": f"{host}?{query}"} if more < len(rows) else {}
        return self.envelope([self.record(row) for row in rows[start:more]]) | {"links": links}
