"""How service desks that no other module has are asked and answer."""

import re
from datetime import datetime
from typing import Any

from tests.factories.json_server import Asked
from tests.factories.vendor import PAGE, Dialect, Vendor

QUERY = re.compile(r"id > (?P<after>\d+) AND (?P<field>\w+) >= '(?P<since>[^']+)'$")


class RequestTracker(Dialect):
    """Searches in TicketSQL and TransactionSQL; deleted tickets are in no search."""

    def key(self, number: int) -> str:
        return str(number)

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        found = QUERY.search(asked.query["query"])
        assert found
        assert (asked.query["orderby"], asked.query["per_page"]) == ("id", "100")
        since = datetime.fromisoformat(f"{found['since']}+00:00")
        after = int(found["after"])
        if asked.path == "/REST/2.0/transactions":
            assert "NewValue = 'deleted'" in asked.query["query"]
            rows = [row for row in vendor.known(since, is_deleted=True) if row.number > after]
            items = [
                {
                    "type": "transaction",
                    "id": str(row.number),
                    "ObjectId": str(row.number),
                    "Created": self.moment(row.changed),
                }
                for row in rows[:PAGE]
            ]
            return self.envelope(items)
        assert asked.path == "/REST/2.0/tickets"
        rows = [row for row in vendor.living(since) if row.number > after][:PAGE]
        return self.envelope([self.record(row) for row in rows])
