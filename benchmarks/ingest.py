"""Typing and landing beside DuckDB's own COPY to Parquet of the same rows, and beside JSON.

The same rows: the declared columns cast, and the envelope that makes them loadable again.
Goals: conform and land at half of that speed or better; 20,000 rows a second and core from
the parsed records of a REST source to the lake.
    python -m benchmarks.ingest [rows]
"""

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from benchmarks.measure import cpu_of
from ingestion.conform import conform
from ingestion.entities import entity
from ingestion.lake import Lake
from ingestion.landing import Arrival, land
from ingestion.readers.json_values import DECODER
from ingestion.readers.mapping import ColumnSource
from ingestion.readers.records import RecordTable
from ingestion.settings import Conventions
from ingestion.sql import connect

SPEC = entity("orders")
KEY = b"a key for measuring only"


def raw_orders(rows: int) -> pa.Table:
    """Orders as text, the way a CSV reader yields them."""
    orders = connect().sql(
        f"""
        select
            'o' || i as order_number,
            'c' || (i % 5000) as customer_number,
            'crm' as customer_source_id,
            (timestamp '2024-01-01' + to_minutes(i::integer))::varchar as ordered_at,
            ['completed', 'returned', 'cancelled'][i % 3 + 1] as status,
            'web' as channel,
            'hypermarket' as product_name,
            'Tehran' as market,
            (i % 100000)::varchar || '.' || lpad((i % 100)::varchar, 2, '0') as amount,
            'IRR' as currency_code,
            (timestamp '2024-01-02' + to_minutes(i::integer))::varchar as updated_at,
            'orders.csv' as _file,
            i as _row
        from range({rows}) as numbers(i)
        """
    )
    return orders.to_arrow_table()


COLUMNS = """
    order_number, customer_number, customer_source_id, ordered_at::timestamptz as ordered_at,
    status, channel, product_name, market, amount::decimal(18, 2) as amount, currency_code,
    updated_at::timestamptz as updated_at
"""
ENVELOPE = """
    'bench' as _source_id, 1::bigint as _load_seq, now() as _landed_at, 'upsert' as _op,
    order_number as source_id, epoch_us(updated_at::timestamptz) as source_version,
    updated_at::timestamptz as source_updated_at, updated_at as source_updated_at_raw,
    md5(concat_ws(chr(0), order_number, customer_number, customer_source_id, ordered_at, status,
        channel, product_name, market, amount, currency_code, updated_at)) as _row_hash,
    null::varchar as _extra,
"""


def copy(raw: pa.Table, folder: Path, selected: str) -> None:
    """DuckDB alone: plain casts without any judgment, to one Parquet file."""
    with connect(threads=1) as connection:
        connection.register("raw", raw)
        file = folder / "yardstick.parquet"
        connection.execute(f"copy (select {selected} from raw) to '{file}'")


def conform_and_land(raw: pa.Table, folder: Path) -> None:
    """What a night does with these rows."""
    with connect(threads=1) as connection:
        conformed = conform(
            connection, raw, spec=SPEC, conventions=Conventions(), source_id="bench", key=KEY
        )
        land(
            connection,
            Lake(Path(tempfile.mkdtemp(dir=folder))),
            SPEC,
            Arrival(source_id="bench", conformed=conformed, cursor={}, landed_at=datetime.now(UTC)),
        )


PAGE = 1_000
JSON_COLUMNS = {
    "order_number": "id",
    "customer_number": "customer.id",
    "ordered_at": "ordered_at",
    "status": "status",
    "channel": "channel",
    "product_name": "lines.0.product",
    "market": "market",
    "amount": "amount",
    "currency_code": "currency",
    "updated_at": "updated_at",
}


def json_orders(rows: int) -> list[Any]:
    """Pages of nested records, decoded the way the REST connector does it."""
    record = (
        '{"id": %d, "customer": {"id": %d, "name": "Ann"}, "status": "completed", "note": null, '
        '"ordered_at": "2026-01-31T10:00:00Z", "updated_at": "2026-02-01T10:00:00Z", '
        '"channel": "web", "market": "Tehran", "amount": 120.50, "currency": "IRR", '
        '"lines": [{"product": "hypermarket", "count": 2}], "tags": ["a", "b"]}'
    )
    pages = range(0, rows, PAGE)
    return [
        DECODER.decode(f"[{','.join(record % (i, i % 5000) for i in range(p, p + PAGE))}]")
        for p in pages
    ]


def records_to_lake(pages: Sequence[Any], folder: Path) -> None:
    """What a night does with the parsed pages of a REST source."""
    table = RecordTable(
        stream=SPEC,
        columns={
            name: ColumnSource.model_validate({"from": p}) for name, p in JSON_COLUMNS.items()
        },
        zone=ZoneInfo("UTC"),
        where="orders",
    )
    conform_and_land(pa.Table.from_batches([table.rows(page).rows for page in pages]), folder)


def main() -> None:
    """Print the ratio and the speed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    raw = raw_orders(rows)
    pages = json_orders(min(rows, 200_000))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        same = cpu_of(lambda: copy(raw, folder, ENVELOPE + COLUMNS))
        narrow = cpu_of(lambda: copy(raw, folder, COLUMNS))
        ours = cpu_of(lambda: conform_and_land(raw, folder))
        parsed = cpu_of(lambda: records_to_lake(pages, folder))
    print(f"{rows} rows: conform and land {ours:.2f} CPU-s")
    print(f"COPY of the same rows, envelope and hash included: {same:.2f} CPU-s")
    print(f"speed relative to it: {same / ours:.2f} (goal: at least 0.5)")
    print(f"relative to a COPY of the declared columns alone: {narrow / ours:.2f}")
    speed = len(pages) * PAGE / parsed
    print(f"parsed JSON to the lake: {speed:,.0f} rows per second and core (goal: 20,000)")


if __name__ == "__main__":
    main()
