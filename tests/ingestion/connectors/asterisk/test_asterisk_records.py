"""Call detail records and channel events: columns by place, numbers only in their own."""

import gzip
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion import configured_streams, extract
from ingestion.conform import conform
from ingestion.connectors import asterisk
from ingestion.connectors.base import Batch
from ingestion.settings import Company, Home, Source, Sources

FIXTURES = Path(__file__).parents[3] / "fixtures" / "asterisk"
CUSTOM_COLUMNS = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "uniqueid", "linkedid", "sequence"),
)
CEL_COLUMNS = (
    *("eventtype", "eventtime", "cidnum", "exten", "channame", "uniqueid", "linkedid", "appname"),
)
PHONE_OF_THE_FIXTURE = re.compile(r"555\d{4}")


def _read(inbox: Path, stream: str, **options: object) -> Batch:
    source = Source(id="pbx", connector="asterisk", options=options)
    asterisk.check(source)
    (batch,) = asterisk.read(source, stream, cursor={}, inbox=inbox)
    return batch


def _refusals(batch: Batch) -> list[tuple[int, str]]:
    assert batch.rejects is not None
    return [(row["row_number"], row["rule"]) for row in batch.rejects.to_pylist()]


def _conformed(batch: Batch, stream: str) -> tuple[int, int]:
    with duckdb.connect() as connection:
        result = conform(
            connection,
            batch.rows,
            spec=asterisk.STREAMS[stream],
            conventions=Source(id="pbx", connector="asterisk").conventions,
            source_id="pbx",
            key=b"0123456789abcdef",
        )
        return result.count_accepted, result.count_rejected


def test_every_record_of_a_real_classic_log_is_read_and_conforms(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "Master.csv.gz", tmp_path / "Master.csv.gz")
    batch = _read(tmp_path, "cdr", cdr="Master.csv*")
    assert batch.rows.num_rows == 941
    assert _refusals(batch) == []
    assert len(set(batch.rows.column("cdr_id").to_pylist())) == 941
    assert _conformed(batch, "cdr") == (941, 0)


def test_declared_columns_name_the_fields_of_a_custom_log(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "CustomMaster.csv", tmp_path / "CustomMaster.csv")
    batch = _read(tmp_path, "cdr", cdr="CustomMaster.csv", cdr_columns=CUSTOM_COLUMNS)
    record = batch.rows.to_pylist()[2]
    assert (batch.rows.num_rows, _refusals(batch)) == (40, [])
    assert record["linked_id"] == "cxpbx-1795284691.4"
    assert (record["sequence"], record["source_phone"]) == ("7", "5550038")
    assert (record["destination_extension"], record["destination_phone"]) == ("901", None)
    assert (record["duration_seconds"], record["billable_seconds"]) == ("4", "1")
    assert record["channel"] == "Local/901@agents-00000003;2"


def test_numbers_and_names_of_callers_stand_in_no_other_column(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "Master.csv.gz", tmp_path / "Master.csv.gz")
    shutil.copy(FIXTURES / "cel.csv", tmp_path / "cel.csv")
    records = _read(tmp_path, "cdr", cdr="Master.csv*").rows
    events = _read(tmp_path, "cel", cel="cel.csv", cel_columns=CEL_COLUMNS).rows
    own = {"source_phone", "destination_phone", "caller_phone", "cdr_id", "_file", "_row"}
    for table in (records, events):
        for name in set(table.column_names) - own:
            texts = [text for text in table.column(name).to_pylist() if text]
            assert not [text for text in texts if PHONE_OF_THE_FIXTURE.search(text)], name
            assert not [text for text in texts if "cust" in text], name


def test_channel_events_are_read_and_conform(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "cel.csv", tmp_path / "cel.csv")
    batch = _read(tmp_path, "cel", cel="cel.csv", cel_columns=CEL_COLUMNS)
    assert (batch.rows.num_rows, _refusals(batch)) == (60, [])
    assert _conformed(batch, "cel") == (60, 0)


def test_a_growing_log_is_read_without_loss_and_says_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key of the tests alone")
    company = Company(key="tiny", name={}, time_zone="Asia/Tehran", currency="IRR")
    pbx = Source(id="pbx", connector="asterisk", options={"cdr": "Master.csv*"})
    sources, home = Sources(company=company, sources=(pbx,)), Home(root=tmp_path)
    log = home.inbox / "pbx" / "Master.csv"
    log.parent.mkdir(parents=True)
    content = gzip.decompress((FIXTURES / "Master.csv.gz").read_bytes())
    ends = [at + 1 for at, byte in enumerate(content) if byte == 10]
    # Between two lines, within a quoted field, before the line end, and to its end; twice each.
    places = [ends[9], ends[9] + 40, ends[30] - 1, len(content) - 7, len(content)]

    results = []
    for place in (place for place in places for _ in range(2)):
        log.write_bytes(content[:place])
        results += extract(sources, home, configured_streams(sources))

    assert [result.rows_landed for result in results] == [10, 0, 0, 0, 20, 0, 910, 0, 1, 0]
    assert sum(result.rows_rejected for result in results) == 0
    assert results[-1].rows_in_lake == 941
    waiting = [40, ends[30] - 1 - ends[29], len(content) - 7 - ends[-2]]
    assert [result.message for result in results[2::2]] == [
        *(
            f"Master.csv: the last {count} bytes have no line end yet and wait for it"
            for count in waiting
        ),
        "",
    ]
    assert [result.status for result in results[:4]] == ["landed", *["unchanged"] * 3]


def test_a_record_without_user_field_is_read(tmp_path: Path) -> None:
    record = gzip.decompress((FIXTURES / "Master.csv.gz").read_bytes()).splitlines()[0]
    (tmp_path / "Master.csv").write_bytes(record + b"\n" + record.rsplit(b",", 1)[0] + b"\n")
    batch = _read(tmp_path, "cdr", cdr="Master.csv")
    assert (batch.rows.num_rows, _refusals(batch)) == (2, [])


def test_torn_and_ragged_records_are_refused_by_line_and_rule(tmp_path: Path) -> None:
    record = gzip.decompress((FIXTURES / "Master.csv.gz").read_bytes()).splitlines()[0]
    (tmp_path / "Master.csv").write_bytes(
        b'"a","b"\n' + record + b'\n"never closed,1,2\n\n' + record + b"\n"
    )
    batch = _read(tmp_path, "cdr", cdr="Master.csv")
    assert batch.rows.column("_row").to_pylist() == [2, 5]
    assert sorted(_refusals(batch)) == [(1, "wrong_field_count"), (3, "unterminated_quote")]


def test_a_recording_keeps_its_name_but_not_the_callers_number(tmp_path: Path) -> None:
    (tmp_path / "cdr.csv").write_text(
        '"09121234567","901","2026-01-02 10:00:00","q-901-09121234567-20260102-1.2.wav"\n'
    )
    columns = ["src", "dst", "start", "recordingfile"]
    batch = _read(tmp_path, "cdr", cdr="cdr.csv", cdr_columns=columns)
    assert batch.rows.column("recording_file").to_pylist() == ["q-901-*-20260102-1.2.wav"]
