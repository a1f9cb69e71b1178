"""The queue log and call detail records in a database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.connectors import asterisk
from ingestion.connectors.base import Batch
from ingestion.errors import ConfigurationError, IngestionError, SourceError
from ingestion.settings import Source

PBX = Source(
    id="pbx",
    connector="asterisk",
    options={
        "source": "database",
        "url_env": "PBX_URL",
        "queue_log_table": "queue_log",
        "cdr_table": "cdr",
        "batch_rows": 2,
        "overlap_rows": 1,
    },
)
EVENTS = [
    (1, "2026-01-02 10:00:00", "c1", "sales", "NONE", "ENTERQUEUE", "", "09121234567", "1"),
    (2, "2026-01-02 10:00:05", "c1", "sales", "SIP/901", "CONNECT", "5", "c2", "3"),
    (4, "2026-01-02 10:00:09", "c1", "sales", "SIP/901", "COMPLETECALLER", "5", "4", "1"),
]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "pbx.sqlite"
    monkeypatch.setenv("PBX_URL", f"sqlite:///{path}")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(
        "create table queue_log (id integer primary key, time varchar(26), callid text, "
        "queuename text, agent text, event text, data1 text, data2 text, data3 text)"
    )
    connection.executemany("insert into queue_log values (?, ?, ?, ?, ?, ?, ?, ?, ?)", EVENTS)
    connection.execute(
        "create table cdr (calldate datetime, clid text, src text, dst text, dcontext text, "
        "channel text, dstchannel text, lastapp text, duration int, billsec int, "
        "disposition text, uniqueid text, recordingfile text)"
    )
    yield connection
    connection.close()


def _add_leg(database: sqlite3.Connection, started: str, unique_id: str, **leg: object) -> None:
    values = {"disposition": "ANSWERED", "duration": 90, "billsec": 60, "src": "901"} | leg
    columns = {"calldate": started, "uniqueid": unique_id} | values
    marks = ", ".join("?" for _ in columns)
    database.execute(
        f"insert into cdr ({', '.join(columns)}) values ({marks})", tuple(columns.values())
    )


def _read(stream: str, cursor: object = None) -> list[Batch]:
    state = cursor if isinstance(cursor, dict) else {}
    return list(asterisk.read(PBX, stream, cursor=state, inbox=Path("unused")))


def _rows(batches: list[Batch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.rows.to_pylist()]


def test_events_are_paged_by_id(database: sqlite3.Connection) -> None:
    batches = _read("queue_log")
    rows = _rows(batches)
    assert [batch.cursor for batch in batches] == [{"id": 2}, {"id": 4}]
    assert [row["event_id"] for row in rows] == ["1", "2", "4"]
    assert [row["_row"] for row in rows] == [1, 2, 3]
    assert rows[0]["occurred_at"] == "2026-01-02 10:00:00"
    assert (rows[0]["caller_phone"], rows[0]["data2"]) == ("09121234567", None)
    assert rows[1]["data5"] is None


def test_a_later_read_overlaps_and_continues(database: sqlite3.Connection) -> None:
    database.execute("insert into queue_log (id, event) values (3, 'PAUSE'), (5, 'UNPAUSE')")
    rows = _rows(_read("queue_log", {"id": 4}))
    assert [row["event_id"] for row in rows] == ["4", "5"]


def test_ids_that_went_back_stop_the_stream(database: sqlite3.Connection) -> None:
    with pytest.raises(SourceError, match="ends at id 4, but id 900 was read before"):
        _read("queue_log", {"id": 900})


def test_legs_get_their_end_and_answer_from_the_durations(database: sqlite3.Connection) -> None:
    _add_leg(database, "2026-01-02 10:00:00", "1.1")
    _add_leg(database, "2026-01-02 10:05:00", "1.2", disposition="NO ANSWER", billsec=0)
    answered, missed = _rows(_read("cdr"))
    assert answered["started_at"] == "2026-01-02 10:00:00"
    assert answered["answered_at"] == "2026-01-02 10:00:30"
    assert answered["ended_at"] == "2026-01-02 10:01:30"
    assert (missed["answered_at"], missed["ended_at"]) == (None, "2026-01-02 10:06:30")


def test_a_long_leg_written_late_is_found_by_the_overlap(database: sqlite3.Connection) -> None:
    for minute in range(5):
        _add_leg(database, f"2026-01-02 10:0{minute}:00", f"1.{minute}")
    batches = _read("cdr")
    _add_leg(database, "2026-01-01 23:00:00", "0.9", duration=50_000)
    later = _rows(_read("cdr", batches[-1].cursor))
    assert batches[-1].cursor == {"calldate": "2026-01-02 10:04:00"}
    assert "0.9" in [row["unique_id"] for row in later]


def test_a_missing_table_is_named(database: sqlite3.Connection) -> None:
    database.execute("drop table cdr")
    with pytest.raises(SourceError, match="there is no table cdr"):
        _read("cdr")


def test_a_missing_column_is_named(database: sqlite3.Connection) -> None:
    database.execute("alter table cdr drop column duration")
    with pytest.raises(SourceError, match="table cdr has no column duration"):
        _read("cdr")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("no url at all", ConfigurationError),
        ("oracle://pbx:hunter2@db/asterisk", ConfigurationError),
        ("sqlite:////nowhere/pbx.sqlite", SourceError),
        ("mysql://pbx:hunter2@127.0.0.1:9/asterisk", SourceError),
        ("postgresql://pbx:hunter2@127.0.0.1:9/asterisk", SourceError),
    ],
)
def test_a_database_that_cannot_be_opened_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, kind: type[IngestionError]
) -> None:
    monkeypatch.setenv("PBX_URL", url)
    with pytest.raises(kind) as caught:
        _read("queue_log")
    assert "hunter2" not in str(caught.value)
