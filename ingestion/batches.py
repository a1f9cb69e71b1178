"""Batches on their way from a connector to typing: skipped when landed, joined when small.

Typing and committing cost the same for ten rows as for ten thousand, so a drop of many small
files lands as one load. What a batch is belongs in ``connectors.base``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.connectors.base import Batch
from ingestion.errors import IngestionError
from ingestion.settings import Source
from ingestion.stream import StreamSpec

JOINED_ROWS = 200_000


@dataclass(frozen=True)
class Bundle:
    """One batch to land, with the names of every transaction that it carries."""

    batch: Batch
    transactions: tuple[str, ...]

    def finish(self) -> None:
        """Do what the connector wants done once the rows are safe."""
        if self.batch.after_landing:
            self.batch.after_landing()


def bundles(
    batches: Iterable[Batch], spec: StreamSpec, has_landed: Callable[[str], bool]
) -> Iterator[Bundle]:
    """Join consecutive small batches of one shape; finish those that have landed already.

    Batches are joined only where the order of their landing decides nothing: every row has a
    version, or no key comes twice. When the source fails, what it gave before is yielded first.
    """
    waiting: list[Batch] = []
    failure: IngestionError | None = None
    arriving = iter(batches)
    while True:
        try:
            batch = next(arriving)
        except StopIteration:
            break
        except IngestionError as error:
            failure = error
            break
        if batch.transaction and has_landed(batch.transaction):
            Bundle(batch, ()).finish()
            continue
        arrived = replace(batch, rows=_small_or_stream(batch.rows))
        if waiting and not _fit(waiting, arrived, spec):
            yield _bundle(waiting)
            waiting = []
        if isinstance(arrived.rows, pa.Table):
            waiting.append(arrived)
        else:
            # A stream lives only until the connector is asked for its next batch.
            yield _bundle([arrived])
    if waiting:
        yield _bundle(waiting)
    if failure:
        raise failure


def raw_rows(batch: Batch, source: Source, spec: StreamSpec) -> pa.Table | pa.RecordBatchReader:
    """The batch's rows with the constants that the pipeline knows and the source does not.

    A stream that quotes customer numbers names the source they belong to; a list of living
    keys is marked so that only its keys are typed.
    """
    rows, constants = batch.rows, {}
    quotes = any(column.name == "customer_source_id" for column in spec.columns)
    if quotes and "customer_source_id" not in rows.schema.names:
        constants["customer_source_id"] = source.customers_of or source.id
    if batch.keys_only:
        constants["_op"] = "delete"
    if not constants:
        return rows
    if isinstance(rows, pa.Table):
        for name, value in constants.items():
            rows = rows.append_column(name, pa.repeat(value, rows.num_rows))
        return rows
    schema = rows.schema
    for name in constants:
        schema = schema.append(pa.field(name, pa.string()))

    def parts() -> Iterator[pa.RecordBatch]:
        for part in rows:
            added = [pa.repeat(value, part.num_rows) for value in constants.values()]
            yield pa.RecordBatch.from_arrays([*part.columns, *added], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, parts())


def _small_or_stream(rows: pa.Table | pa.RecordBatchReader) -> pa.Table | pa.RecordBatchReader:
    """A table when the rows are few, else the stream that they are."""
    if isinstance(rows, pa.Table):
        return rows
    parts: list[pa.RecordBatch] = []
    for part in rows:
        parts.append(part)
        if sum(part.num_rows for part in parts) > JOINED_ROWS:
            return pa.RecordBatchReader.from_batches(rows.schema, chain(parts, rows))
    return pa.Table.from_batches(parts, schema=rows.schema)


def _fit(waiting: list[Batch], arrived: Batch, spec: StreamSpec) -> bool:
    first = waiting[0]
    if any(batch.is_snapshot or not isinstance(batch.rows, pa.Table) for batch in (first, arrived)):
        return False
    same = first.rows.schema == arrived.rows.schema and first.conventions == arrived.conventions
    count = sum(batch.rows.num_rows for batch in waiting) + arrived.rows.num_rows
    if not same or count > JOINED_ROWS:
        return False
    versioned = all(_is_versioned(batch, spec) for batch in (first, arrived))
    return versioned or not any(_share_a_key(batch, arrived, spec) for batch in waiting)


def _is_versioned(batch: Batch, spec: StreamSpec) -> bool:
    names = batch.rows.schema.names
    return spec.version in names and not batch.rows.column(spec.version).null_count


def _share_a_key(one: Batch, other: Batch, spec: StreamSpec) -> bool:
    if not set(spec.key) <= set(one.rows.schema.names):
        return True
    found = pc.is_in(_keys(other, spec), value_set=_keys(one, spec))
    return bool(pc.any(found).as_py())


def _keys(batch: Batch, spec: StreamSpec) -> pa.Array:
    columns = [pc.cast(batch.rows.column(name), pa.string()) for name in spec.key]
    return pc.binary_join_element_wise(*columns, "|").combine_chunks()


def _bundle(batches: list[Batch]) -> Bundle:
    transactions = tuple(batch.transaction for batch in batches if batch.transaction)
    if len(batches) == 1:
        return Bundle(batches[0], transactions)
    rejects = [batch.rejects for batch in batches if batch.rejects is not None]

    def finish_all() -> None:
        for batch in batches:
            Bundle(batch, ()).finish()

    joined = replace(
        batches[-1],
        rows=pa.concat_tables([batch.rows for batch in batches]),
        cursor=next((batch.cursor for batch in reversed(batches) if batch.cursor), {}),
        rejects=pa.concat_tables(rejects) if rejects else None,
        note=" ".join(dict.fromkeys(batch.note for batch in batches if batch.note)),
        after_landing=finish_all,
    )
    return Bundle(joined, transactions)
