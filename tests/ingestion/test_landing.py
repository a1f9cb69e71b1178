"""Landing: once, with the cursor, whatever is retried, re-read or deleted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion import landing
from ingestion.conform import conform
from ingestion.errors import SchemaDriftError, SourceError
from ingestion.lake import Lake, open_table, source_states
from ingestion.landing import Arrival, Load, land
from ingestion.settings import Conventions
from ingestion.stream import Column, ColumnType, StreamSpec

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def spec_of(*, version: str | None = "updated_at", amount: ColumnType = ColumnType.INTEGER) -> Any:
    return StreamSpec(
        connector="test",
        name="orders",
        description="One row per version of an order.",
        columns=(
            Column(name="order_number", type=ColumnType.ID, description="k", required=True),
            Column(name="amount", type=amount, description="a"),
            Column(name="email", type=ColumnType.EMAIL, description="e"),
            Column(name="updated_at", type=ColumnType.TIMESTAMP, description="u"),
        ),
        key=("order_number",),
        version=version,
        updated_at="updated_at",
    )


SPEC = spec_of()


def raw(*rows: tuple[str, str, str | None]) -> pa.Table:
    return pa.table(
        {
            "order_number": [row[0] for row in rows],
            "amount": [row[1] for row in rows],
            "updated_at": pa.array([row[2] for row in rows], pa.string()),
            "email": pa.array([f"{row[0]}@example.org" for row in rows], pa.string()),
            "_file": pa.array(["orders.csv"] * len(rows), pa.string()),
            "_row": pa.array(range(1, len(rows) + 1), pa.int64()),
        }
    )


def bring(lake: Lake, rows: pa.Table, *, spec: StreamSpec = SPEC, **options: Any) -> Load:
    connection = duckdb.connect()
    conformed = conform(
        connection, rows, spec=spec, conventions=Conventions(), source_id="shop", key=b"k" * 16
    )
    arrival = {"source_id": "shop", "conformed": conformed, "cursor": {}, "landed_at": NOW}
    return land(connection, lake, spec, Arrival(**arrival | options))


def landed(lake: Lake, spec: StreamSpec = SPEC) -> list[tuple[Any, ...]]:
    table = open_table(lake.table(spec))
    assert table
    return duckdb.sql(
        "select source_id, amount, _op, _load_seq from read_parquet("
        f"{table.file_uris()}, union_by_name = true) order by _load_seq, source_id"
    ).fetchall()


def test_a_batch_lands_with_its_cursor_in_one_commit(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    load = bring(lake, raw(("1", "5", "2026-01-01 00:00:00")), cursor={"after": "1"})
    assert (load.load_seq, load.rows_landed) == (1, 1)
    state = source_states(open_table(lake.table(SPEC)))["shop"]
    assert state.cursor == {"after": "1"}
    assert state.data_through == NOW


def test_a_transaction_lands_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = raw(("1", "5", None))
    bring(lake, rows, transactions=("file:abc",))
    assert bring(lake, rows, transactions=("file:abc",)).load_seq == 0
    assert len(landed(lake)) == 1


def test_rows_read_again_in_the_overlap_do_not_land_again(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    bring(lake, raw(("1", "5", "2026-01-01 10:00:00"), ("2", "6", "2026-01-01 11:00:00")))
    again = bring(lake, raw(("2", "6", "2026-01-01 11:00:00"), ("3", "7", "2026-01-01 12:00:00")))
    assert (again.rows_landed, again.rows_unchanged) == (1, 1)
    assert [row[0] for row in landed(lake)] == ["1", "2", "3"]


def test_two_contents_under_one_version_are_counted_as_records(tmp_path: Path) -> None:
    """Fault 37: within a batch, and against what landed; nothing else is a conflict."""
    lake, at = Lake(tmp_path), "2026-01-01 10:00:00"
    rows = raw(("1", "5", at), ("1", "5", at), ("2", "6", at), ("2", "7", at), ("3", "8", at))
    assert bring(lake, rows).rows_conflicting == 1
    assert bring(lake, rows).rows_conflicting == 0

    later = raw(("1", "9", "2026-01-01 11:00:00"), ("2", "8", at), ("3", "9", at), ("4", "1", at))
    assert bring(lake, later).rows_conflicting == 2


def test_a_key_that_comes_twice_without_a_version_is_a_conflict_of_its_load(
    tmp_path: Path,
) -> None:
    lake, spec = Lake(tmp_path), spec_of(version=None)
    assert bring(lake, raw(("1", "5", None), ("1", "6", None)), spec=spec).rows_conflicting == 1
    assert bring(lake, raw(("1", "7", None)), spec=spec).rows_conflicting == 0


def test_a_reading_without_news_commits_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = raw(("1", "5", "2026-01-01 10:00:00"))
    bring(lake, rows, cursor={"after": "1"})
    assert bring(lake, rows, cursor={"after": "1"}).load_seq == 0


def test_a_key_missing_from_a_snapshot_becomes_a_tombstone_and_may_come_back(
    tmp_path: Path,
) -> None:
    lake, spec = Lake(tmp_path), spec_of(version=None)
    bring(lake, raw(("1", "5", None), ("2", "6", None)), spec=spec, is_snapshot=True)
    gone = bring(lake, raw(("1", "5", None)), spec=spec, is_snapshot=True)
    assert (gone.rows_deleted, gone.rows_unchanged) == (1, 1)
    back = bring(lake, raw(("1", "5", None), ("2", "6", None)), spec=spec, is_snapshot=True)
    assert (back.rows_landed, back.rows_deleted) == (1, 0)
    assert landed(lake, spec)[-1][:3] == ("2", 6, "upsert")


def test_a_refused_row_of_a_snapshot_is_no_delete(tmp_path: Path) -> None:
    lake, spec = Lake(tmp_path), spec_of(version=None)
    bring(lake, raw(("1", "5", None), ("2", "6", None)), spec=spec, is_snapshot=True)
    load = bring(lake, raw(("1", "5", None), ("2", "six", None)), spec=spec, is_snapshot=True)
    assert load.rows_deleted == 0


def test_a_list_of_living_keys_lands_only_tombstones(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    bring(lake, raw(("1", "5", "2026-01-01 10:00:00"), ("2", "6", "2026-01-01 11:00:00")))
    keys = pa.table({"order_number": ["1"], "_op": ["delete"], "_file": ["t"], "_row": [1]})
    load = bring(lake, keys, is_snapshot=True, keys_only=True)
    assert (load.rows_landed, load.rows_deleted) == (1, 1)


def test_an_empty_snapshot_deletes_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    bring(lake, raw(("1", "5", None)), is_snapshot=True)
    with pytest.raises(SourceError, match="sent no rows where the lake holds 1"):
        bring(lake, raw(), is_snapshot=True)


def test_another_type_is_refused_and_a_new_column_is_not(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    bring(lake, raw(("1", "5", None)))
    with pytest.raises(SchemaDriftError, match="test__orders"):
        bring(lake, raw(("2", "5", None)), spec=spec_of(amount=ColumnType.DECIMAL))
    wider = StreamSpec(
        connector="test",
        name="orders",
        description=SPEC.description,
        columns=(*SPEC.columns, Column(name="note", type=ColumnType.TEXT, description="n")),
        key=SPEC.key,
        version=SPEC.version,
        updated_at=SPEC.updated_at,
    )
    assert bring(lake, raw(("2", "5", None)), spec=wider).rows_landed == 1


def test_what_a_kill_left_beside_the_table_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(tmp_path)
    rows = raw(("1", "5", None), ("2", "six", None))

    def killed(*arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(landing, "_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(lake, rows)
    assert open_table(lake.table(SPEC)) is None
    bring(lake, rows)
    refused = open_table(lake.quarantine(SPEC))
    clear = open_table(lake.restricted(SPEC))
    assert refused
    assert clear
    assert duckdb.sql(f"from read_parquet({refused.file_uris()})").fetchall()[0][5:10] == (
        *("orders.csv", 2),
        *("amount", "not_a_number", "six"),
    )
    assert len(duckdb.sql(f"from read_parquet({clear.file_uris()})").fetchall()) == 1


@pytest.mark.parametrize("spec", [SPEC, spec_of(version=None)], ids=["versions", "latest"])
def test_the_clear_values_of_a_row_are_kept_once(tmp_path: Path, spec: StreamSpec) -> None:
    lake = Lake(tmp_path)
    first = [("1", "5", "2026-01-01 00:00:00"), ("2", "6", "2026-01-01 00:00:00")]
    later = [("1", "7", "2026-01-02 00:00:00"), ("3", "8", "2026-01-02 00:00:00")]

    bring(lake, raw(*first), spec=spec, is_snapshot=True)
    bring(lake, raw(first[1], *later), spec=spec, is_snapshot=True)

    clear = open_table(lake.restricted(spec))
    assert clear
    files = f"read_parquet({clear.file_uris()})"
    held = f"select _load_seq, email from {files} order by all"
    assert duckdb.sql(held).fetchall() == [
        *((1, "1@example.org"), (1, "2@example.org")),
        *((2, "1@example.org"), (2, "3@example.org")),
    ]


def test_values_of_undeclared_columns_land_in_the_restricted_companion_alone(
    tmp_path: Path,
) -> None:
    lake, rows = Lake(tmp_path), raw(("1", "5", "2026-01-01 00:00:00"))
    bring(lake, rows.append_column("nickname", [["sara@example.org"]]))

    held = [open_table(path) for path in (lake.table(SPEC), lake.restricted(SPEC))]
    extras = [
        duckdb.sql(f"select _extra from read_parquet({table.file_uris()})").fetchall()
        for table in held
        if table
    ]
    assert extras == [[('["nickname"]',)], [('{"nickname":"sara@example.org"}',)]]
