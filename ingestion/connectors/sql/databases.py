"""Connections: one read-only snapshot of a database, and what its errors mean for a person.

No message carries the URL, the host or the password. What is read belongs in ``reading``.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from ingestion.connectors.sql.options import SqlOptions
from ingestion.errors import ConfigurationError, SourceError, TransientSourceError
from ingestion.settings import secret

ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 1.0
CONNECT_SECONDS = 10
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}
SNAPSHOT = {
    "postgresql": ("set local time zone 'UTC'", "set local datestyle = 'ISO, YMD'"),
    "mysql": (
        "set time_zone = '+00:00'",
        "set session transaction isolation level repeatable read",
        "start transaction with consistent snapshot, read only",
    ),
    "sqlite": ("begin",),
}
"""What makes the whole read one unchanging, unambiguous view of the data."""

REFUSED = (
    *("authentication failed", "access denied", "no password supplied", "no pg_hba.conf entry"),
    *("does not exist", "unknown database"),
)
"""Words of an answer that asking again cannot change."""

Sleep = Callable[[float], None]


@contextmanager
def snapshot_of(
    options: SqlOptions, source_id: str, inbox: Path, *, sleep: Sleep = time.sleep
) -> Iterator[sa.Connection]:
    """A connection on which every statement sees the same state and none can write.

    Args:
        options: where the database is.
        source_id: for messages.
        inbox: where a SQLite file lies.
        sleep: waits between attempts to connect.

    Raises:
        ConfigurationError: the environment variable holds no URL of a supported database.
        SourceError: the database refuses the login, or a statement.
        TransientSourceError: it cannot be reached, or stopped answering.
    """
    engine = _engine(options, source_id, inbox)
    try:
        with _connected(engine, source_id, sleep) as connection:
            for statement in SNAPSHOT[engine.dialect.name]:
                connection.exec_driver_sql(statement)
            yield connection
    except DBAPIError as error:
        if error.connection_invalidated or _is_passing(error):
            raise TransientSourceError(
                f"source {source_id}: the database stopped the read; it may answer later"
            ) from None
        raise SourceError(f"source {source_id}: {_reason(error)}") from None
    except SQLAlchemyError as error:
        raise SourceError(f"source {source_id}: the read failed ({type(error).__name__})") from None
    finally:
        engine.dispose()


def _engine(options: SqlOptions, source_id: str, inbox: Path) -> sa.Engine:
    path = options.sqlite_file()
    if path:
        return _sqlite_engine(inbox / path, source_id, inside=inbox)
    url = _secret_url(options.url_env or "")
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite_engine(Path(url.database or ""), source_id)
    arguments: dict[str, object] = {"connect_timeout": CONNECT_SECONDS}
    if backend == "mysql":
        arguments["charset"] = "utf8mb4"
    return sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)


def _secret_url(variable: str) -> URL:
    try:
        url = make_url(secret(variable))
        return url.set(drivername=DRIVERS[url.drivername.split("+")[0]])
    except (ArgumentError, KeyError):
        allowed = ", ".join(sorted(DRIVERS))
        raise ConfigurationError(
            f"environment variable {variable} must hold a database URL that begins with one of "
            f"{allowed}"
        ) from None


def _sqlite_engine(path: Path, source_id: str, inside: Path | None = None) -> sa.Engine:
    resolved = path.resolve()
    if inside and not resolved.is_relative_to(inside.resolve()):
        raise SourceError(f"source {source_id}: {path.name} lies outside the inbox")
    if not resolved.is_file():
        raise SourceError(f"source {source_id}: there is no database file {path}")

    def connect() -> sqlite3.Connection:
        # batches are consumed by other threads than the one that connects, never at once
        return sqlite3.connect(
            f"file:{quote(str(resolved))}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=CONNECT_SECONDS,
        )

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)


@contextmanager
def _connected(engine: sa.Engine, source_id: str, sleep: Sleep) -> Iterator[sa.Connection]:
    connection = _retried(engine, source_id, sleep)
    try:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        yield connection
    finally:
        connection.close()


def _retried(engine: sa.Engine, source_id: str, sleep: Sleep) -> sa.Connection:
    for attempt in range(ATTEMPTS):
        try:
            return engine.connect()
        except DBAPIError as error:
            if any(word in str(error.orig).lower() for word in REFUSED):
                raise SourceError(
                    f"source {source_id}: the database refuses the login; check user, password "
                    "and database name"
                ) from None
        if attempt + 1 < ATTEMPTS:
            sleep(FIRST_PAUSE_SECONDS * 2**attempt)
    raise TransientSourceError(
        f"source {source_id}: the database cannot be reached ({ATTEMPTS} attempts)"
    )


def _is_passing(error: DBAPIError) -> bool:
    """Locks, conflicts, lack of resources and restarts, by SQLSTATE class or SQLite's words."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return state[:2] in {"08", "40", "53", "57"} or "database is locked" in str(error.orig)


def _reason(error: DBAPIError) -> str:
    """The server's own sentence; unlike the driver's text it names neither host nor user."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.message_primary or "the database refused a statement")
    arguments = getattr(error.orig, "args", ())
    return str(arguments[-1]).splitlines()[0] if arguments else type(error.orig).__name__
