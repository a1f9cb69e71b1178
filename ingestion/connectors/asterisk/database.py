"""Queue log and call detail records that the PBX keeps in database tables.

Continues after the last id or start time, with an overlap for rows that appeared late. The
same logs kept as files belong in ``queue_log`` and ``records``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ingestion.connectors.asterisk.options import Options
from ingestion.connectors.asterisk.queue_log import event_columns
from ingestion.connectors.asterisk.records import NATIVE_CDR, cdr_columns
from ingestion.connectors.base import Batch, Cursor
from ingestion.errors import ConfigurationError, SourceError, TransientSourceError
from ingestion.settings import secret
from ingestion.sql import identifier

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "sqlite": "sqlite",
}
_EVENTS = (
    *("id", "time", "callid", "queuename", "agent", "event"),
    *("data1", "data2", "data3", "data4", "data5"),
)
_CDR_ALIASES = {"start": "calldate"}


def read_table(options: Options, stream: str, *, cursor: Cursor) -> Iterator[Batch]:
    """Yield the rows of the table of ``stream`` that are new since ``cursor``.

    Raises:
        ConfigurationError: the URL is missing or names no supported database.
        SourceError: the table or a column is missing, or ids went back.
        TransientSourceError: the database cannot be reached.
    """
    url = _url(options)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection, duckdb.connect(config={"threads": 1}) as shaper:
            table = _reflected(connection, options.streams[stream])
            reader = _read_events if stream == "queue_log" else _read_legs
            yield from reader(connection, shaper, table, options, cursor)
    except SQLAlchemyError as error:
        kind = TransientSourceError if isinstance(error, sa.exc.OperationalError) else SourceError
        detail = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        if url.password:
            detail = detail.replace(str(url.password), "***")
        raise kind(f"{url.render_as_string(hide_password=True)}: {detail}") from None
    finally:
        engine.dispose()


def _url(options: Options) -> URL:
    try:
        url = make_url(secret(options.url_env or ""))
    except ArgumentError:
        raise ConfigurationError(f"{options.url_env} does not hold a database URL") from None
    if url.get_backend_name() not in DRIVERS:
        raise ConfigurationError(
            f"{options.url_env} names {url.get_backend_name()}: it must be one of "
            f"{', '.join(DRIVERS)}"
        )
    if url.get_backend_name() != "sqlite":
        return url.set(drivername=DRIVERS[url.get_backend_name()])
    if not url.database or not Path(url.database).is_file():
        raise SourceError(f"no database file {url.database}")
    return url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})


def _reflected(connection: sa.Connection, name: str) -> sa.Table:
    try:
        return sa.Table(name, sa.MetaData(), autoload_with=connection)
    except sa.exc.NoSuchTableError:
        raise SourceError(f"there is no table {name}") from None


def _texts(table: sa.Table, native: Sequence[str], required: Sequence[str]) -> list[Any]:
    """Every native column as text under its native name; null where the table lacks it."""
    missing = [name for name in required if _CDR_ALIASES.get(name, name) not in table.c]
    if missing:
        raise SourceError(f"table {table.name} has no column {', '.join(missing)}")
    columns: list[Any] = []
    for name in native:
        column = table.c.get(_CDR_ALIASES.get(name, name))
        value = sa.null() if column is None else sa.cast(column, sa.String)
        columns.append(value.label(name))
    return columns


def _read_events(
    connection: sa.Connection,
    shaper: duckdb.DuckDBPyConnection,
    table: sa.Table,
    options: Options,
    cursor: Cursor,
) -> Iterator[Batch]:
    columns = _texts(table, _EVENTS, _EVENTS[:6])
    last = int(cursor.get("id", 0))
    highest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar()
    if highest is not None and highest < last:
        raise SourceError(
            f"table {table.name} ends at id {highest}, but id {last} was read before: it was "
            "restored or emptied; remove the cursor's source or restore the rows"
        )
    query = sa.select(*columns).where(table.c.id > last - options.overlap_rows)
    select = f"""
        id as event_id, id as event_order, "time" as occurred_at, callid as call_id,
        queuename as queue, agent, {event_columns(options.extension_digits)}
    """
    prepared = "select * replace (upper(trim(event)) as event, trim(data2) as data2) from page"
    for page in _pages(connection, query.order_by(table.c.id), _EVENTS, options.batch_rows):
        last = max(last, int(page.column("id")[-1].as_py()))
        yield Batch(rows=_shaped(shaper, page, select, prepared, table.name), cursor={"id": last})


def _read_legs(
    connection: sa.Connection,
    shaper: duckdb.DuckDBPyConnection,
    table: sa.Table,
    options: Options,
    cursor: Cursor,
) -> Iterator[Batch]:
    columns = _texts(table, NATIVE_CDR, ("start", "uniqueid", "duration", "billsec"))
    started = table.c.calldate
    query = sa.select(*columns).order_by(started, table.c.uniqueid)
    last = cursor.get("calldate", "")
    if last:
        since = datetime.fromisoformat(last) - timedelta(hours=options.overlap_hours)
        is_text = isinstance(started.type, sa.String)
        query = query.where(started >= (since.isoformat(sep=" ") if is_text else since))
    end = 'try_cast("start" as timestamp) + to_seconds(try_cast(duration as bigint))'
    answer = f"({end}) - to_seconds(try_cast(billsec as bigint))"
    prepared = f"""
        select * replace (
            case when disposition = 'ANSWERED' then {_local(answer)} end as answer,
            {_local(end)} as "end"
        ) from page
    """
    select = cdr_columns(options.extension_digits)
    for page in _pages(connection, query, NATIVE_CDR, options.batch_rows):
        last = max(last, page.column("start")[-1].as_py())
        yield Batch(
            rows=_shaped(shaper, page, select, prepared, table.name), cursor={"calldate": last}
        )


def _local(moment: str) -> str:
    return f"strftime({moment}, '%Y-%m-%d %H:%M:%S')"


def _pages(
    connection: sa.Connection, query: sa.Select[Any], names: Sequence[str], rows: int
) -> Iterator[pa.Table]:
    """The result as tables of text with a running ``_row``, streamed from the server."""
    result = connection.execution_options(stream_results=True, yield_per=rows).execute(query)
    count = 0
    for part in result.partitions():
        columns = zip(*part, strict=True)
        page = pa.table(
            {
                name: pa.array(values, pa.string())
                for name, values in zip(names, columns, strict=True)
            }
        )
        numbers = pa.array(range(count + 1, count + len(part) + 1), pa.int64())
        count += len(part)
        yield page.append_column("_row", numbers)


def _shaped(
    shaper: duckdb.DuckDBPyConnection, page: pa.Table, select: str, prepared: str, table: str
) -> pa.Table:
    empty = ", ".join(
        f"nullif({identifier(name)}, '') as {identifier(name)}"
        for name in page.column_names
        if name != "_row"
    )
    shaper.register("arrived", page)
    shaper.execute(f"create or replace temp view page as select {empty}, _row from arrived")
    return shaper.sql(
        f"select {select}, $file as _file, _row from ({prepared}) order by _row",
        params={"file": table},
    ).to_arrow_table()
