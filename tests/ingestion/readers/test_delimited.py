"""CSV: both readers agree, and what a declared dialect costs a broken file."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.readers import delimited
from ingestion.readers.content import Content
from ingestion.readers.delimited import Dialect
from ingestion.readers.files import LIMITS, FileRefused, Limits


def read(folder: Path, text: str, *, limits: Limits = LIMITS, **dialect: object) -> Content:
    path = folder / "records.csv"
    path.write_text(text, newline="")
    return delimited.read_csv(path, Dialect(**dialect), limits=limits, scratch=folder)


CELL = st.text(st.sampled_from(list('ab,;"\n é\u200c\u2028')), max_size=6)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12))
def test_both_readers_agree_with_what_was_written(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("id", "at", "amount"), *rows])
    path = tmp_path / "orders.csv"
    path.write_text(text.getvalue(), newline="")
    dialect = Dialect()
    body = delimited._write_body(path, dialect, LIMITS, tmp_path / "body.csv")

    slow = delimited._read_line_by_line(body, dialect, LIMITS, tmp_path)
    fast = delimited._read_lines_at_once(body, dialect, LIMITS, tmp_path)

    expected = [tuple(cell or None for cell in row) for row in rows]
    assert slow.rejects == []
    assert _values(slow.rows) == expected
    if fast:
        assert _values(fast.rows) == expected
    elif not any("\n" in cell for row in rows for cell in row):
        pytest.fail("a sound file with one record per line was not read at once")


def _values(rows: pa.RecordBatchReader) -> list[tuple[str | None, ...]]:
    return [tuple(row.values())[:3] for row in rows.read_all().to_pylist()]


def test_an_open_quote_costs_its_line_or_the_whole_file_as_declared(tmp_path: Path) -> None:
    text = 'id,note\n1,"never closed\n2,b\n'

    content = read(tmp_path, text, open_quote="line")

    assert content.rows.read_all().to_pylist() == [{"id": "2", "note": "b", "_row": 3}]
    assert [(reject.row_number, reject.rule) for reject in content.rejects] == [
        (2, "broken_record")
    ]
    with pytest.raises(FileRefused, match="unterminated_quote"):
        read(tmp_path, text, open_quote="file")


def test_several_header_records_stand_above_the_rows(tmp_path: Path) -> None:
    text = 'id,note\nNumber,"Your\nnote?"\n1,a\n'

    content = read(tmp_path, text, header_records=2)

    assert content.headers == [["id", "note"], ["Number", "Your\nnote?"]]
    assert content.rows.read_all().to_pylist() == [{"id": "1", "note": "a", "_row": 4}]


def test_too_many_rows_refuse_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="more than 1 rows"):
        read(tmp_path, "id\n1\n2\n", limits=Limits(rows=1))
