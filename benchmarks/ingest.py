"""Typing and landing beside DuckDB's own COPY to Parquet of the same rows.

Goal: conform and land at half of that speed or better.
    python -m benchmarks.ingest [rows]
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
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
    return duckdb.sql(
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
    ).to_arrow_table()


def copy_typed(raw: pa.Table, folder: Path) -> None:
    """The yardstick: the same rows, cast by DuckDB alone, to one Parquet file."""
    with connect(threads=1) as connection:
        connection.register("raw", raw)
        connection.execute(
            f"""
            copy (
                select * replace (
                    ordered_at::timestamp as ordered_at,
                    amount::decimal(18, 2) as amount,
                    updated_at::timestamp as updated_at
                )
                from raw
            ) to '{folder / "yardstick.parquet"}'
            """
        )


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
        yardstick = cpu_of(lambda: copy_typed(raw, folder))
        ours = cpu_of(lambda: conform_and_land(raw, folder))
    print(f"{rows} rows: COPY {yardstick:.2f} CPU-s, conform and land {ours:.2f} CPU-s")
    print(f"speed relative to COPY: {yardstick / ours:.2f} (goal: at least 0.5)")


if __name__ == "__main__":
    main()
