"""A build within the memory that a night gives it: what does not fit goes to the disk."""

import multiprocessing
import resource
from pathlib import Path

import duckdb

MEGABYTE = 1024 * 1024
LIMIT = 100
BESIDE = 150
"""Megabytes that the process and its libraries need whatever it builds."""

BUILD = """
create table built as
select number, md5(number::varchar) as name from range(3_000_000) as rows(number)
order by name
"""
"""Several times the limit to sort."""


def build(database: Path) -> None:
    """Build under a limit of the operating system, which kills what goes beyond."""
    bytes_allowed = (LIMIT + BESIDE) * MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_allowed, bytes_allowed))
    settings = {"memory_limit": f"{LIMIT}MB", "threads": "1", "preserve_insertion_order": "false"}
    with duckdb.connect(str(database), config=settings) as connection:
        connection.execute(BUILD)


def test_a_build_of_more_than_its_memory_spills_under_a_limit_of_the_system(
    tmp_path: Path,
) -> None:
    """Fault 16."""
    database = tmp_path / "warehouse.duckdb"
    child = multiprocessing.get_context("spawn").Process(target=build, args=(database,))
    child.start()
    child.join()

    assert child.exitcode == 0
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("select count(*) from built").fetchall() == [(3_000_000,)]
    assert not list(tmp_path.glob("*.tmp/*"))
