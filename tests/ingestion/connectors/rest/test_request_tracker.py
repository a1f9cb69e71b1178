"""The preset of Request Tracker on a server that runs.

Needs its address (``CX_TEST_RT_URL``) and the token of a user who may create tickets
(``CX_TEST_RT_TOKEN``); ``.ci/request_tracker`` brings both.
"""

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from ingestion.conform import conform
from ingestion.connectors import rest
from ingestion.connectors.base import Cursor
from ingestion.entities import MAPPED_STREAMS
from ingestion.presets import with_preset
from ingestion.settings import Source
from tests.ingestion.connectors.acceptance import KEY, as_table

TICKET = ("source_id", "_op", "queue", "status", "priority", "agent_number")


class Tracker:
    """A server, what is done on it, and what a lake would hold of it after each read."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"token {os.environ['CX_TEST_RT_TOKEN']}"
        self._cursors: dict[str, Cursor] = {}
        small = {"params": {"per_page": 2}, "paging": {"size": 2}}
        staff = {"columns": {"author_kind": {"values": {"root": "agent"}}}}
        self._source = Source.model_validate(
            with_preset(
                {
                    "id": "desk",
                    "connector": "rest",
                    "preset": "request_tracker",
                    "options": {"base_url": os.environ["CX_TEST_RT_URL"]},
                    "streams": {
                        "tickets": small,
                        "ticket_status_changes": small,
                        "ticket_messages": small | staff,
                    },
                }
            )
        )

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """One request of REST 2."""
        url = f"{os.environ['CX_TEST_RT_URL']}/REST/2.0{path}"
        answer = self._session.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def create(self, subject: str) -> str:
        """The number of a new ticket."""
        body = {"Queue": "General", "Subject": subject, "Requestor": "ann@example.com"}
        return str(self.do("POST", "/ticket", body | {"Content": "It does not work."})["id"])

    def say(self, kind: str, number: str, words: str) -> None:
        """Answer a ticket, or note something in it."""
        said = {"Content": words, "ContentType": "text/plain"}
        self.do("POST", f"/ticket/{number}/{kind}", said)

    def read(self, stream: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """The typed rows that one read brings; none may be refused."""
        found: list[tuple[Any, ...]] = []
        with duckdb.connect() as connection:
            for batch in rest.read(
                self._source, stream, cursor=self._cursors.get(stream, {}), inbox=self._inbox
            ):
                typed = conform(
                    connection,
                    as_table(batch),
                    spec=MAPPED_STREAMS[stream],
                    conventions=self._source.conventions,
                    source_id="desk",
                    key=KEY,
                )
                assert typed.count_rejected == 0, connection.sql(f"from {typed.rejects}").fetchall()
                written = ", ".join(f'"{name}"::varchar' for name in columns)
                found += connection.sql(f"select {written} from {typed.accepted}").fetchall()
                self._cursors[stream] = batch.cursor or self._cursors.get(stream, {})
        return sorted(found, key=str)


@pytest.mark.request_tracker
def test_new_changed_and_deleted_tickets_of_a_real_server_land(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RT_TOKEN", os.environ["CX_TEST_RT_TOKEN"])
    tracker = Tracker(tmp_path)
    kept, solved, spam, gone = map(tracker.create, ("kept", "solved", "spam", "gone"))

    assert tracker.read("tickets", TICKET) == [
        (number, "upsert", "General", "new", "0", None) for number in (kept, solved, spam, gone)
    ]

    tracker.say("correspond", solved, "Mended.")
    tracker.say("comment", solved, "That was easy.")
    tracker.do("PUT", f"/ticket/{solved}", {"Status": "resolved"})
    tracker.do("PUT", f"/ticket/{kept}", {"Owner": "root", "Priority": 70, "Status": "open"})
    tracker.do("PUT", f"/ticket/{spam}", {"Status": "rejected"})
    tracker.do("DELETE", f"/ticket/{gone}")
    late = tracker.create("late")

    assert tracker.read("tickets", TICKET) == [
        (kept, "upsert", "General", "open", "70", "root"),
        (solved, "upsert", "General", "solved", "0", None),
        (spam, "upsert", "General", "closed", "0", None),
        (gone, "delete", None, None, None, None),
        (late, "upsert", "General", "new", "0", None),
    ]
    # an answer opens a ticket by itself
    assert tracker.read("ticket_status_changes", ("ticket_number", "status", "agent_number")) == [
        (kept, "open", "root"),
        (solved, "open", None),
        (solved, "solved", "root"),
        (spam, "closed", "root"),
        (gone, "deleted", "root"),
    ]
    assert tracker.read("ticket_messages", ("ticket_number", "author_kind", "is_public")) == [
        (kept, "agent", "true"),
        (solved, "agent", "false"),
        (solved, "agent", "true"),
        (solved, "agent", "true"),
        (spam, "agent", "true"),
        (gone, "agent", "true"),
        (late, "agent", "true"),
    ]
