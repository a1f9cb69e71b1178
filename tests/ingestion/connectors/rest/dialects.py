"""How each CRM and desk with a preset is asked and answers, as its documentation says.

Survey and message vendors stand in ``survey_dialects``. Every assertion here is a sentence of
the vendor's documentation: the pages stand in the connector's README.
"""

import re
from datetime import UTC, datetime
from typing import Any

from tests.factories.json_server import Asked
from tests.factories.vendor import PAGE, Dialect, Row, Vendor, cut, put


class Local(Dialect):
    """A vendor without a preset: numbered pages, a soft delete, UTC times."""

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        since = datetime.fromisoformat(asked.query["changed_since"])
        page = int(asked.query.get("page", 1))
        rows, _ = cut(vendor.known(since), (page - 1) * PAGE)
        return self.envelope([self.record(row) | {"gone": row.is_deleted} for row in rows])


class Bitrix24(Dialect):
    """Fifty a page, by ``>ID`` and without counting; PHONE and EMAIL only when named."""

    def key(self, number: int) -> str:
        return str(number)

    def record(self, row: Row) -> Any:
        return super().record(row) | {"LAST_NAME": ""}

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.path.endswith(f"/{SECRET_PATH}/crm.contact.list")
        body = asked.body
        assert (body["start"], body["order"]) == (-1, {"ID": "ASC"})
        wanted, changed = body["select"], body["filter"].get(">=DATE_MODIFY")
        assert wanted == ["ID"] or {"PHONE", "EMAIL"} <= set(wanted)
        rows = vendor.living(datetime.fromisoformat(changed) if changed else None)
        rows = [row for row in rows if row.number > int(body["filter"][">ID"])][:PAGE]
        records = [self.record(row) for row in rows]
        return self.envelope(
            [{name: value for name, value in r.items() if name in wanted} for r in records]
        )


SECRET_PATH = "canary-4f1c9a"


class AmoCrm(Dialect):
    """Links to the next page; what was deleted is told by events."""

    def moment(self, changed: datetime) -> int:
        return int(changed.timestamp())

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        page = int(asked.query.get("page", 1))
        if asked.path == "/api/v4/events":
            return self._events(vendor, asked)
        assert (asked.query["limit"], asked.query["order[updated_at]"]) == ("250", "asc")
        since = datetime.fromtimestamp(int(asked.query["filter[updated_at][from]"]), UTC)
        rows, more = cut(vendor.living(since, by_change=True), (page - 1) * PAGE)
        body = self.envelope([self.record(row) for row in rows])
        host = f"http://{asked.headers['Host']}"
        query = "&".join(f"{n}={v}" for n, v in asked.query.items() if n != "page")
        links = {"next": {"href": f"{host}{asked.path}?{query}&page={page + 1}"}} if more else {}
        return body | {"_links": links}

    def _events(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.query["filter[type]"] == "contact_deleted"
        since = datetime.fromtimestamp(int(asked.query["filter[created_at][from]"]), UTC)
        events = [
            {
                "id": f"e{row.number}",
                "type": "contact_deleted",
                "entity_id": row.number,
                "entity_type": "contact",
                "created_at": int(row.changed.timestamp()),
            }
            for row in vendor.known(since, is_deleted=True)
        ]
        return {"_page": 1, "_links": {}, "_embedded": {"events": events}}


class OneC(Dialect):
    """OData: a catalog as a whole, by code; deleted elements are marked."""

    def key(self, number: int) -> str:
        return f"6d0a0b1e-0000-11ec-8000-{number:012}"

    def record(self, row: Row) -> Any:
        record = super().record(row)
        return record | {"Code": f"{row.number:011}", "DeletionMark": row.is_deleted}

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert (asked.query["$format"], asked.query["$orderby"]) == ("json", "Code")
        found = re.fullmatch(r"IsFolder eq false and Code gt '(\d*)'", asked.query["$filter"])
        assert found
        after = int(found[1] or 0)
        rows = [row for row in vendor.known() if row.number > after][:PAGE]
        return self.envelope([self.record(row) for row in rows])


class HubSpot(Dialect):
    """Search in order of change, capped; the archived are a list of their own."""

    def key(self, number: int) -> str:
        return str(number)

    def record(self, row: Row) -> Any:
        record = super().record(row)
        put(record, "properties.lastname", None)
        return record

    def moment(self, changed: datetime) -> str:
        return changed.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        if asked.method == "GET":
            assert asked.query["archived"] == "true"
            rows, more = cut(vendor.known(is_deleted=True), int(asked.query.get("after", 0)))
            records: list[Any] = [
                self.record(row) | {"archived": True, "archivedAt": self.moment(row.changed)}
                for row in rows
            ]
        else:
            (group,) = asked.body["filterGroups"]
            (told,) = group["filters"]
            assert (told["propertyName"], told["operator"]) == ("lastmodifieddate", "GTE")
            assert int(asked.body["after"]) + asked.body["limit"] <= 10_000
            since = datetime.fromtimestamp(int(told["value"]) / 1000, UTC)
            rows, more = cut(vendor.living(since, by_change=True), int(asked.body.get("after", 0)))
            records = [self.record(row) for row in rows]
        body = self.envelope(records)
        body.pop("paging")
        return body | ({"paging": {"next": {"after": str(more)}}} if more else {})


class Zendesk(Dialect):
    """The incremental export remembers where we are; deleted tickets are a status."""

    def record(self, row: Row) -> Any:
        record = super().record(row)
        put(record, "status", "deleted" if row.is_deleted else "open")
        return record

    def moment(self, changed: datetime) -> int:
        return int(changed.timestamp())

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        told = asked.query.get("cursor", "0|0")
        moment, number = (int(part) for part in told.split("|"))
        rows = [
            row
            for row in vendor.known(by_change=True)
            if (int(row.changed.timestamp()), row.number) > (moment, number)
        ]
        page, more = cut(rows, 0)
        if page:
            told = f"{int(page[-1].changed.timestamp())}|{page[-1].number}"
        host = f"http://{asked.headers['Host']}{asked.path}"
        body = self.envelope([self.record(row) for row in page])
        return body | {"after_url": f"{host}?cursor={told}", "end_of_stream": more is None}


class Salesforce(Dialect):
    """Queries in batches with a locator; deleted records are marked by ``queryAll``."""

    def key(self, number: int) -> str:
        return f"003{number:015}"

    def record(self, row: Row) -> Any:
        return super().record(row) | {"IsDeleted": row.is_deleted}

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        if asked.path.startswith("/services/data/v62.0/query/"):
            start = int(asked.path.rsplit("-", 1)[1])
        else:
            assert asked.path == "/services/data/v62.0/queryAll"
            found = re.search(r"WHERE SystemModstamp >= (\S+) ORDER BY SystemMod", asked.query["q"])
            assert found
            rows = vendor.known(datetime.fromisoformat(found[1]), by_change=True)
            # a locator points into a result that does not change any more
            self.own["found"], start = [self.record(row) for row in rows], 0
        found_now, more = self.own["found"], start + PAGE
        is_done = more >= len(found_now)
        body = self.envelope(found_now[start:more]) | {"done": is_done}
        return body | ({} if is_done else {"nextRecordsUrl": f"{LOCATOR}-{more}"})


LOCATOR = "/services/data/v62.0/query/01gD0000002HU6KIAW"


class Odoo(Dialect):
    """Keyword arguments in a POST; a bare list in the answer; deleted records are gone."""

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%d %H:%M:%S")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert (asked.method, asked.path) == ("POST", "/json/2/res.partner/search_read")
        assert (asked.body["order"], asked.body["context"]) == ("id", {"active_test": False})
        terms = {name: value for name, _, value in asked.body["domain"]}
        assert isinstance(terms["id"], int)
        told = terms.get("write_date")
        since = datetime.fromisoformat(f"{told}+00:00") if told else None
        rows = [row for row in vendor.living(since) if row.number > terms["id"]][:PAGE]
        wanted = {"id", *asked.body["fields"]}
        return [
            {name: value for name, value in self.record(row).items() if name in wanted}
            for row in rows
        ]


class Intercom(Dialect):
    """Search in order of change, with a token in the body."""

    def key(self, number: int) -> str:
        return str(number)

    def moment(self, changed: datetime) -> int:
        return int(changed.timestamp())

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.headers["Intercom-Version"]
        query = asked.body["query"]
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        since = datetime.fromtimestamp(query["value"] + 1, UTC)
        # the token names the last record, so an edit shifts nothing
        told = asked.body["pagination"].get("starting_after", "0|0")
        moment, number = (int(part) for part in told.split("|"))
        rows = [
            row
            for row in vendor.living(since, by_change=True)
            if (self.moment(row.changed), row.number) > (moment, number)
        ]
        page, more = cut(rows, 0)
        last = (
            {"starting_after": f"{self.moment(page[-1].changed)}|{page[-1].number}"}
            if more
            else None
        )
        return self.envelope([self.record(row) for row in page]) | {"pages": {"next": last}}
