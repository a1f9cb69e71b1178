"""Typing and landing beside DuckDB's own COPY to Parquet of the same rows.

The same rows: the declared columns cast, and the envelope that makes them loadable again.
Goal: conform and land at half of that speed or better.
    python -m benchmarks.ingest [rows]
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from benchmarks.measure import cpu_of
from ingestion.conform import conform
from ingestion.entities import entity
from ingestion.lake import Lake
from ingestion.landing import Arrival, land
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


def main() -> None:
    """Print the ratio."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    raw = raw_orders(rows)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        same = cpu_of(lambda: copy(raw, folder, ENVELOPE + COLUMNS))
        narrow = cpu_of(lambda: copy(raw, folder, COLUMNS))
        ours = cpu_of(lambda: conform_and_land(raw, folder))
    print(f"{rows} rows: conform and land {ours:.2f} CPU-s")
    print(f"COPY of the same rows, envelope and hash included: {same:.2f} CPU-s")
    print(f"speed relative to it: {same / ours:.2f} (goal: at least 0.5)")
    print(f"relative to a COPY of the declared columns alone: {narrow / ours:.2f}")


if __name__ == "__main__":
    main()
