"""The queue log: every line of a real one, and the lines that are none."""

import gzip
import json
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from ingestion.conform import conform
from ingestion.connectors import asterisk
from ingestion.connectors.base import Batch
from ingestion.errors import ConfigurationError
from ingestion.settings import Source

FIXTURES = Path(__file__).parents[3] / "fixtures" / "asterisk"
PBX = Source(id="pbx", connector="asterisk", options={"queue_log": "queue_log*"})
EXITS = ("ABANDON", "COMPLETECALLER", "COMPLETEAGENT", "EXITWITHTIMEOUT", "EXITWITHKEY")


def _read(inbox: Path, cursor: dict[str, object] | None = None) -> list[Batch]:
    return list(asterisk.read(PBX, "queue_log", cursor=cursor or {}, inbox=inbox))


def _written(inbox: Path, *lines: str) -> Batch:
    (inbox / "queue_log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (batch,) = _read(inbox)
    return batch


@pytest.fixture
def real_log(tmp_path: Path) -> Path:
    shutil.copy(FIXTURES / "queue_log.gz", tmp_path / "queue_log.1.gz")
    return tmp_path


def test_every_line_of_a_real_log_becomes_an_event(real_log: Path) -> None:
    (batch,) = _read(real_log)
    events = Counter(batch.rows.column("event").to_pylist())
    assert batch.rows.num_rows == 1070
    assert batch.rejects is not None
    assert batch.rejects.num_rows == 0
    assert (events["ENTERQUEUE"], events["CONNECT"], events["INFO"]) == (271, 160, 276)
    assert batch.rows.column("event_order").to_pylist() == [str(n) for n in range(1, 1071)]
    assert len(set(batch.rows.column("event_id").to_pylist())) == 1070


def test_in_a_real_log_every_entry_has_one_exit(real_log: Path) -> None:
    (batch,) = _read(real_log)
    events = [(row["queue"], row["event"]) for row in batch.rows.to_pylist()]
    for queue, entered in (("support", 136), ("sales", 135)):
        assert sum(event == (queue, "ENTERQUEUE") for event in events) == entered
        assert sum(event[0] == queue and event[1] in EXITS for event in events) == entered


def test_the_callers_number_stands_only_in_its_own_column(real_log: Path) -> None:
    (batch,) = _read(real_log)
    phones = {row["caller_phone"] for row in batch.rows.to_pylist()} - {None}
    assert len(phones) > 50
    for name in set(batch.rows.column_names) - {"caller_phone", "_file"}:
        assert not phones & set(batch.rows.column(name).to_pylist())


def test_a_real_log_conforms_without_a_refusal(real_log: Path) -> None:
    (batch,) = _read(real_log)
    with duckdb.connect() as connection:
        result = conform(
            connection,
            batch.rows,
            spec=asterisk.STREAMS["queue_log"],
            conventions=PBX.conventions,
            source_id="pbx",
            key=b"0123456789abcdef",
        )
        first, last = connection.sql(
            f"select min(occurred_at), max(occurred_at) from {result.accepted}"
        ).fetchall()[0]
    assert (result.count_accepted, result.count_rejected) == (1070, 0)
    assert (first.timestamp(), last.timestamp()) == (1795286971, 1795287545)


def test_reading_from_any_line_end_gives_the_same_events(tmp_path: Path) -> None:
    content = gzip.decompress((FIXTURES / "queue_log.gz").read_bytes())
    log = tmp_path / "queue_log"
    log.write_bytes(content)
    (whole,) = _read(tmp_path)
    for cut in (content.index(b"\n") + 1, 20_000, len(content) - 5):
        log.write_bytes(content[:cut])
        before, *waiting = _read(tmp_path)
        log.write_bytes(content)
        (after,) = _read(tmp_path, dict(before.cursor))
        assert before.rows.to_pylist() + after.rows.to_pylist() == whole.rows.to_pylist()
        assert after.cursor == whole.cursor
        is_within_a_line = content[cut - 1 : cut] != b"\n"
        assert [batch.note.startswith("queue_log: the last ") for batch in waiting] == (
            [True] if is_within_a_line else []
        )


def test_lines_that_are_no_events_are_refused_by_line_and_rule(tmp_path: Path) -> None:
    batch = _written(
        tmp_path,
        "1795286985|a|q|NONE|ENTERQUEUE||09121234567|1",
        "1795286985|a|q",
        "yesterday|a|q|NONE|ABANDON|1|1|5",
        "1795286986|a|q|NONE||1",
        "",
        "1795286987|a|q|NONE|ABANDON|1|1|2",
    )
    assert batch.rows.column("event").to_pylist() == ["ENTERQUEUE", "ABANDON"]
    assert batch.rejects is not None
    refused = [(row["row_number"], row["rule"]) for row in batch.rejects.to_pylist()]
    assert refused == [(2, "too_few_fields"), (3, "not_an_epoch"), (4, "empty_event")]
    assert json.loads(batch.rejects.column("raw")[0].as_py()) == "1795286985|a|q"


def test_a_line_in_another_encoding_is_refused_alone(tmp_path: Path) -> None:
    lines = [b"1795286985|a|q|\xc7\xe1|CONNECT|1|b|1\n", b"1795286986|a|q|Agent/1|CONNECT|1|b|1\n"]
    (tmp_path / "queue_log").write_bytes(b"".join(lines))
    (batch,) = _read(tmp_path)
    assert batch.rows.num_rows == 1
    assert batch.rejects is not None
    assert batch.rejects.column("rule").to_pylist() == ["undecodable_line"]


def test_fields_beyond_the_fifth_parameter_stay_in_it(tmp_path: Path) -> None:
    batch = _written(tmp_path, "1795286985|a|q|Agent/1|ATTENDEDTRANSFER|1|2|3|4|5|6|7")
    assert batch.rows.column("data5").to_pylist() == ["5|6|7"]


@pytest.mark.parametrize(
    ("written", "phone", "kept"),
    [
        ("09121234567", "09121234567", None),
        ("+98 (912) 123-45-67", "+989121234567", None),
        ("anonymous", None, None),
        ("", None, None),
        ("901", None, "901"),
    ],
)
def test_a_caller_is_a_phone_or_an_extension(
    tmp_path: Path, written: str, phone: str | None, kept: str | None
) -> None:
    batch = _written(tmp_path, f"1795286985|a|q|NONE|ENTERQUEUE||{written}|1")
    (row,) = batch.rows.to_pylist()
    assert (row["caller_phone"], row["data2"]) == (phone, kept)


def test_a_transfer_to_an_outside_number_does_not_keep_it(tmp_path: Path) -> None:
    batch = _written(tmp_path, "1795286985|a|q|Agent/1|BLINDTRANSFER|09121234567|ctx|1|2|3")
    assert batch.rows.column("data1").to_pylist() == ["*"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"queue_log": "../queue_log"},
        {"queue_log": "q", "unknown": 1},
        {"source": "database", "queue_log_table": "queue_log"},
        {"cel": "cel*"},
        {"cdr": "cdr*", "cdr_columns": ["src", "dst"]},
    ],
)
def test_options_that_cannot_be_read_with_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="pbx: options"):
        asterisk.check(PBX.model_copy(update={"options": options}))


def test_a_stream_without_a_log_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no file pattern"):
        asterisk.check(PBX.model_copy(update={"streams": {"cdr": {}}}))


def test_only_logs_with_a_place_are_configured() -> None:
    assert asterisk.configured(PBX) == ("queue_log",)
