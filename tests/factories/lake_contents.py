"""What a company's lake and folders of files hold, without the runs that brought it there."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

OF_THE_RUN = ("_landed_at", "recorded_at", "changed_at", "computed_at", "run_id", "_row_hash")
"""Columns that tell when or by which run a row came, and the hash over them."""

FOLDERS = ("archive", "inbox", "rejected")


def contents(root: Path) -> dict[str, Any]:
    """The rows of every table and the hash of every file, by its place below ``root``.

    A decision about a load is taken again when a kill came between it and the load: the record
    of loads is compared without repeated lines.
    """
    tables: dict[str, Any] = {
        str(log.parent.relative_to(root)): rows_of(log.parent)
        for log in sorted(root.rglob("_delta_log"))
    }
    for name in [name for name in tables if name.endswith("_loads")]:
        tables[name] = sorted({str(row) for row in tables[name]})
    files = {
        str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in sorted(root.glob(f"*/{folder}/**/*"))
        if path.is_file()
    }
    return tables | files


def rows_of(table: Path) -> list[dict[str, Any]]:
    """The rows of one table of the lake, in order."""
    uris = DeltaTable(str(table)).file_uris()
    if not uris:
        return []
    with duckdb.connect() as connection:
        held = connection.sql(f"from read_parquet({uris}, union_by_name = true)")
        columns = ", ".join(f'"{name}"' for name in held.columns if name not in OF_THE_RUN)
        return held.project(columns).order("all").to_arrow_table().to_pylist()
