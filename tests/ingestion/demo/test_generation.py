"""The demo company: same bytes again, days that only add, native files, planted flaws."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion.demo import generate
from ingestion.demo.config import LAST_DAY
from ingestion.registry import connector
from ingestion.settings import DEMO_SOURCES, load_sources

TINY = {"customers": 60, "days": 45}
ROTATION = date(2026, 10, 1)


def _contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _log(root: Path) -> bytes:
    """All of the log; its last line is half-written."""
    paths = sorted(
        (root / "inbox" / "pbx").glob("queue_log*"), key=lambda p: (p.name == "queue_log", p.name)
    )
    return b"".join(path.read_bytes() for path in paths)


def _complete_lines(root: Path) -> list[list[str]]:
    return [line.split("|") for line in _log(root).decode().splitlines()[:-1]]


def _clients(root: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(root / "inbox" / "crm" / "crm.sqlite")) as connection:
        return connection.execute(
            "select * from client_log order by client_no, updated_at"
        ).fetchall()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo")
    generate(root, **TINY)
    return root


def test_the_same_parameters_write_the_same_bytes(home: Path, tmp_path: Path) -> None:
    generate(tmp_path, **TINY)
    assert _contents(tmp_path) == _contents(home)


def test_a_second_generation_plays_nothing_and_writes_nothing(home: Path) -> None:
    report = generate(home, **TINY)
    assert report.is_repeated
    assert report.files_written == 0
    assert report.as_of == LAST_DAY + timedelta(days=1)


def test_days_that_follow_only_add(home: Path, tmp_path: Path) -> None:
    for until in (ROTATION - timedelta(days=2), ROTATION, ROTATION + timedelta(days=1), LAST_DAY):
        log, clients = (
            (_log(tmp_path), _clients(tmp_path)) if any(tmp_path.iterdir()) else (b"", [])
        )
        generate(tmp_path, until=until, **TINY)
        assert _log(tmp_path).startswith(log)
        assert set(clients) <= set(_clients(tmp_path))
    assert _contents(tmp_path / "inbox") == _contents(home / "inbox")
    assert _contents(tmp_path / "truth") == _contents(home / "truth")


def test_a_file_that_ingestion_archived_is_not_dropped_again(tmp_path: Path) -> None:
    generate(tmp_path, until=LAST_DAY - timedelta(days=1), **TINY)
    workbook = tmp_path / "inbox" / "partners" / "agents.xlsx"
    digest = hashlib.sha256(workbook.read_bytes()).hexdigest()[:12]
    archived = tmp_path / "archive" / "partners" / digest / workbook.name
    archived.parent.mkdir(parents=True)
    workbook.rename(archived)
    generate(tmp_path, **TINY)
    assert not workbook.exists()


def test_every_log_line_has_five_fields_and_each_call_begins_before_it_ends(home: Path) -> None:
    lines = _complete_lines(home)
    assert all(len(line) >= 5 and line[0].isdigit() for line in lines)
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    entered = {line[1] for line in lines if line[4] == "ENTERQUEUE"}
    answered = {line[1] for line in lines if line[4] == "CONNECT"}
    assert answered
    assert answered <= entered


def test_the_log_and_the_truth_count_the_same_answers(home: Path) -> None:
    lines = _complete_lines(home)
    entries = pq.read_table(home / "truth" / "queue_entries.parquet").to_pylist()
    told = sorted(int(line[5]) for line in lines if line[4] == "CONNECT")
    true = sorted(entry["wait_seconds"] for entry in entries if entry["outcome"] == "answered")
    assert told == true


def test_every_configured_reader_takes_the_files_without_a_refusal(home: Path) -> None:
    for source in load_sources(DEMO_SOURCES).sources:
        reader = connector(source.connector)
        reader.check(source)
        for stream in source.streams or reader.STREAMS:
            inbox = home / "inbox" / source.id
            batches = list(reader.read(source, stream, cursor={}, inbox=inbox))
            refused = sum(batch.rejects.num_rows for batch in batches if batch.rejects)
            assert refused == 0, (source.id, stream)


def test_survey_exports_begin_with_a_byte_order_mark(home: Path) -> None:
    exports = list((home / "inbox" / "surveys").glob("*_responses_*.csv"))
    assert exports
    assert all(export.read_bytes().startswith(b'\xef\xbb\xbf"id";') for export in exports)


def test_truth_names_the_fate_of_every_planted_flaw(home: Path) -> None:
    defects = pq.read_table(home / "truth" / "defects.parquet").to_pylist()
    fates = {"kept", "corrected", "merged", "kept_apart", "excluded", "deleted", "quarantined"}
    assert {defect["expected_fate"] for defect in defects} <= fates | {"awaited"}
    assert {"test_account", "persian_digits_in_phone"} <= {defect["defect"] for defect in defects}


def test_a_last_day_before_the_first_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="until is 2020-01-01"):
        generate(tmp_path, until=date(2020, 1, 1), **TINY)
