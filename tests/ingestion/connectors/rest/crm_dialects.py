"""How CRMs with jobs, delta links and pages of their own are asked and answer.

The others stand in ``dialects``.
"""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from tests.factories.json_server import Answer, Asked
from tests.factories.vendor import PAGE, Dialect, Row, Vendor, cut


class Dataverse(Dialect):
    """Everything once, then what changed behind a delta link: deleted ones by their key."""

    def key(self, number: int) -> str:
        return f"00000000-0000-0000-0000-{number:012}"

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert "odata.track-changes" in asked.headers["Prefer"]
        assert asked.path == "/api/data/v9.2/contacts"
        skip, told = int(asked.query.get("skip", 0)), asked.query.get("$deltatoken", "")
        if told == "forgotten":
            return Answer(status=410)
        rows = vendor.known(datetime.fromisoformat(told)) if told else vendor.living()
        page, more = cut(rows, skip)
        url = f"http://{asked.headers['Host']}{asked.path}"
        body = self.envelope([self._changed(row) for row in page])
        body.pop("@odata.deltaLink")
        # the token is that of the first page: what changes meanwhile is told the next time
        seen = asked.query.get("seen") or self._newest(vendor)
        if more:
            return body | {"@odata.nextLink": f"{url}?$deltatoken={told}&skip={more}&seen={seen}"}
        return body | {"@odata.deltaLink": f"{url}?$deltatoken={seen}"}

    def _newest(self, vendor: Vendor) -> str:
        newest = max([row.changed for row in vendor.rows.values()], default=vendor.now)
        return newest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _changed(self, row: Row) -> Any:
        if not row.is_deleted:
            return self.record(row)
        context = "https://example.crm.dynamics.com/api/data/v9.2/$metadata#contacts/$deletedEntity"
        return {"@odata.context": context, "id": self.key(row.number), "reason": "deleted"}


class EspoCrm(Dialect):
    """Offsets, in order of change; no totals; deleted records are hidden."""

    def key(self, number: int) -> str:
        return f"{number:017x}"

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%d %H:%M:%S")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert (asked.headers["X-No-Total"], asked.path) == ("true", "/Contact")
        assert int(asked.query["maxSize"]) <= 200
        field, told = (asked.query[f"where[0][{name}]"] for name in ("attribute", "value"))
        assert asked.query["orderBy"] == field
        if field == "id":
            rows = [row for row in vendor.living() if self.key(row.number) > told]
            return self.envelope([{"id": self.key(row.number)} for row in rows[:PAGE]])
        assert asked.query["where[0][type]"] == "greaterThanOrEquals"
        since = datetime.fromisoformat(f"{told}+00:00")
        rows = vendor.living(since, by_change=True)
        page, _ = cut(rows, int(asked.query["offset"]))
        return self.envelope([self.record(row) for row in page]) | {"total": -2}


class SuiteCrm(Dialect):
    """JSON:API with numbered pages, and keys by comparing them; deleted records are hidden."""

    def key(self, number: int) -> str:
        return f"00000000-0000-0000-0001-{number:012}"

    def record(self, row: Row) -> Any:
        record = super().record(row)
        record.get("attributes", {})["last_name"] = ""
        return record

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%S+00:00")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.path == "/Api/V8/module/Contacts"
        if "fields[Contacts]" in asked.query:
            assert asked.query["sort"] == "id"
            keys = [self.key(row.number) for row in vendor.living()]
            later = [key for key in keys if key > asked.query["filter[id][gt]"]][:PAGE]
            return self.envelope([{"type": "Contact", "id": key} for key in later])
        since = datetime.fromisoformat(f"{asked.query['filter[date_modified][gte]']}+00:00")
        page, _ = cut(
            vendor.living(since, by_change=True), (int(asked.query["page[number]"]) - 1) * PAGE
        )
        return self.envelope([self.record(row) for row in page])


JOBS = "/services/data/v62.0/jobs/query"


class SalesforceBulk(Dialect):
    """Query jobs whose results are CSV, page after page by a locator in a header."""

    def key(self, number: int) -> str:
        return f"003{number:015}"

    def record(self, row: Row) -> Any:
        return super().record(row) | {"IsDeleted": str(row.is_deleted).lower()}

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def is_job(self, asked: Asked) -> bool:
        return not asked.path.endswith("/results")

    def as_sent(self, body: Any) -> Answer:
        return self._page(body, "null")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        jobs = self.own.setdefault("jobs", {})
        if asked.method == "POST":
            assert (asked.path, asked.body["operation"]) == (JOBS, "queryAll")
            told = asked.body["query"].split("SystemModstamp >= ")[1]
            number = f"750{len(jobs):015}"
            jobs[number] = [self.record(row) for row in vendor.known(datetime.fromisoformat(told))]
            self.own[number] = iter(["UploadComplete", "InProgress"])
            return {"id": number, "state": "UploadComplete"}
        job, _, results = asked.path.removeprefix(f"{JOBS}/").partition("/")
        if not results:
            return {"id": job, "state": next(self.own[job], "JobComplete")}
        assert (asked.headers["Accept"], asked.query["maxRecords"]) == ("text/csv", "50000")
        start = int(asked.query.get("locator", 0))
        more = start + PAGE
        return self._page(jobs[job][start:more], str(more) if more < len(jobs[job]) else "null")

    def _page(self, records: list[Any], locator: str) -> Answer:
        text = io.StringIO(newline="")
        names = dict.fromkeys(name for record in records or self.fixture for name in record)
        out = csv.DictWriter(text, list(names), quoting=csv.QUOTE_ALL, lineterminator="\n")
        out.writeheader()
        out.writerows(records)
        return Answer(
            body=text.getvalue().encode(),
            headers={"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(records))},
        )
