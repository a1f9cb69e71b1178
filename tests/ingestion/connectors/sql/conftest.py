"""The same tests against every database: SQLite, a real Postgres, MariaDB where there is one."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from ingestion.connectors import sql
from ingestion.connectors.base import Batch, Cursor
from ingestion.settings import Source
from tests.factories.postgres import running_postgres

CUSTOMERS = {
    "customer_number": "id",
    "full_name": "name",
    "segment": {"from": "tier", "values": {"A": "gold", "B": "silver"}},
    "updated_at": "changed",
}


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database that a test fills, and the source that reads it."""

    engine: sa.Engine
    inbox: Path

    def run(self, statement: str, rows: Sequence[dict[str, Any]] = ()) -> None:
        """Execute and commit, once per row."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), list(rows) or None)

    def customers(self, *rows: tuple[int, str, str, str | None]) -> None:
        """Insert rows (id, name, tier, changed)."""
        names = ("id", "name", "tier", "changed")
        self.run(
            "insert into customers (id, name, tier, changed) values (:id, :name, :tier, :changed)",
            [dict(zip(names, row, strict=True)) for row in rows],
        )

    def source(self, **stream: Any) -> Source:
        """A source with the stream ``customers``, read from its table by default."""
        settings = {"columns": CUSTOMERS} | stream
        if "query" not in settings:
            settings.setdefault("table", "customers")
        return Source(
            id="crm",
            connector="sql",
            options={"url_env": "CX_TEST_URL"},
            streams={"customers": settings},
        )

    def read(self, after: Cursor | None = None, /, **stream: Any) -> list[Batch]:
        """Every batch of one read, as tables."""
        source = self.source(**stream)
        found = []
        for batch in sql.read(source, "customers", cursor=after or {}, inbox=self.inbox):
            if isinstance(batch.rows, pa.RecordBatchReader):
                object.__setattr__(batch, "rows", batch.rows.read_all())
            found.append(batch)
        return found


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    yield from running_postgres()


@pytest.fixture(params=["sqlite", "postgres", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    elif request.param == "mariadb":
        url = os.environ["CX_TEST_MARIADB_URL"]
    else:
        url = f"sqlite:///{tmp_path}/crm.sqlite"
    monkeypatch.setenv("CX_TEST_URL", url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    made = Database(engine=engine, inbox=tmp_path)
    if request.param == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("pragma journal_mode = wal")
    made.run("drop table if exists customers")
    kind = {"sqlite": "text", "postgres": "timestamp", "mariadb": "datetime"}[request.param]
    made.run(
        "create table customers (id integer primary key, name varchar(100), tier varchar(10), "
        f"changed {kind})"
    )
    yield made
    engine.dispose()


def column(batches: list[Batch], name: str) -> list[Any]:
    """The values of one column over all batches."""
    return [value for batch in batches for value in batch.rows.column(name).to_pylist()]
