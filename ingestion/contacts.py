"""Contacts: the living customer records of the lake with their clear names and addresses.

Reads the restricted companion tables and hands their values on in memory, to record linkage
and to the contact zone. What the lake keeps of a person besides belongs in ``companions``.
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.conform import with_digits
from ingestion.entities import entity
from ingestion.holdings import NEWEST_FIRST
from ingestion.lake import Lake, open_table
from ingestion.loads import held_loads
from ingestion.settings import Conventions, Home, Sources
from ingestion.sql import connect, identifier, literal, parquet

CUSTOMERS = entity("customers", connector="mapped")

CLEAR = ("full_name", "email", "phone")


def living_customers(
    connection: duckdb.DuckDBPyConnection, lake: Lake
) -> duckdb.DuckDBPyRelation | None:
    """One row per customer record whose newest accepted row is no delete; None without any.

    Every landed column, ``identity_key``, and the clear ``full_name``, ``email`` and ``phone``
    of that very version, as the source wrote them.
    """
    table, clear = open_table(lake.table(CUSTOMERS)), open_table(lake.restricted(CUSTOMERS))
    if table is None or clear is None or not clear.file_uris():
        return None
    held = [found.load_seq for found in held_loads(lake) if found.table == CUSTOMERS.table]
    landed = _typed(CUSTOMERS.lake_schema, table.file_uris())
    restricted = _typed(CUSTOMERS.restricted_schema, clear.file_uris())
    values = ", ".join(f"min(clear.{name}) as {name}" for name in CLEAR)
    return connection.sql(
        f"with landed as ({landed}), restricted as ({restricted}), "
        "latest as (select * from landed where not list_contains(?, _load_seq) "
        f"qualify row_number() over (partition by _source_id, source_id {NEWEST_FIRST}) = 1), "
        f"known as (select latest._source_id, latest.source_id, {values} from latest "
        "inner join restricted as clear on latest._source_id = clear._source_id "
        "and latest.source_id = clear.source_id and latest._load_seq = clear._load_seq "
        "and latest._row_hash = coalesce(clear._row_hash, latest._row_hash) "
        "where latest._op = 'upsert' group by all) "
        "select latest.*, known.* exclude (_source_id, source_id), "
        "'customer:' || latest._source_id || ':' || latest.source_id as identity_key "
        "from latest inner join known using (_source_id, source_id)",
        params=[held],
    )


def contact_records(home: Home, sources: Sources) -> pa.Table:
    """Every living customer record in clear; personal data that the contact zone keeps.

    One row per record: ``identity_key``, ``source_id``, ``record_number``, ``full_name``,
    ``email`` in small letters, ``phone_written`` and ``phone_digits`` (E.164 without the plus).

    Args:
        home: the company's folders.
        sources: the configured sources, whose conventions say how they write numbers.
    """
    conventions = {source.id: source.conventions_of(CUSTOMERS.name) for source in sources.sources}
    with connect() as connection:
        living = living_customers(connection, Lake(home.lake))
        if living is None:
            return _SCHEMA.empty_table()
        records = living.project(
            "identity_key, _source_id as source_id, source_id as record_number, full_name, "
            "lower(trim(email)) as email, phone as phone_written"
        ).to_arrow_table()
        form = pc.utf8_normalize(records["phone_written"].cast(pa.string()), form="NFKC")
        connection.register("records", records.append_column("_form", form))
        parts = [
            with_digits(
                f"(from records where source_id = {literal(source_id)})",
                "_form",
                conventions.get(source_id, Conventions()),
                _SCHEMA.names[:-1],
            )
            for source_id in pc.unique(records["source_id"]).to_pylist()
        ]
        read = connection.sql(" union all ".join(f"({part})" for part in parts))
        return read.order("identity_key").to_arrow_table().cast(_SCHEMA)


def phone_regions(sources: Sources) -> list[str]:
    """The countries in whose form numbers may be typed, the company's own first."""
    declared = [
        source.conventions_of(CUSTOMERS.name).phone_region
        for source in sources.sources
        if CUSTOMERS.name in source.streams
    ]
    own = [sources.company.country] if sources.company.country else []
    return list(dict.fromkeys([*own, *declared])) or [Conventions().phone_region]


_SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in (
            *("identity_key", "source_id", "record_number", "full_name", "email"),
            *("phone_written", "phone_digits"),
        )
    ]
)


def _typed(schema: dict[str, str], files: list[str]) -> str:
    """A ``select`` of ``files``; a column that older files lack is null in them."""
    empty = ", ".join(
        f"cast(null as {kind}) as {identifier(name)}" for name, kind in schema.items()
    )
    return f"select {empty} where false union all by name select * from {parquet(files)}"
