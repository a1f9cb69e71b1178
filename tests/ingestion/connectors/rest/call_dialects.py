"""How call centers are asked and answer, as their documentation says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.factories.json_server import Answer, Asked
from tests.factories.vendor import PAGE, Dialect, Row, Vendor, cut, put

JOBS = "/api/v2/analytics/conversations/details/jobs"


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Genesys(Dialect):
    """Jobs: every conversation whose life overlaps the interval, as far as data is available."""

    def key(self, number: int) -> str:
        return f"c{number:035}"

    def moment(self, changed: datetime) -> str:
        return _utc(changed)

    def is_job(self, asked: Asked) -> bool:
        return not asked.path.endswith("/results")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        jobs = self.own.setdefault("jobs", {})
        if asked.path == f"{JOBS}/availability":
            return {"dataAvailabilityDate": _utc(vendor.now - timedelta(minutes=30))}
        if asked.method == "POST":
            assert asked.path == JOBS
            begin, end = map(datetime.fromisoformat, asked.body["interval"].split("/"))
            assert begin < end <= vendor.now - timedelta(minutes=30)
            assert end - begin <= timedelta(days=31)
            number = f"j{len(jobs)}"
            jobs[number] = [
                self.record(row)
                for row in vendor.known(begin - timedelta(minutes=10))
                if row.changed < end
            ]
            self.own[number] = iter(["QUEUED", "RUNNING"])
            return Answer(status=202, body={"jobId": number})
        job, _, results = asked.path.removeprefix(f"{JOBS}/").partition("/")
        if not results:
            return {"state": next(self.own[job], "FULFILLED")}
        start = int(asked.query.get("cursor", 0))
        page, more = jobs[job][start : start + PAGE], start + PAGE
        cursor = {"cursor": str(more)} if more < len(jobs[job]) else {}
        body = self.envelope(page)
        body.pop("cursor", None)
        return body | cursor


class TwilioVoice(Dialect):
    """By the UTC day of the call's start; relative links."""

    def key(self, number: int) -> str:
        return f"CA{number:032}"

    def record(self, row: Row) -> Any:
        record = super().record(row)
        put(record, "start_time", format_datetime(row.changed))
        return record

    def moment(self, changed: datetime) -> str:
        return format_datetime(changed)

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert int(asked.query["PageSize"]) <= 1000
        day = datetime.fromisoformat(asked.query["StartTime>"]).replace(tzinfo=UTC)
        page = int(asked.query.get("Page", 0))
        rows, more = cut(vendor.living(day), page * PAGE)
        query = f"PageSize=1000&StartTime%3E={asked.query['StartTime>']}&Page={page + 1}"
        body = self.envelope([self.record(row) for row in rows])
        return body | {"next_page_uri": f"{asked.path}?{query}" if more else None}


class TaskRouter(Dialect):
    """Events of one type between two times; without them only the last quarter of an hour."""

    def key(self, number: int) -> str:
        return f"WT{number:032}"

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        since, until = (datetime.fromisoformat(asked.query[n]) for n in ("StartDate", "EndDate"))
        kind, page = asked.query["EventType"], int(asked.query.get("Page", 0))
        found = [row for row in vendor.known(since) if row.changed <= until]
        rows, more = cut(found if kind == "task.completed" else [], page * PAGE)
        body = self.envelope([self.record(row) for row in rows])
        query = "&".join(f"{n}={v}" for n, v in asked.query.items() if n != "Page")
        host = f"http://{asked.headers['Host']}{asked.path}"
        body["meta"]["next_page_url"] = f"{host}?{query}&Page={page + 1}" if more else None
        return body


class ZendeskTalk(Dialect):
    """Calls that changed since a second, that one included; a next page is always named."""

    def moment(self, changed: datetime) -> str:
        return changed.strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(self, vendor: Vendor, asked: Asked) -> Any:
        assert asked.path == "/api/v2/channels/voice/stats/incremental/calls.json"
        begin = int(asked.query["start_time"])
        rows = vendor.known(datetime.fromtimestamp(begin, UTC), by_change=True)
        # a page ends with a second, so that the next one can begin with it
        page = rows[:PAGE]
        page += [row for row in rows[PAGE:] if page and row.changed == page[-1].changed]
        end = int(page[-1].changed.timestamp()) if page else begin
        host = f"http://{asked.headers['Host']}{asked.path}"
        body = self.envelope([self.record(row) for row in page])
        return body | {
            "count": len(page),
            "end_time": end,
            "next_page": f"{host}?start_time={end}",
        }
