"""Landing: typed rows into the lake, once, together with the cursor they bring.

The only writer of stream tables. One batch is one Delta commit that carries the rows, the
source's cursor and the load's number, so a kill leaves either all of it or nothing. Typing
belongs in ``conform``, refusals in ``quarantine``, what a night reads in ``freezing``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import duckdb
from deltalake import CommitProperties, DeltaTable, Transaction

from ingestion.companions import beside, write_companions
from ingestion.conform import Conformed
from ingestion.drift import refuse_drift
from ingestion.durable import commit
from ingestion.errors import SourceError
from ingestion.holdings import IS_KNOWN, conflicting_keys, known_rows, living_keys
from ingestion.lake import (
    SEQUENCE,
    STATE,
    Lake,
    SourceState,
    last_load,
    open_table,
    source_states,
    state_json,
)
from ingestion.sql import identifier, literal
from ingestion.stream import EXTRA, StreamSpec

NAMES_OF_EXTRA = f"cast(to_json(json_keys({EXTRA})) as varchar)"
"""What lands of undeclared columns; the companion holds their values."""

COPIED = "landing_rows"
"""Temporary table of the rows to commit, where they are not all accepted ones."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What became of one batch.

    Args:
        load_seq: number of the load in its table; 0 when nothing was committed.
        rows_landed: rows in the commit, tombstones included.
        rows_unchanged: accepted rows that the lake already holds.
        rows_deleted: tombstones among the landed rows.
        rows_conflicting: records that came with two contents under one version.
    """

    load_seq: int
    rows_landed: int = 0
    rows_unchanged: int = 0
    rows_deleted: int = 0
    rows_conflicting: int = 0


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One conformed batch on its way in.

    Args:
        source_id: instance it comes from.
        conformed: accepted, restricted and refused rows, as tables of ``connection``.
        cursor: where the source continues after it.
        landed_at: time of the landing.
        transactions: names that may land only once.
        is_snapshot, keys_only: see ``connectors.base.Batch``.
        may_be_empty: a snapshot without rows is meant, because nobody has to send it.
        default_version: ``source_version`` of rows without one; the load's number if None.
        conventions: what the batch knew of its values, see ``connectors.base.Batch``.
        before_commit: called with the load's number just before the rows become visible.
    """

    source_id: str
    conformed: Conformed
    cursor: dict[str, Any]
    landed_at: datetime
    transactions: tuple[str, ...] = ()
    is_snapshot: bool = False
    keys_only: bool = False
    may_be_empty: bool = False
    default_version: int | None = None
    conventions: Mapping[str, Any] = field(default_factory=dict)
    before_commit: Callable[[int], None] | None = None


def land(
    connection: duckdb.DuckDBPyConnection, lake: Lake, spec: StreamSpec, arrival: Arrival
) -> Load:
    """Commit one batch to the lake; one whose transaction landed already changes nothing.

    Raises:
        SchemaDriftError: the landed table has a column of another type than the spec.
        SourceError: an empty snapshot of a table that holds living rows.
    """
    with lake.lock(spec):
        table = open_table(lake.table(spec))
        if table and any(map(table.transaction_version, arrival.transactions)):
            return Load(load_seq=0)
        refuse_drift(table, spec)
        load_seq = last_load(table) + 1
        load = _stage(connection, table, spec, arrival, load_seq)
        load = replace(load, rows_conflicting=_count_conflicts(connection, table, arrival))
        is_news = load.rows_landed or arrival.conformed.count_rejected or arrival.transactions
        if not is_news and _states(table, arrival) == source_states(table):
            return replace(load, load_seq=0)
        conformed = arrival.conformed
        # Where every row lands there is nothing to choose among its clear values.
        if load.rows_landed - load.rows_deleted < conformed.count_accepted:
            conformed = beside(connection, conformed, "landing")
        write_companions(
            connection,
            lake,
            spec,
            conformed,
            source_id=arrival.source_id,
            load_seq=load_seq,
            landed_at=arrival.landed_at,
            conventions=arrival.conventions,
        )
        if arrival.before_commit:
            arrival.before_commit(load_seq)
        _commit(connection, lake, spec, arrival, load_seq, table)
        return load


def _stage(
    connection: duckdb.DuckDBPyConnection,
    table: DeltaTable | None,
    spec: StreamSpec,
    arrival: Arrival,
    load_seq: int,
) -> Load:
    """Make ``landing`` the rows to commit: copied only where rows are left out or added."""
    version = load_seq if arrival.default_version is None else arrival.default_version
    chosen = _cast(
        spec,
        {name: identifier(name) for name in spec.lake_schema}
        | _constants(arrival, load_seq)
        | {"source_version": f"coalesce(source_version, {version})", EXTRA: NAMES_OF_EXTRA},
    )
    news = _only_news(connection, table, spec, arrival)
    arrived = f"select {chosen} from {arrival.conformed.accepted} as arrived {news}"
    if not news and not arrival.is_snapshot:
        connection.execute(f"create or replace temp view landing as {arrived}")
        return Load(load_seq=load_seq, rows_landed=arrival.conformed.count_accepted)
    connection.execute(f"create or replace temp table {COPIED} as {arrived}")
    connection.execute(f"create or replace temp view landing as from {COPIED}")
    landed = _count(connection, COPIED)
    unchanged = 0 if arrival.keys_only else arrival.conformed.count_accepted - landed
    deleted = 0
    if table and arrival.is_snapshot and (files := table.file_uris()):
        deleted = _add_tombstones(connection, files, spec, arrival, load_seq)
    return Load(
        load_seq=load_seq,
        rows_landed=landed + deleted,
        rows_unchanged=unchanged,
        rows_deleted=deleted,
    )


def _only_news(
    connection: duckdb.DuckDBPyConnection,
    table: DeltaTable | None,
    spec: StreamSpec,
    arrival: Arrival,
) -> str:
    """The condition under which an accepted row lands; an unversioned delta never re-reads."""
    if arrival.keys_only:
        return "where false"
    if not table or not (files := table.file_uris()) or not (spec.version or arrival.is_snapshot):
        return ""
    oldest = f"select min(source_version) from {arrival.conformed.accepted}"
    since = connection.sql(oldest).fetchall()[0][0] if spec.version else None
    known = known_rows(spec, files, arrival.source_id, since=since)
    return f"where not exists (select 1 from {known} as known where {IS_KNOWN})"


def _count_conflicts(
    connection: duckdb.DuckDBPyConnection, table: DeltaTable | None, arrival: Arrival
) -> int:
    """Records of which the rows to commit bring another content under a version than is known."""
    oldest = "select min(source_version) from landing"
    since = connection.sql(oldest).fetchall()[0][0]
    if since is None:
        return 0
    files = table.file_uris() if table else []
    return _count(connection, conflicting_keys("landing", files, arrival.source_id, since=since))


def _constants(arrival: Arrival, load_seq: int) -> dict[str, str]:
    return {"_load_seq": str(load_seq), "_landed_at": literal(arrival.landed_at.isoformat())}


def _cast(spec: StreamSpec, values: dict[str, str]) -> str:
    return ", ".join(
        f"cast({values.get(name, 'null')} as {kind}) as {identifier(name)}"
        for name, kind in spec.lake_schema.items()
    )


def _add_tombstones(
    connection: duckdb.DuckDBPyConnection,
    files: list[str],
    spec: StreamSpec,
    arrival: Arrival,
    load_seq: int,
) -> int:
    """Land a delete for every living key that the snapshot no longer holds.

    A refused row is a living row that could not be read, never a delete. A tombstone has the
    version of what it deletes, so that the same row may come back in a later load.
    """
    living, conformed = living_keys(files, arrival.source_id), arrival.conformed
    count_living = _count(connection, living)
    if count_living and not conformed.count_read and not arrival.may_be_empty:
        raise SourceError(
            f"{spec.table}: source {arrival.source_id} sent no rows where the lake holds "
            f"{count_living}; nothing was deleted, check the source"
        )
    refused = f"(select source_id from {conformed.rejects} where action = 'rejected')"
    if _count(connection, f"(from {refused} where source_id is null)"):
        return 0
    chosen = _cast(
        spec,
        _constants(arrival, load_seq)
        | {
            "_source_id": literal(arrival.source_id),
            "_op": "'delete'",
            "source_id": "source_id",
            "source_version": "source_version" if spec.version else str(load_seq),
            "_row_hash": "md5(source_id)",
        },
    )
    before = _count(connection, COPIED)
    connection.execute(
        f"insert into {COPIED} select {chosen} from {living} "
        f"where source_id not in (select source_id from {conformed.accepted}) "
        f"and source_id not in {refused}"
    )
    return _count(connection, COPIED) - before


def _states(table: DeltaTable | None, arrival: Arrival) -> dict[str, SourceState]:
    states = source_states(table)
    before = states.get(arrival.source_id, SourceState(cursor={}))
    states[arrival.source_id] = SourceState(
        cursor=arrival.cursor or before.cursor,
        extracted_at=before.extracted_at,
        data_through=before.data_through,
    )
    return states


def _commit(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    spec: StreamSpec,
    arrival: Arrival,
    load_seq: int,
    table: DeltaTable | None,
) -> None:
    states = _states(table, arrival)
    newest = connection.sql("select max(source_updated_at) from landing").fetchall()[0][0]
    known = states[arrival.source_id].data_through
    states[arrival.source_id] = SourceState(
        cursor=states[arrival.source_id].cursor,
        extracted_at=arrival.landed_at,
        data_through=max(filter(None, (newest, known)), default=None),
    )
    once = [Transaction(name, 1) for name in arrival.transactions]
    commit(
        lake.table(spec),
        connection.sql("from landing").to_arrow_reader(),
        mode="append",
        schema_mode="merge" if table else None,
        commit_properties=CommitProperties(
            custom_metadata={STATE: state_json(states)},
            app_transactions=[Transaction(SEQUENCE, load_seq), *once],
        ),
    )


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.sql(f"select count(*) from {relation}").fetchall()[0][0])
