"""What is published, as the oldest supported client opens it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from serving import publish
from tests.serving.conftest import RELATIONS, facts

READ = """
import json, sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
names = connection.execute("select table_name from duckdb_tables()").fetchall()
counts = {name: len(connection.execute(f'from marts."{name}"').fetchall()) for (name,) in names}
print(json.dumps([duckdb.__version__, counts]))
"""


@pytest.mark.old_client
def test_a_client_of_duckdb_1_2_reads_every_published_table(warehouse: Path, marts: Path) -> None:
    """Fault 62; the client lies in the folder that ``CX_TEST_OLD_DUCKDB`` names."""
    publish(warehouse, marts, relations=RELATIONS, run_id="run1", facts=facts("run1"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from core.dim_calendar where rowid = 3")
    # A version that began as the one before, with rows that are deleted in its file.
    published = publish(warehouse, marts, relations=RELATIONS, run_id="run2", facts=facts("run2"))

    done = subprocess.run(
        [sys.executable, "-c", READ, str(published.database)],
        env=os.environ | {"PYTHONPATH": os.environ["CX_TEST_OLD_DUCKDB"]},
        capture_output=True,
        text=True,
        check=True,
    )

    version, counts = json.loads(done.stdout)
    assert version.startswith("1.2.")
    assert counts == {**published.row_counts, "_meta": 1}
