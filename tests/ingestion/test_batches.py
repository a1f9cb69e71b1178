"""Bundles: small batches join, and only where their order decides nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa
import pytest

from ingestion.batches import bundles, raw_rows
from ingestion.connectors.base import Batch
from ingestion.entities import entity
from ingestion.errors import SourceError
from ingestion.settings import Source

SPEC = entity("orders")
SOURCE = Source(id="shop", connector="files", customers_of="crm")


def batch(*numbers: str, updated_at: str | None = None, finished: list[str] | None = None) -> Batch:
    rows = pa.table(
        {
            "order_number": list(numbers),
            "updated_at": pa.array([updated_at] * len(numbers), pa.string()),
        }
    )
    name = "+".join(numbers)
    return Batch(
        rows=rows,
        transaction=name,
        after_landing=lambda: finished.append(name) if finished is not None else None,
    )


def joined(batches: Iterable[Batch], *, landed: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return [bundle.transactions for bundle in bundles(batches, SPEC, landed.__contains__)]


def test_batches_whose_rows_have_versions_join() -> None:
    found = joined([batch("1", updated_at="2026"), batch("1", updated_at="2027")])
    assert found == [("1", "1")]


def test_batches_without_versions_join_while_no_key_comes_twice() -> None:
    assert joined([batch("1"), batch("2"), batch("1", "3")]) == [("1", "2"), ("1+3",)]


def test_a_batch_that_landed_is_finished_and_not_read() -> None:
    finished: list[str] = []
    assert joined([batch("1", finished=finished), batch("2")], landed=("1",)) == [("2",)]
    assert finished == ["1"]


def test_everything_joined_is_finished_together() -> None:
    finished: list[str] = []
    (bundle,) = bundles(
        [batch("1", finished=finished), batch("2", finished=finished)], SPEC, lambda _: False
    )
    bundle.finish()
    assert finished == ["1", "2"]


def test_a_large_batch_is_read_before_the_next_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingestion.batches.JOINED_ROWS", 1)
    asked: list[str] = []

    def connector() -> Iterator[Batch]:
        for number in ("1", "2"):
            asked.append(number)
            rows = batch(number, number).rows
            yield Batch(rows=pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches()))

    first = next(bundles(connector(), SPEC, lambda _: False))
    assert first.batch.rows.read_all().num_rows == 2
    assert asked == ["1"]


def test_a_stream_that_quotes_customers_names_their_source() -> None:
    rows = raw_rows(batch("1"), SOURCE, SPEC)
    assert rows.column("customer_source_id").to_pylist() == ["crm"]
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches())
    again = raw_rows(Batch(rows=reader.read_all().drop(["customer_source_id"])), SOURCE, SPEC)
    assert again.equals(rows)


def test_what_came_before_a_failure_is_landed_with_its_cursor() -> None:
    def failing() -> Iterator[Batch]:
        yield replace(batch("1", updated_at="2026"), cursor={"page": 1})
        yield batch("2", updated_at="2026")
        raise SourceError("the third page is missing")

    arriving = bundles(failing(), SPEC, lambda name: False)
    bundle = next(arriving)

    assert bundle.transactions == ("1", "2")
    assert bundle.batch.cursor == {"page": 1}
    with pytest.raises(SourceError, match="third page"):
        next(arriving)
