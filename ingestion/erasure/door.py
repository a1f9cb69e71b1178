"""The door: rows of somebody who was erased are counted and go no further.

Between typing and landing, so that neither the lake nor the quarantine ever holds them again.
Records that could not be split into columns are asked word by word.
"""

from dataclasses import replace

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.conform import Conformed
from ingestion.conform.conforming import CONFORMED
from ingestion.conform.expressions import ascii_digits
from ingestion.conform.masking import EMAIL_IN_TEXT, NUMBER_IN_TEXT
from ingestion.erasure.requests import contacts_of
from ingestion.erasure.suppression import Suppressed
from ingestion.erasure.terms import prefixes_of
from ingestion.erasure.traces import LEAST_WORD
from ingestion.settings import Conventions, Source
from ingestion.sql import connect, identifier, literal
from ingestion.stream import ColumnType, StreamSpec

ENDS = " .:?!*#"
BETWEEN_VALUES, BETWEEN_WORDS = r"[,;\t\r\n|\"{}\[\]=]+", r"[\s,;|\"'{}\[\]()=<>]+"


def keep_out(
    connection: duckdb.DuckDBPyConnection,
    conformed: Conformed,
    spec: StreamSpec,
    suppressed: Suppressed,
    conventions: Conventions,
    key: bytes,
) -> Conformed:
    """``conformed`` without the rows of anybody on the list, accepted and refused ones alike.

    Args:
        connection: holds the conformed rows.
        conformed: the last result of ``conform`` on it.
        spec: the stream.
        suppressed: the list.
        conventions: how the source writes values.
        key: key of the rows' pseudonyms.
    """
    if not suppressed:
        return conformed
    is_meant = suppressed.is_meant(connection, spec)
    if suppressed.key != key:
        rows = _as_listed(connection, spec, suppressed.key, conventions)
        is_meant = f"rowid in (select place from {rows} where {is_meant})"
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


def _as_listed(
    connection: duckdb.DuckDBPyConnection, spec: StreamSpec, key: bytes, conventions: Conventions
) -> str:
    """The conformed rows with the pseudonyms that their clear contacts have in the list.

    In ``place`` stands which row each is.
    """
    joins, hashes = "", []
    for column in spec.columns:
        if column.type not in (ColumnType.EMAIL, ColumnType.PHONE):
            continue
        clear, named = identifier(f"_clear_{column.name}"), f"listed_{column.name}"
        written = connection.sql(
            f"select distinct {clear} as written from {CONFORMED} where {clear} is not null"
        ).to_arrow_table()["written"]
        terms = contacts_of(written, conventions, key)[column.type.value]
        connection.register(f"{named}_given", pa.table({"written": written, "term": terms}))
        connection.execute(f"create or replace temp table {named} as from {named}_given")
        connection.unregister(f"{named}_given")
        joins += f" left join {named} on {named}.written = conformed.{clear}"
        hash_column = identifier(f"{column.name}_hash")
        hashes.append(f"{named}.term[{len(column.type) + 2}:] as {hash_column}")
    replaced = f" replace ({', '.join(hashes)})" if hashes else ""
    return (
        f"(select conformed.rowid as place, conformed.*{replaced} "
        f"from {CONFORMED} as conformed{joins})"
    )


def keep_out_unread(
    unread: pa.Table, spec: StreamSpec, source: Source, suppressed: Suppressed
) -> pa.Table:
    """Records that could not be split into columns, without those that name somebody listed.

    Every value, word, address and number in a record may be a contact of a listed person, its
    customer number or the number of one of its records; what is shorter than three signs is not.

    Args:
        unread: the refusals of a batch, in ``REJECT_SCHEMA``.
        spec: the stream.
        source: whose batch it is.
        suppressed: the list.
    """
    if not suppressed or not unread.num_rows:
        return unread
    places = pa.array(range(unread.num_rows), pa.int64())
    with connect() as connection:
        connection.register(
            "unread", unread.select(["value", "raw"]).append_column("place", places)
        )
        words = connection.sql(_words()).to_arrow_table()
        if not words.num_rows:
            return unread
        contacts = contacts_of(words["word"], source.conventions_of(spec.name), suppressed.key)
        named = pa.table({"place": words["place"], **contacts})
        owners = {source.id, source.customers_of or source.id}
        prefixes = pa.table({"prefix": sorted(prefixes_of(spec, source.id, owners))})
        connection.register("named", named.append_column("word", words["word"]))
        connection.register("prefixes", prefixes)
        listed = connection.sql(
            "select distinct place from (select place, email as term from named union all "
            "select place, phone from named union all "
            f"select place, prefix || {ascii_digits('word')} from named, prefixes) "
            f"where {suppressed.is_listed(connection, 'term')}",
            params=suppressed.parameters,
        ).to_arrow_table()
    return unread.filter(pc.invert(pc.is_in(places, value_set=listed["place"])))


def _words() -> str:
    parts = [f"string_split_regex(text, {literal(gap)})" for gap in (BETWEEN_VALUES, BETWEEN_WORDS)]
    parts += [
        f"regexp_extract_all(text, {literal(pattern)})"
        for pattern in (EMAIL_IN_TEXT, NUMBER_IN_TEXT)
    ]
    return (
        f"select place, word from (select place, unnest(list_distinct(list_transform("
        f"list_concat({', '.join(parts)}), lambda part: trim(part, {literal(ENDS)})))) as word "
        "from (select place, concat_ws(' ', raw, value) as text from unread)) "
        f"where length(word) >= {LEAST_WORD}"
    )
