"""Extraction: every configured stream from its source into the lake, side by side.

One failed stream never stops the others and never passes in silence: each gives one result.
Reading belongs to the connectors, typing to ``conform``, committing to ``landing``.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from ingestion.anonymity import check_anonymous, without_persons, without_records
from ingestion.batches import Bundle, bundles, raw_rows
from ingestion.conform import Conformed, conform
from ingestion.erasure.door import keep_out, keep_out_unread
from ingestion.erasure.suppression import Suppressed, suppressed
from ingestion.errors import IngestionError, QuotaExceededError
from ingestion.keyring import key_of_lake
from ingestion.lake import Lake, count_rows, open_table, source_states
from ingestion.landing import Arrival, Load, land
from ingestion.loads import LoadDecision, record
from ingestion.registry import connector
from ingestion.results import StreamResult, StreamTask, Tally
from ingestion.settings import Home, Sources
from ingestion.sql import connect

LOGGER = logging.getLogger(__name__)
WORKERS = 2
MEMORY_LIMIT = "2GB"


def configured_streams(sources: Sources) -> list[StreamTask]:
    """The streams that the sources ask for, after checking every setting.

    Raises:
        ConfigurationError: a connector, an option or a stream that does not exist.
    """
    tasks = []
    for source in sources.sources:
        module = connector(source.connector)
        module.check(source)
        for name in module.configured(source):
            check_anonymous(source, module.STREAMS[name])
            tasks.append(StreamTask(source=source, spec=module.STREAMS[name]))
    return tasks


def extract(
    sources: Sources,
    home: Home,
    tasks: Sequence[StreamTask],
    on_result: Callable[[StreamResult], None] = lambda result: None,
) -> list[StreamResult]:
    """Bring every task's new rows into the lake and tell the result of each, in task order.

    A source's failure is a result with status ``failed``, never an exception.
    """
    key = key_of_lake(sources, home)
    erased = suppressed(home, key)
    results: dict[str, StreamResult] = {}
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        waiting = {pool.submit(_extract_one, home, task, key, erased): task for task in tasks}
        for done in as_completed(waiting):
            results[waiting[done].name] = done.result()
            on_result(done.result())
    return [results[task.name] for task in tasks]


def _extract_one(home: Home, task: StreamTask, key: bytes, erased: Suppressed) -> StreamResult:
    started = time.monotonic()
    tally = Tally(task)
    try:
        try:
            _read_and_land(home, task, key, erased, tally)
        finally:
            _measure(home, task, tally)
    except QuotaExceededError as error:
        tally.pause(str(error))
    except IngestionError as error:
        tally.fail(str(error))
    except OSError as error:
        tally.fail(f"{error.strerror or error}: {error.filename or home.lake}")
    except Exception as error:
        # The boundary that keeps one broken stream from ending the night for all others.
        LOGGER.exception("%s", task.name)
        tally.fail(f"unexpected {type(error).__name__}: {error}".splitlines()[0])
    return tally.result(time.monotonic() - started)


def _read_and_land(
    home: Home, task: StreamTask, key: bytes, erased: Suppressed, tally: Tally
) -> None:
    lake, source, spec = Lake(home.lake), task.source, task.spec
    table = open_table(lake.table(spec))
    states = source_states(table)
    cursor = states[source.id].cursor if source.id in states else {}
    inbox = home.inbox / source.id

    def has_landed(transaction: str) -> bool:
        return bool(table and table.transaction_version(transaction))

    with connect(memory_limit=MEMORY_LIMIT, threads=1) as connection:
        batches = connector(source.connector).read(source, spec.name, cursor=cursor, inbox=inbox)
        for bundle in bundles(batches, spec, has_landed):
            batch = bundle.batch
            conventions = source.conventions_of(spec.name).replaced(batch.conventions)
            conformed = conform(
                connection,
                raw_rows(batch, source, spec),
                spec=spec,
                conventions=conventions,
                source_id=source.id,
                key=key,
            )
            conformed = keep_out(connection, conformed, spec, erased, conventions, key)
            unread = batch.rejects
            if unread is not None:
                unread = keep_out_unread(unread, spec, source, erased)
            if source.anonymous:
                zone = source.conventions_of(spec.name).time_zone
                conformed = without_persons(connection, conformed, spec, time_zone=zone)
                unread = without_records(unread) if unread is not None else None
            if batch.rejects is not None and unread is not None:
                conformed = _with_unread(connection, conformed, unread, len(batch.rejects))
            load = _land_bundle(connection, lake, task, bundle, conformed, tally)
            if not batch.keys_only or load.load_seq:
                tally.add(conformed, load)
            tally.note(batch.note)
            bundle.finish()


def _measure(home: Home, task: StreamTask, tally: Tally) -> None:
    """Tell what the table holds now, also where the read stopped in its middle."""
    table = open_table(Lake(home.lake).table(task.spec))
    state = source_states(table).get(task.source.id)
    tally.data_through = state.data_through if state else None
    tally.rows_in_lake = count_rows(table)


def _land_bundle(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    task: StreamTask,
    bundle: Bundle,
    conformed: Conformed,
    tally: Tally,
) -> Load:
    now = datetime.now(UTC)
    share = conformed.count_rejected / max(conformed.count_read, 1)
    reason = f"{share:.0%} of {conformed.count_read} rows were refused"

    def hold(load_seq: int) -> None:
        tally.hold(reason)
        record(lake, [_held(task, load_seq, reason, now)])

    arrival = Arrival(
        source_id=task.source.id,
        conformed=conformed,
        cursor=dict(bundle.batch.cursor),
        landed_at=now,
        transactions=bundle.transactions,
        is_snapshot=bundle.batch.is_snapshot,
        keys_only=bundle.batch.keys_only,
        conventions=bundle.batch.conventions,
        before_commit=hold if share > task.source.budget.hard else None,
    )
    return land(connection, lake, task.spec, arrival)


def _held(task: StreamTask, load_seq: int, reason: str, now: datetime) -> LoadDecision:
    return LoadDecision(
        table=task.spec.table,
        source_id=task.source.id,
        load_seq=load_seq,
        status="held",
        reason=reason,
        recorded_at=now,
    )


def _with_unread(
    connection: duckdb.DuckDBPyConnection, conformed: Conformed, unread: pa.Table, read: int
) -> Conformed:
    """Join records that could not be split into columns to those that could not be typed."""
    connection.register("unread", unread)
    connection.execute(
        "create or replace temp table unread_and_rejects as "
        f"select * from {conformed.rejects} union all by name "
        "select *, 'rejected' as action, null::varchar as source_id from unread"
    )
    connection.unregister("unread")
    return replace(
        conformed,
        rejects="unread_and_rejects",
        count_read=conformed.count_read + read,
        count_rejected=conformed.count_rejected + unread.num_rows,
        count_erased=conformed.count_erased + read - unread.num_rows,
    )
