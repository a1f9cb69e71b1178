"""Source contracts: a good load passes, each bad one is held and named."""

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import CommitProperties, Transaction, write_deltalake

from ingestion.entities import entity
from ingestion.lake import SEQUENCE, Lake
from ingestion.loads import held_loads
from ingestion.quality import QualityResult, check_loads
from ingestion.settings import Home
from ingestion.stream import StreamSpec

SPEC = entity("survey_questions")
GOOD = {
    "_source_id": "'surveys'",
    "_load_seq": "1",
    "_landed_at": f"'{datetime(2026, 1, 1, tzinfo=UTC).isoformat()}'",
    "_op": "'upsert'",
    "source_id": "'610001|nps'",
    "source_version": "1",
    "_row_hash": "'abc'",
    "survey_number": "'610001'",
    "question_number": "'nps'",
    "metric": "'nps'",
    "question_version": "1",
}


def landed(lake: Lake, spec: StreamSpec, **changed: str) -> None:
    """Land one row behind the back of ``conform``, as a broken writer would."""
    values = GOOD | changed
    columns = ", ".join(
        f"cast({values.get(name, 'null')} as {kind}) as {name}"
        for name, kind in spec.lake_schema.items()
    )
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.sql(f"select {columns}").to_arrow_table()
    write(lake, spec, rows)


def write(lake: Lake, spec: StreamSpec, rows: pa.Table) -> None:
    write_deltalake(
        str(lake.table(spec)),
        rows,
        mode="append",
        commit_properties=CommitProperties(app_transactions=[Transaction(SEQUENCE, 1)]),
    )


def check(root: Path) -> QualityResult:
    (result,) = check_loads(Home(root=root), [SPEC])
    return result


def test_a_good_load_passes_once(tmp_path: Path) -> None:
    landed(Lake(tmp_path / "lake"), SPEC)
    result = check(tmp_path)
    assert result.passed
    assert result.count_rows == 1
    assert check_loads(Home(root=tmp_path), [SPEC]) == []


def test_the_pages_of_the_contracts_name_rules_and_counts_but_no_values(tmp_path: Path) -> None:
    landed(Lake(tmp_path / "lake"), SPEC, metric="'a_wrong_word'")
    check(tmp_path)

    index = Home(root=tmp_path).data_docs
    (page,) = index.parent.glob("*__survey_questions.html")
    assert page.name in index.read_text(encoding="utf-8")
    assert "✗" in index.read_text(encoding="utf-8")
    shown = page.read_text(encoding="utf-8")
    assert "metric" in shown
    assert "a_wrong_word" not in shown
    # Opened anywhere, it asks nobody for anything.
    assert not re.search(r"""(src|href)=["']https?:""", shown)


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"metric": "'mood'"}, "metric"),
        ({"question_version": "0"}, "question_version"),
        ({"survey_number": "null"}, "survey_number"),
        ({"source_id": "null"}, "source_id"),
        ({"_op": "'truncate'"}, "_op"),
    ],
    ids=["unknown value", "out of range", "required is absent", "no key", "unknown operation"],
)
def test_a_bad_load_is_held_and_names_the_column(
    tmp_path: Path, changed: dict[str, str], column: str
) -> None:
    lake = Lake(tmp_path / "lake")
    landed(lake, SPEC, **changed)
    result = check(tmp_path)
    assert not result.passed
    assert {e["column"] for e in result.expectations if not e["success"]} == {column}
    (held,) = held_loads(lake)
    assert (held.table, held.load_seq) == (SPEC.table, 1)
    assert column in held.reason


def test_a_load_with_a_column_too_many_is_held(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        columns = ", ".join(
            f"cast({GOOD.get(name, 'null')} as {kind}) as {name}"
            for name, kind in SPEC.lake_schema.items()
        )
        rows = connection.sql(f"select {columns}, 1 as surprise").to_arrow_table()
    write(lake, SPEC, rows)
    assert not check(tmp_path).passed
    assert [load.load_seq for load in held_loads(lake)] == [1]
