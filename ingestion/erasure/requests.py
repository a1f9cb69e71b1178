"""Requests: from an identifier as somebody wrote it to the terms that it may mean.

Typing does the work, so that a number in Persian digits means here what it means at the door.
Whose term it is belongs in ``persons``.
"""

import re
import unicodedata
from pathlib import Path

import pyarrow as pa

from ingestion.conform import conform
from ingestion.erasure.persons import Person
from ingestion.errors import ConfigurationError
from ingestion.settings import Conventions, Sources
from ingestion.sql import connect
from ingestion.stream import Column, ColumnType, StreamSpec

CUSTOMER_ID = re.compile(r"^[0-9a-f]{32}$")
HEADERS = frozenset({"request", "identifier", "phone", "email", "customer_number", "customer_id"})
_WRITTEN = StreamSpec(
    connector="erasure",
    name="requests",
    description="One row per text as somebody wrote it.",
    key=("written",),
    columns=(
        Column(name="written", type=ColumnType.ID, description="Its place.", required=True),
        Column(name="email", type=ColumnType.EMAIL, description="Read as an address."),
        Column(name="phone", type=ColumnType.PHONE, description="Read as a number."),
    ),
)


def read_requests(path: Path) -> list[str]:
    """The identifiers in a file, one a line, in the first column of a CSV file.

    Raises:
        ConfigurationError: the file cannot be read or holds none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    written = [re.split(r"[;,\t]", line)[0].strip().strip('"') for line in lines]
    found = [text for text in written if text and text.lower() not in HEADERS]
    if not found:
        raise ConfigurationError(
            f"{path}: no identifier in it; write one a line: a phone number, an e-mail address, "
            "a customer number or a customer_id"
        )
    return found


def terms_meant(written: str, sources: Sources, key: bytes) -> list[str]:
    """The terms that ``written`` may mean, whichever source it was written for.

    A customer number may carry its source in front (``crm:1042``).
    """
    text = written.strip()
    terms: set[str] = set()
    for region in _regions(sources):
        terms |= _contacts(text, region, sources, key)
    ids = [source.id for source in sources.sources]
    prefix, _, rest = text.partition(":")
    numbers = {rest} if rest and prefix in ids else {text}
    owners = [prefix] if rest and prefix in ids else ids
    numbers |= {_ascii_digits(number) for number in numbers}
    terms |= {f"customer:{owner}:{number}" for owner in owners for number in numbers}
    return sorted(terms)


def listed_terms(person: Person, sources: Sources, key: bytes, of_lists: bytes) -> frozenset[str]:
    """The person's terms with its contacts as the lists of erased persons know them.

    Args:
        person: the person, with its contacts in clear.
        sources: the configured sources.
        key: key of the person's pseudonyms.
        of_lists: key of the lists.
    """
    if key == of_lists:
        return person.terms
    written = pa.chunked_array([[*person.clear["emails"], *person.clear["phones"]]], pa.string())
    terms = {term for term in person.terms if not term.startswith(("email:", "phone:"))}
    pairs = pairs_of(written, sources, key, of_lists)
    for landed, listed in zip(pairs["one"].to_pylist(), pairs["other"].to_pylist(), strict=True):
        if landed in person.terms:
            terms.add(listed)
    return frozenset(terms)


def pairs_of(written: pa.ChunkedArray, sources: Sources, one: bytes, other: bytes) -> pa.Table:
    """The terms ``one`` and ``other`` of written contacts under two keys, read by every country."""
    pairs = []
    for region in _regions(sources):
        conventions = sources.sources[0].conventions.replaced({"phone_region": region})
        left, right = (contacts_of(written, conventions, key) for key in (one, other))
        pairs += [pa.table({"one": left[kind], "other": right[kind]}) for kind in left]
    return pa.concat_tables(pairs).drop_null()


def _regions(sources: Sources) -> list[str]:
    """Countries whose habits of writing numbers some source follows."""
    return sorted(
        {
            source.conventions_of(stream).phone_region
            for source in sources.sources
            for stream in ("", *source.streams)
        }
    )


def contacts_of(
    written: pa.ChunkedArray, conventions: Conventions, key: bytes
) -> dict[str, pa.ChunkedArray]:
    """The terms of every text, read as an ``email`` and as a ``phone``; null where it is none."""
    numbers = pa.array(range(len(written)), pa.int64())
    row = {"written": numbers.cast(pa.string()), "email": written, "phone": written}
    with connect() as connection:
        conformed = conform(
            connection,
            pa.table(row),
            spec=_WRITTEN,
            conventions=conventions,
            source_id="erasure",
            key=key,
        )
        found = connection.sql(
            f"select 'email:' || email_hash as email, 'phone:' || phone_hash as phone "
            f"from {conformed.accepted} order by cast(written as bigint)"
        ).to_arrow_table()
    return {name: found[name] for name in found.schema.names}


def _contacts(text: str, region: str, sources: Sources, key: bytes) -> set[str]:
    conventions = sources.sources[0].conventions.replaced({"phone_region": region})
    found = contacts_of(pa.chunked_array([[text]]), conventions, key)
    return {term for terms in found.values() for term in terms.to_pylist() if term}


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(mark)) if unicodedata.digit(mark, None) is not None else mark
        for mark in text
    )
