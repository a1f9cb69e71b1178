"""Records that a vendor streams into files: contact records, and events of messages."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.connectors import files
from ingestion.presets import with_preset
from ingestion.settings import Source
from tests.ingestion.connectors.acceptance import as_table, conformed
from tests.ingestion.connectors.files.preset_worlds import FIXTURES
from tests.ingestion.connectors.files.streamed_worlds import STREAMED, StreamedWorld

CALL = (
    *("source_id", "source_version", "_op", "queue", "agent_number", "customer_number", "outcome"),
    *("is_transferred", "wait_milliseconds", "talk_milliseconds", "hold_milliseconds"),
)
EVENTS = "communication_events"
ONE, TWO = "14c5d75ce93.dfd.64b469.0", "14c5d75ce94.dfd.64b469.0"
EXPECTED: dict[tuple[str, str], tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
    ("amazon_connect", "calls"): (
        CALL,
        [
            (
                *("6ee8ae10-0001|Sales", "1769854080000000", "upsert", "Sales", "agent1", "C-77"),
                *("answered", "true", "25000", "300000", "25000"),
            ),
            (
                *("6ee8ae10-0002|Sales", "1769854260000000", "upsert", "Sales", None, None),
                *("abandoned", "false", "40000", None, None),
            ),
        ],
    ),
    ("sendgrid_events", "communication_events"): (
        ("source_id", "_op", "event", "is_machine", "occurred_at"),
        [
            (f"{ONE}|e1", "delete", None, None, None),
            *[(f"{ONE}|e3", "upsert", "opened", "true", "2026-01-31 10:00:05+00")] * 2,
            (f"{TWO}|e4", "upsert", "blocked", None, "2026-01-31 10:00:10+00"),
        ],
    ),
    ("sendgrid_events", "communications"): (
        ("source_id", "source_version", "campaign", "sent_at"),
        [
            (ONE, "1769853600000000", "spring", "2026-01-31 10:00:00+00"),
            *[(ONE, None, None, "2026-01-31 10:00:05+00")] * 2,
            (TWO, None, "cat facts", "2026-01-31 10:00:10+00"),
        ],
    ),
}


def _landed(preset: str, stream: str, inbox: Path) -> tuple[list[tuple[Any, ...]], str]:
    columns, _ = EXPECTED[preset, stream]
    raw = {"id": "crm", "connector": "files", "preset": preset}
    more = {"streams": {stream: {"settle_seconds": 0}}}
    source = Source.model_validate(with_preset(raw | more))
    written = ", ".join(f'"{name}"::varchar' for name in columns)
    rows: list[tuple[Any, ...]] = []
    with duckdb.connect() as connection:
        world = StreamedWorld(inbox, preset, EVENTS if preset == "sendgrid_events" else stream)
        world.stream = stream
        for batch in files.read(source, stream, cursor={}, inbox=inbox):
            found = conformed(world, batch, connection)
            assert found.count_rejected == 0, connection.sql(f"from {found.rejects}").fetchall()
            rows += connection.sql(
                f"select {written} from {found.accepted} order by all"
            ).fetchall()
            names = " ".join(as_table(batch).schema.names)
    return sorted(rows, key=str), names


@pytest.mark.parametrize(("preset", "stream"), EXPECTED)
def test_the_documented_records_land_typed(preset: str, stream: str, tmp_path: Path) -> None:
    suffix = STREAMED.get((preset, stream), STREAMED["sendgrid_events", EVENTS]).suffix
    shutil.copy(FIXTURES / f"{preset}.{suffix}", tmp_path)

    rows, names = _landed(preset, stream, tmp_path)

    assert rows == EXPECTED[preset, stream][1]
    assert not {"Attributes", "ip", "useragent", "CustomerEndpoint"} & set(names.split())


def test_a_contact_record_that_is_delivered_again_is_the_later_version(tmp_path: Path) -> None:
    text = (FIXTURES / "amazon_connect.jsonl").read_text(encoding="utf-8")
    later = text.replace("2026-01-31T10:08:00Z", "2026-02-02T09:00:00Z")
    later = later.replace('"Duration":25', '"Duration":26,"BrandNew":{"x":1}')
    (tmp_path / "1-late.jsonl").write_text(later, encoding="utf-8")
    (tmp_path / "2-early-again.jsonl").write_text(text, encoding="utf-8")

    rows, _ = _landed("amazon_connect", "calls", tmp_path)

    first = [row for row in rows if row[0] == "6ee8ae10-0001|Sales"]
    assert max(first, key=lambda row: int(row[1]))[CALL.index("wait_milliseconds")] == "26000"
    assert len(first) == 2


def test_what_is_no_call_is_none(tmp_path: Path) -> None:
    text = (FIXTURES / "amazon_connect.jsonl").read_text(encoding="utf-8")
    (tmp_path / "chats.jsonl").write_text(text.replace('"VOICE"', '"CHAT"'), encoding="utf-8")

    rows, _ = _landed("amazon_connect", "calls", tmp_path)

    assert {row[CALL.index("_op")] for row in rows} == {"delete"}


def test_an_event_of_the_account_belongs_to_no_message_and_is_refused(tmp_path: Path) -> None:
    event = {"event": "account_status_change", "sg_event_id": "e9", "timestamp": 1769853600}
    sound = json.loads((FIXTURES / "sendgrid_events.json").read_text(encoding="utf-8"))
    (tmp_path / "events.json").write_text(json.dumps([*sound, event]), encoding="utf-8")
    world = StreamedWorld(tmp_path, "sendgrid_events", EVENTS)
    raw = {"id": "crm", "connector": "files", "preset": "sendgrid_events"}
    source = Source.model_validate(with_preset(raw | {"streams": {EVENTS: {"settle_seconds": 0}}}))

    with duckdb.connect() as connection:
        (batch,) = files.read(source, EVENTS, cursor={}, inbox=tmp_path)
        found = conformed(world, batch, connection)

    assert (found.count_accepted, found.count_rejected) == (len(sound), 1)
