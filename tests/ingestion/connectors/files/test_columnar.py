"""Parquet: typed columns pass through; a torn file is refused before anything lands."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.ingestion.connectors.files.conftest import Inbox, cells, rejects


def parquet(columns: dict[str, Any]) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


def test_typed_columns_pass_through_and_nested_ones_become_text(inbox: Inbox) -> None:
    moment = datetime(2026, 1, 1, 10, tzinfo=UTC)
    columns = {
        "id": [9007199254740993],
        "at": [moment],
        "amount": pa.array([Decimal("5.00")], pa.decimal128(18, 2)),
        "kind": pa.array(["web"]).dictionary_encode(),
        "lines": [[{"sku": "ی", "n": 2}]],
    }
    inbox.drop("orders.parquet", parquet(columns))

    (batch,) = inbox.read(format="parquet")

    assert cells(batch) == [(1, 9007199254740993, moment, Decimal("5.00"))]
    assert batch.rows.column("kind").to_pylist() == ["web"]
    assert batch.rows.column("lines").to_pylist() == ['[{"sku": "ی", "n": 2}]']


def test_a_file_that_cannot_be_read_to_its_end_is_refused(inbox: Inbox) -> None:
    sound = parquet({"id": [str(n) for n in range(5000)], "at": ["x"] * 5000, "amount": [1] * 5000})
    broken = bytearray(sound)
    broken[200:2000] = b"\xff" * 1800
    inbox.drop("orders1.parquet", sound[:-20])
    inbox.drop("orders2.parquet", bytes(broken))
    inbox.drop("orders3.parquet", b"id,at,amount\n")

    assert [rejects(batch) for batch in inbox.read(format="parquet")] == [
        [(0, "broken_parquet")]
    ] * 3


def test_columns_of_bytes_and_double_names_are_refused(inbox: Inbox) -> None:
    content = io.BytesIO()
    double = pa.table([pa.array([1]), pa.array([2])], names=["id", "id"])
    pq.write_table(double, content)
    inbox.drop("orders1.parquet", parquet({"id": [b"\xff"], "at": ["x"], "amount": [1]}))
    inbox.drop("orders2.parquet", content.getvalue())

    first, second = inbox.read(format="parquet")

    assert rejects(first) == [(0, "unsupported_column")]
    assert rejects(second) == [(0, "duplicate_header")]
