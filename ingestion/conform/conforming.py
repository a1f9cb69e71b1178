"""Conforming: raw records of any source to typed rows and refusals, in one generated query.

Here the query runs once and its rows are split into accepted, restricted and refused ones.
The query belongs in ``query``, how one column is typed in ``columns`` and the rules
it names, what happens to the rows afterwards in ``landing``.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from ingestion.conform.columns import PURPOSES, TOLERATED
from ingestion.conform.personal import pseudonym_parameters, with_compatible_forms
from ingestion.conform.query import RAW_ROWS, typing_query
from ingestion.settings import Conventions
from ingestion.sql import identifier
from ingestion.stream import EXTRA, RESTRICTED_ENVELOPE, StreamSpec

CONFORMED = "conform_rows"
ACCEPTED, RESTRICTED, REJECTS = "conform_accepted", "conform_restricted", "conform_rejects"
ADDED_BY_LANDING = ("_load_seq", "_landed_at")


@dataclass(frozen=True, kw_only=True)
class Conformed:
    """The result of ``conform``: names of temporary views of its connection.

    They are replaced by the next call on the same connection.

    Args:
        accepted: the columns of ``StreamSpec.lake_schema`` without what landing adds.
        restricted: those of ``StreamSpec.restricted_schema`` without ``_load_seq``, for rows
            with a personal value or an undeclared column; None where none may be kept.
        rejects: the columns of ``REJECT_SCHEMA``, then ``action`` (``rejected`` or
            ``landed_without_value``) and the row's ``source_id``.
        count_read, count_accepted, count_rejected, count_erased: rows, where read is the sum of
            the others; ``erasure.door`` takes the erased ones out.
    """

    accepted: str
    restricted: str | None
    rejects: str
    count_read: int
    count_accepted: int
    count_rejected: int
    count_erased: int = 0


def conform(
    connection: duckdb.DuckDBPyConnection,
    rows: pa.Table | pa.RecordBatchReader,
    *,
    spec: StreamSpec,
    conventions: Conventions,
    source_id: str,
    key: bytes,
) -> Conformed:
    """Type raw ``rows`` as ``spec`` declares and split off what breaks a rule.

    Args:
        connection: holds the result; its time zone becomes UTC.
        rows: raw records, see ``connectors.base.Batch``.
        spec: the stream.
        conventions: how the source writes values.
        source_id: the source instance.
        key: key of the pseudonyms.

    Raises:
        SourceError: two raw columns have one name.
        ConfigurationError: an unknown phone region.
    """
    rows = with_compatible_forms(rows, [c.name for c in spec.columns if c.type in TOLERATED])
    query = typing_query(spec, conventions, source_id, rows)
    purposes = {PURPOSES[c.type] for c in spec.columns if c.type in PURPOSES}
    connection.execute("set timezone = 'UTC'")
    connection.register(RAW_ROWS, rows)
    try:
        connection.execute(
            f"create or replace temp table {CONFORMED} as {query}",
            pseudonym_parameters(key, purposes),
        )
    finally:
        connection.unregister(RAW_ROWS)
    return _split(connection, spec)


def _split(connection: duckdb.DuckDBPyConnection, spec: StreamSpec) -> Conformed:
    landed = [name for name in spec.lake_schema if name not in ADDED_BY_LANDING]
    _view(connection, ACCEPTED, f"{_list(landed)} from {CONFORMED} where not _is_rejected")
    envelope = [name for name in RESTRICTED_ENVELOPE if name not in ADDED_BY_LANDING]
    kept = [name for name in spec.restricted_schema if name not in RESTRICTED_ENVELOPE]
    clear = {name: name if name == EXTRA else identifier(f"_clear_{name}") for name in kept}
    renamed = ", ".join(f"{value} as {identifier(name)}" for name, value in clear.items())
    _view(
        connection,
        RESTRICTED,
        f"{_list(envelope)}, {renamed} from {CONFORMED} where not _is_rejected "
        f"and coalesce({', '.join(clear.values())}) is not null",
    )
    _view(
        connection,
        REJECTS,
        "file, row_number, reason.column_name, reason.rule, reason.value, raw, reason.action, "
        "source_id from (select _file as file, _row as row_number, unnest(_reasons) as reason, "
        f"_raw as raw, source_id from {CONFORMED} where _reasons is not null) "
        "where reason.rule is not null",
    )
    read, rejected = connection.sql(
        f"select count(*), count(*) filter (where _is_rejected) from {CONFORMED}"
    ).fetchall()[0]
    return Conformed(
        accepted=ACCEPTED,
        restricted=RESTRICTED,
        rejects=REJECTS,
        count_read=read,
        count_accepted=read - rejected,
        count_rejected=rejected,
    )


def _view(connection: duckdb.DuckDBPyConnection, name: str, selected: str) -> None:
    connection.execute(f"create or replace temp view {name} as select {selected}")


def _list(names: list[str]) -> str:
    return ", ".join(map(identifier, names))
