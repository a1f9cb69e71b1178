"""The door: rows of somebody who was erased are counted and go no further.

Between typing and landing, so that neither the lake nor the quarantine ever holds them again.
"""

from dataclasses import replace

import duckdb

from ingestion.conform import Conformed
from ingestion.conform.conforming import CONFORMED
from ingestion.erasure.suppression import Suppressed
from ingestion.stream import StreamSpec


def keep_out(
    connection: duckdb.DuckDBPyConnection,
    conformed: Conformed,
    spec: StreamSpec,
    suppressed: Suppressed,
) -> Conformed:
    """``conformed`` without the rows of anybody on the list, accepted and refused ones alike.

    Args:
        connection: holds the conformed rows.
        conformed: the last result of ``conform`` on it.
        spec: the stream.
        suppressed: the list.
    """
    if not suppressed:
        return conformed
    is_meant = suppressed.is_meant(connection, spec)
    connection.execute(f"delete from {CONFORMED} where {is_meant}", suppressed.parameters)
    read, rejected = connection.sql(
        f"select count(*), count(*) filter (where _is_rejected) from {CONFORMED}"
    ).fetchall()[0]
    return replace(
        conformed,
        count_accepted=read - rejected,
        count_rejected=rejected,
        count_erased=conformed.count_read - read,
    )
