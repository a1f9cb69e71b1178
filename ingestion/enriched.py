"""The enriched streams: what statistics found in landed records comes back into the lake.

Hands out the clear values that a statistic needs, and lands its results. The statistics
belong in ``enrichment``, what a result means in ``dbt_project``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from ingestion.conform import conform
from ingestion.entities import entity
from ingestion.holdings import NEWEST_FIRST
from ingestion.lake import Lake, last_load, open_table, source_states
from ingestion.landing import Arrival, Load, land
from ingestion.loads import held_loads
from ingestion.settings import Conventions, Home
from ingestion.sql import connect, identifier, parquet
from ingestion.stream import Column, ColumnType, StreamSpec

SOURCE_ID = "enriched"

IDENTITY_EDGES = StreamSpec(
    connector="enriched",
    name="identity_edges",
    description="One row per pair of customer records and change of how likely they are one.",
    key=("left_key", "right_key"),
    columns=(
        Column(name="left_key", type=ColumnType.ID, description="Key of the one record."),
        Column(name="right_key", type=ColumnType.ID, description="Key of the other record."),
        Column(
            name="match_weight",
            type=ColumnType.INTEGER,
            description="Evidence that they are one person, as a power of two.",
        ),
    ),
)


@dataclass(frozen=True)
class Candidates:
    """Records to compare.

    Args:
        records: ``identity_key``, ``full_name``, ``email`` (none that is shared), ``phone``,
            ``birth_year`` and ``market``, as text; personal data that must stay in memory.
        load_seq: the last load of customers among them.
    """

    records: pa.Table
    load_seq: int


def identity_candidates(home: Home) -> Candidates | None:
    """Living customer records in clear; None where nothing landed since they were compared."""
    spec, lake = entity("customers", connector="mapped"), Lake(home.lake)
    table, clear = open_table(lake.table(spec)), open_table(lake.restricted(spec))
    if table is None or clear is None or not clear.file_uris():
        return None
    compared = source_states(open_table(lake.table(IDENTITY_EDGES))).get(SOURCE_ID)
    load_seq = last_load(table)
    if compared and compared.cursor == {"load_seq": load_seq}:
        return None
    held = [found.load_seq for found in held_loads(lake) if found.table == spec.table]
    # Files landed before a column was declared lack it.
    empty = ", ".join(
        f"cast(null as {kind}) as {identifier(name)}" for name, kind in spec.lake_schema.items()
    )
    with connect() as connection:
        records = connection.sql(
            f"with landed as (select {empty} where false union all by name "
            f"select * from {parquet(table.file_uris())}), latest as (select * from landed "
            "where not list_contains(?, _load_seq) "
            f"qualify row_number() over (partition by _source_id, source_id {NEWEST_FIRST}) = 1), "
            "clear as (select _source_id, source_id, _load_seq, min(full_name) as full_name, "
            f"min(email) as email, min(phone) as phone from {parquet(clear.file_uris())} "
            "group by all) "
            "select 'customer:' || latest._source_id || ':' || latest.source_id as identity_key, "
            "clear.full_name, case when not latest.email_is_shared then clear.email end as email, "
            "clear.phone, "
            "cast(latest.birth_year as varchar) as birth_year, latest.market "
            "from latest inner join clear using (_source_id, source_id, _load_seq) "
            "where latest._op = 'upsert' order by identity_key",
            params=[held],
        ).to_arrow_table()
    return Candidates(records, load_seq)


def land_identity_edges(home: Home, pairs: pa.Table, *, load_seq: int) -> Load:
    """Make ``pairs`` the likely pairs that the lake knows; only what changed lands.

    Args:
        home: the company's folders.
        pairs: ``left_key``, ``right_key`` and ``match_weight``, a whole number.
        load_seq: the last load of customers that was compared.
    """
    with connect() as connection:
        conformed = conform(
            connection,
            pairs,
            spec=IDENTITY_EDGES,
            conventions=Conventions(),
            source_id=SOURCE_ID,
            key=b"",
        )
        arrival = Arrival(
            source_id=SOURCE_ID,
            conformed=conformed,
            cursor={"load_seq": load_seq},
            landed_at=datetime.now(UTC),
            is_snapshot=True,
            may_be_empty=True,
        )
        return land(connection, Lake(home.lake), IDENTITY_EDGES, arrival)
