"""A tap's output: what its messages mean, and what happens when they are none."""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion import configured_streams, extract
from ingestion.connectors import singer
from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.singer.receiving import landed_state, receive
from ingestion.errors import ConfigurationError, SourceError, TransientSourceError
from ingestion.lake import Lake
from ingestion.settings import Home, Source, Sources

SCHEMA = {"type": "SCHEMA", "stream": "people", "schema": {"properties": {"id": {}, "name": {}}}}
COLUMNS = {"customer_number": "id", "full_name": "name"}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "RECORD", "stream": "people", "record": {"id": number, **more}}


def state(value: Any) -> dict[str, Any]:
    return {"type": "STATE", "value": value}


def source(stream: dict[str, Any] | None = None, **options: Any) -> Source:
    streams = {"customers": {"stream": "people", "columns": COLUMNS} | (stream or {})}
    options = options or {"files": "*.jsonl", "batch_rows": 2, "settle_seconds": 0}
    return Source(id="crm", connector="singer", options=options, streams=streams)


def dropped(inbox: Path, *messages: Any, name: str = "out.jsonl") -> None:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in messages]
    (inbox / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read(inbox: Path, cursor: Cursor | None = None, **stream: Any) -> Iterator[Batch]:
    return singer.read(source(stream), "customers", cursor=cursor or {}, inbox=inbox)


def test_a_part_ends_at_a_state_once_it_is_long_enough(tmp_path: Path) -> None:
    dropped(
        tmp_path,
        *(SCHEMA, record(1), state({"at": 1}), record(2), record(3), state({"at": 3.10})),
        *(record(4, name=None), state({"at": 4}), record(90071992547409931, name="Long")),
    )

    first, last = read(tmp_path)
    assert [row["customer_number"] for row in first.rows.to_pylist()] == ["1", "2", "3"]
    assert first.cursor == {"read": {}, "state": {"at": 3.1}}
    assert [row["customer_number"] for row in last.rows.to_pylist()] == ["4", "90071992547409931"]
    assert last.cursor["state"] == {"at": 4}
    assert list(read(tmp_path, last.cursor)) == []


def test_lines_that_are_no_messages_are_refused_one_by_one(tmp_path: Path) -> None:
    dropped(
        tmp_path,
        *(record(0), SCHEMA, "INFO starting the tap", "[1]", record(1)),
        *({"type": "RECORD", "stream": "people", "record": 7}, {"type": "NEWS"}, '{"type": "REC'),
    )

    (batch,) = read(tmp_path)
    assert batch.rows.num_rows == 1
    assert batch.rejects is not None
    refused = [(row["row_number"], row["rule"]) for row in batch.rejects.to_pylist()]
    assert refused == [
        (1, "record_before_schema"),
        (3, "broken_message"),
        (4, "broken_message"),
        (6, "not_a_record"),
        (8, "broken_message"),
    ]


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([SCHEMA | {"stream": "leads"}], "says nothing of stream 'people'; it speaks of leads"),
        ([state(1)], "says nothing of stream 'people'; it speaks of no stream"),
        ([SCHEMA, {"type": "BATCH", "stream": "people"}], "hands over files"),
        (
            [{"type": "SCHEMA", "stream": "people", "schema": {"properties": {}}}, record(1)],
            "has no column 'name' \\(for full_name\\)",
        ),
    ],
)
def test_an_output_that_cannot_be_read_ends_in_one_sentence(
    messages: list[Any], sentence: str, tmp_path: Path
) -> None:
    dropped(tmp_path, *messages)

    with pytest.raises(SourceError, match=sentence):
        list(read(tmp_path))


def test_a_full_table_is_a_snapshot_and_never_an_empty_one(tmp_path: Path) -> None:
    dropped(tmp_path, SCHEMA, *(record(number) for number in range(5)), state({"at": 5}))
    (whole,) = read(tmp_path, replication="full_table")
    assert whole.is_snapshot
    assert whole.rows.num_rows == 5

    dropped(tmp_path, SCHEMA, name="other.jsonl")
    with pytest.raises(SourceError, match="would delete everything"):
        list(read(tmp_path, whole.cursor, replication="full_table"))


@pytest.mark.parametrize(
    ("code", "error", "sentence"),
    [
        ("raise SystemExit('secret words')", TransientSourceError, "exit code 1.*tap-cust"),
        ("import signal; signal.pause()", TransientSourceError, "stopped after 60 minutes"),
    ],
)
def test_a_tap_that_fails_or_hangs_says_so_and_keeps_its_words_to_its_log(
    code: str,
    error: type[Exception],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = source(command=[sys.executable, "-S", "-c", code])
    monkeypatch.setattr("ingestion.connectors.singer.taps.SECONDS_PER_MINUTE", 0.005)

    with pytest.raises(error, match=sentence) as caught:
        list(singer.read(told, "customers", cursor={}, inbox=tmp_path))
    assert "secret" not in str(caught.value)


def test_settings_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    for wrong, sentence in [
        (source(minutes=3), "exactly one of command and files"),
        (source({"columns": {"full_name": "name"}}), "must map customer_number"),
        (source({"stream": ""}), "at least 1 character"),
    ]:
        with pytest.raises(ConfigurationError, match=sentence):
            singer.check(wrong)
    missing = source(command=[str(tmp_path / "tap-none")])
    with pytest.raises(SourceError, match="cannot be run"):
        list(singer.read(missing, "customers", cursor={}, inbox=tmp_path))


def test_what_comes_on_standard_input_lands_once_and_its_state_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key that only the tests know")
    home, lake = Home(root=tmp_path), Lake(tmp_path / "lake")
    company = {"key": "acme", "name": {"en": "Acme"}, "time_zone": "UTC", "currency": "EUR"}
    sources = Sources.model_validate({"company": company, "sources": [source().model_dump()]})
    inbox = home.inbox / "crm"
    lines = [SCHEMA, record(1, name="A"), state({"at": 1}), record(2, name="B"), state({"at": 2})]
    output = "\n".join(map(json.dumps, lines)).encode()

    assert landed_state(source(), lake) == {}
    path = receive(source(), inbox, io.BytesIO(output), now=NOW)
    results = [extract(sources, home, configured_streams(sources))[0] for _ in range(2)]

    assert path.name == "20260301T000000000000.jsonl"
    assert [(r.status, r.rows_in_lake) for r in results] == [("landed", 2), ("unchanged", 2)]
    assert landed_state(source(), lake) == {"at": 2}
    with pytest.raises(ConfigurationError, match="must be a pattern such as"):
        receive(source(files="people*.json"), inbox, io.BytesIO(), now=NOW)
