"""The enriched streams: what statistics found in landed records comes back into the lake.

Hands out the clear values that a statistic needs, and lands its results. The statistics
belong in ``enrichment``, what a result means in ``dbt_project``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from ingestion.conform import conform
from ingestion.contacts import CUSTOMERS, living_customers
from ingestion.lake import Lake, last_load, open_table, source_states
from ingestion.landing import Arrival, Load, land
from ingestion.settings import Conventions, Home
from ingestion.sql import connect
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
    lake = Lake(home.lake)
    load_seq = last_load(open_table(lake.table(CUSTOMERS)))
    compared = source_states(open_table(lake.table(IDENTITY_EDGES))).get(SOURCE_ID)
    if compared and compared.cursor == {"load_seq": load_seq}:
        return None
    with connect() as connection:
        living = living_customers(connection, lake)
        if living is None:
            return None
        records = living.project(
            "identity_key, full_name, case when not email_is_shared then email end as email, "
            "phone, cast(birth_year as varchar) as birth_year, market"
        )
        return Candidates(records.order("identity_key").to_arrow_table(), load_seq)


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
