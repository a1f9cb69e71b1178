"""What a rotation would do: from which key to which, and what becomes of every term.

Nothing is changed here. A term is a contact as the warehouse knows it, ``phone:`` or ``email:``
and a pseudonym.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from ingestion.conform.personal import pseudonym, pseudonym_parameters
from ingestion.erasure.erasures import pending
from ingestion.erasure.requests import pairs_of
from ingestion.erasure.suppression import key_of_lists
from ingestion.errors import ConfigurationError
from ingestion.keyring import HELD, NEXT, fingerprint, read_ring
from ingestion.lake import Lake, open_table
from ingestion.registry import all_streams
from ingestion.rewriting import rows_of
from ingestion.rotation.expressions import contact_columns
from ingestion.rotation.marks import is_rotated
from ingestion.settings import DEMO_PSEUDONYM_KEY, Home, Sources, other_key, pseudonym_key
from ingestion.sql import connect, identifier
from ingestion.stream import StreamSpec


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """A change of the key, planned or begun.

    Args:
        old, new: the keys.
        found: ``one`` and ``other``, the old and the new terms of contacts whose clear value the
            lake holds.
        lost: the same of those whose clear value it has let go.
        is_begun: whether it was begun before.
    """

    old: bytes
    new: bytes
    found: pa.Table
    lost: pa.Table
    is_begun: bool

    @cached_property
    def terms(self) -> pa.Table:
        """The old and the new terms of every contact."""
        return pa.concat_tables([self.found, self.lost])

    def renamed(self, terms: Iterable[str]) -> Mapping[str, str]:
        """The new ones of those of some terms that get one."""
        with connect() as connection:
            connection.register("terms", self.terms)
            given = pa.table({"term": pa.array(sorted(set(terms)), pa.string())})
            connection.register("given", given)
            rows = connection.sql(
                "select distinct one, other from terms where one in (from given)"
            ).fetchall()
        return dict(rows)


def plan_rotation(sources: Sources, home: Home) -> Rotation:
    """What a change from the key of before to the key of now would do.

    Raises:
        ConfigurationError: the keys are not those of the lake, the lists of erased persons would
            lose theirs, or an erasure is open.
    """
    new, ring, lake = pseudonym_key(sources.company), read_ring(home), Lake(home.lake)
    old = _key_before(sources, home, ring, new)
    if pending(home):
        raise ConfigurationError("an erasure is not complete: run `make erase CONFIRM=yes` first")
    key_of_lists(home, new)
    found = _found(lake, sources, old, new)
    return Rotation(
        old=old, new=new, found=found, lost=_lost(lake, found, new), is_begun=NEXT in ring
    )


def _key_before(sources: Sources, home: Home, ring: Mapping[str, str], new: bytes) -> bytes:
    if not ring:
        raise ConfigurationError(f"nothing has landed in {home.lake}: there is no key to change")
    if ring[HELD] == fingerprint(new):
        raise ConfigurationError(
            f"CX_PSEUDONYM_KEY is the key of {home.lake} already: nothing is to be changed"
        )
    old = other_key("CX_PSEUDONYM_KEY_BEFORE")
    if not old and sources.company.is_demo:
        old = DEMO_PSEUDONYM_KEY.encode()
    if not old:
        raise ConfigurationError(
            "to change the key, set CX_PSEUDONYM_KEY_BEFORE to the key of before and "
            "CX_PSEUDONYM_KEY to the new one"
        )
    if ring[HELD] != fingerprint(old):
        raise ConfigurationError(
            f"CX_PSEUDONYM_KEY_BEFORE is not the key that made the pseudonyms of {home.lake}"
        )
    if ring.get(NEXT, fingerprint(new)) != fingerprint(new):
        raise ConfigurationError(
            f"a change of the key of {home.lake} to another CX_PSEUDONYM_KEY was begun: complete "
            "it with that one first"
        )
    return old


def _found(lake: Lake, sources: Sources, old: bytes, new: bytes) -> pa.Table:
    """Every contact whose clear value the lake holds, under both keys."""
    pairs = [pa.table({name: pa.array([], pa.string()) for name in ("one", "other")})]
    with connect() as connection:
        for spec in _with_contacts():
            table = open_table(lake.restricted(spec))
            if table is None or not table.file_uris():
                continue
            names = ", ".join(identifier(column) for column, _ in contact_columns(spec))
            rows = rows_of(spec.restricted_schema, table.file_uris())
            written = connection.sql(
                f"select distinct written from (select unnest([{names}]) as written from {rows}) "
                "where written is not null"
            ).to_arrow_table()["written"]
            pairs.append(pairs_of(written, sources, old, new))
        connection.register("pairs", pa.concat_tables(pairs))
        return connection.sql("select distinct one, other from pairs").to_arrow_table()


def _lost(lake: Lake, found: pa.Table, new: bytes) -> pa.Table:
    """Contacts that landed and that no clear value leads to, with a pseudonym of their pseudonym.

    Tables that an interrupted rotation has rewritten are left out.
    """
    with connect() as connection:
        connection.register("given", found)
        connection.execute("create temp table found as from given")
        connection.execute("create temp table lost (one varchar, other varchar)")
        for spec in _with_contacts():
            table = open_table(lake.table(spec))
            if table is None or not table.file_uris() or is_rotated(table, new):
                continue
            rows = rows_of(spec.lake_schema, table.file_uris())
            for column, kind in contact_columns(spec):
                connection.execute(
                    f"insert into lost select '{kind}:' || held, "
                    f"'{kind}:' || {pseudonym(kind, 'held')} from "
                    f"(select distinct {identifier(f'{column}_hash')} as held from {rows}) "
                    f"where held is not null and '{kind}:' || held not in (select one from found)",
                    pseudonym_parameters(new, [kind]),
                )
        return connection.sql("select distinct one, other from lost").to_arrow_table()


def _with_contacts() -> Iterator[StreamSpec]:
    return (spec for spec in all_streams().values() if contact_columns(spec))
