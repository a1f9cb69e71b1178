"""How vendors of surveys and messages are asked and answer, as their documentation says."""

import io
import json
import zipfile
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.factories.json_server import Answer, Asked
from tests.factories.vendor import PAGE, Dialect, Row, Vendor, cut, put


def _utc(changed: datetime) -> str:
    return changed.strftime("%Y-%m-%dT%H:%M:%SZ")


def _started(row: Row) -> str:
    return f"2026-01-{row.number:02}T{len(row.name):02}:00:00+00:00"


class Typeform(Dialect):
    """Newest first, before a token; without a filter there is no cursor for edits."""

    def key(self, number: int) -> str:
        return f"r{number:031}"

    def shown(self, row: Row) -> str:
        return _started(row)

    def record(self, row: Row) -> Any:
        return super().record(row) | {"token": self.key(row.number)}

    def moment(self, changed: datetime) -> str:
        return _utc(changed)

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.path == "/forms/form1/responses"
        # a token goes with no order of one's own
        assert not {"sort", "after"} & set(asked.query)
        rows = vendor.living(datetime.fromisoformat(asked.query["since"]), by_change=True)[::-1]
        before = asked.query.get("before")
        place = [self.key(row.number) for row in rows].index(before) + 1 if before else 0
        return self.envelope([self.record(row) for row in rows[place : place + PAGE]])


class SurveyMonkey(Dialect):
    """Links, in order of change."""

    def key(self, number: int) -> str:
        return str(number)

    def shown(self, row: Row) -> str:
        return _started(row)

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert (asked.query["sort_by"], asked.query["sort_order"]) == ("date_modified", "ASC")
        since = datetime.fromisoformat(asked.query["start_modified_at"])
        page = int(asked.query.get("page", 1))
        rows, more = cut(vendor.living(since, by_change=True), (page - 1) * PAGE)
        query = "&".join(f"{n}={v}" for n, v in asked.query.items() if n != "page")
        host = f"http://{asked.headers['Host']}"
        links = {"next": f"{host}{asked.path}?{query}&page={page + 1}"} if more else {}
        return self.envelope([self.record(row) for row in rows]) | {"links": links}


class Qualtrics(Dialect):
    """Export jobs: everything recorded since a time, as a ZIP file; edits keep their time."""

    def key(self, number: int) -> str:
        return f"R_{number:015}"

    def shown(self, row: Row) -> str:
        return _started(row)

    def moment(self, changed: datetime) -> str:
        return _utc(changed)

    def is_job(self, asked: Asked) -> bool:
        return not asked.path.endswith("/file")

    def as_sent(self, body: Any) -> Answer:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Survey.json", json.dumps(body))
        return Answer(body=held.getvalue())

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        jobs = self.own.setdefault("jobs", {})
        before, _, number = asked.path.partition("/export-responses")
        assert before == "/API/v3/surveys/form1"
        if asked.method == "POST":
            body = asked.body
            assert (body["format"], body["timeZone"]) == ("json", "UTC")
            since = datetime.fromisoformat(body["startDate"])
            number = f"ES_{len(jobs)}"
            jobs[number] = [self.record(row) for row in vendor.living(since)]
            return {"result": {"progressId": number, "percentComplete": 0, "status": "inProgress"}}
        number = number.strip("/")
        if not number.endswith("/file"):
            asked_again = self.own.setdefault(number, iter(["inProgress"]))
            status = next(asked_again, "complete")
            done = {"fileId": f"file-{number}"} if status == "complete" else {}
            return {"result": {"percentComplete": 50, "status": status} | done}
        found = jobs[number.removesuffix("/file").removeprefix("file-")]
        return self.as_sent({"responses": found})


class GoogleForms(Dialect):
    """Submitted at or after a time, with a page token; an edit moves the time."""

    def key(self, number: int) -> str:
        return f"ACYDBN{number:03}"

    def shown(self, row: Row) -> str:
        return _started(row)

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%S.000001Z")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert (asked.path, asked.query["pageSize"]) == ("/v1/forms/form1/responses", "5000")
        told = asked.query["filter"]
        start, _, begun = asked.query.get("pageToken", f"0|{told}").partition("|")
        assert told == begun
        since = datetime.fromisoformat(told.removeprefix("timestamp >= "))
        rows, more = cut(vendor.living(since), int(start))
        if not rows:
            return {}
        body = self.envelope([self.record(row) for row in rows])
        body.pop("nextPageToken")
        return body | ({"nextPageToken": f"{more}|{told}"} if more else {})


class Twilio(Dialect):
    """By the day of sending, which a later change does not move; relative links."""

    def key(self, number: int) -> str:
        return f"SM{number:032}"

    def record(self, row: Row) -> Any:
        record = super().record(row)
        put(record, "date_sent", format_datetime(row.changed))
        return record

    def moment(self, changed: datetime) -> str:
        return format_datetime(changed)

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        day = datetime.fromisoformat(asked.query["DateSent>"]).replace(tzinfo=UTC)
        page = int(asked.query.get("Page", 0))
        rows, more = cut(vendor.living(day), page * PAGE)
        query = f"PageSize=1000&DateSent%3E={asked.query['DateSent>']}&Page={page + 1}"
        body = self.envelope([self.record(row) for row in rows])
        return body | {"next_page_uri": f"{asked.path}?{query}" if more else None}
