"""How personal values are typed, as generated SQL: normalized, hashed with the key, masked.

What leaves here in clear goes to the restricted companion table only. Numbering plans belong
in ``phones``; how the rows are split belongs in ``conform``.
"""

import hashlib
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.conform.expressions import (
    DIRECTION_MARKS,
    Layer,
    Names,
    ascii_digits,
    broken_text,
    cleaned,
    is_plain,
    matches,
    one_of,
    raw_kind,
    replaced,
    text_steps,
)
from ingestion.conform.masking import (
    without_contacts,
    without_names,
    without_secrets,
    without_short_numbers,
)
from ingestion.conform.phones import international, without_trunk_prefix
from ingestion.settings import Conventions

COMPATIBLE = "_nfkc_"
"""Prefix of the column with the NFKC form of a raw column."""

NOT_AN_EMAIL, NOT_A_PHONE = "not_an_email", "not_a_phone"
HASH_BLOCK = 64
INVISIBLE = DIRECTION_MARKS + "\u200b\u200c\u200d\u2060\ufeff\xad"
_PART = r"[^\s@,;:<>()\[\]\"\\\x00-\x1f\x{fffd}]+"
EMAIL = rf"^{_PART}@{_PART}\.[^\s@.,;:<>()\[\]\"\\\x00-\x1f\x{{fffd}}]{{2,}}$"
ROLE_MAILBOXES = (
    *("abuse", "accounting", "accounts", "admin", "administrator", "billing", "booking"),
    *("careers", "contact", "customer", "customerservice", "do-not-reply", "donotreply"),
    *("enquiries", "feedback", "finance", "hello", "help", "helpdesk", "hostmaster", "hr"),
    *("info", "inquiries", "invoice", "jobs", "mail", "mailer-daemon", "manager", "marketing"),
    *("no-reply", "noreply", "office", "order", "orders", "post", "postmaster", "press"),
    *("privacy", "reception", "registration", "root", "sale", "sales", "security", "service"),
    *("shop", "support", "team", "test", "webmaster", "zakaz"),
)
PLAIN_EMAIL = r"^[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z0-9\-]{2,}$"
PLAIN_PHONE = r"^\+?[0-9]{7,15}$"
LONG_PHONE = r"^\+?[0-9]{7,18}$"
PHONE_PUNCTUATION = r"[\s().\-/\x{a0}\x{2000}-\x{2015}\x{202f}\x{2212}\x{ad}]|\(0\)"
HIDDEN_PHONES = (
    *("anonymous", "unknown", "private", "restricted", "unavailable", "withheld"),
    *("<anonymous>", "<unknown>", "<private>", "<restricted>", "<unavailable>", "<withheld>"),
)


def pseudonym(purpose: str, text: str) -> str:
    """HMAC-SHA256 of the purpose and ``text`` in hex; needs ``pseudonym_parameters``."""
    return f"sha256($outer || unhex(sha256($inner_{purpose} || encode({text}))))"


def pseudonym_parameters(key: bytes, purposes: Iterable[str]) -> dict[str, bytes]:
    """The bound parameters of ``pseudonym``: the key must never stand in the text of a query."""
    block = hashlib.sha256(key).digest() if len(key) > HASH_BLOCK else key
    block = block.ljust(HASH_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block)
    named = {f"inner_{purpose}": inner + purpose.encode() + b"\x1f" for purpose in purposes}
    return named | {"outer": bytes(byte ^ 0x5C for byte in block)} if named else {}


def with_compatible_forms(
    rows: pa.Table | pa.RecordBatchReader, columns: Iterable[str]
) -> pa.Table | pa.RecordBatchReader:
    """``rows`` with the NFKC form of ``columns`` beside them, which DuckDB cannot compute.

    A column is added only where it can differ: text with more than ASCII in a table, any text
    in a stream of batches.
    """
    present = [name for name in columns if name in rows.schema.names]
    named = [name for name in present if raw_kind(rows.schema.field(name).type) == "text"]
    if isinstance(rows, pa.Table):
        for name in named:
            if _is_beyond_ascii(rows[name]):
                rows = rows.append_column(COMPATIBLE + name, _nfkc(rows[name]))
        return rows
    schema = rows.schema
    for name in named:
        schema = schema.append(pa.field(COMPATIBLE + name, pa.string()))
    return pa.RecordBatchReader.from_batches(schema, _batches(rows, named, schema))


def _batches(
    rows: pa.RecordBatchReader, named: list[str], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for batch in rows:
        forms = [
            _nfkc(batch[name])
            if _is_beyond_ascii(batch[name])
            else pa.nulls(batch.num_rows, pa.string())
            for name in named
        ]
        yield pa.RecordBatch.from_arrays([*batch.columns, *forms], schema=schema)


def _is_beyond_ascii(values: pa.ChunkedArray | pa.Array) -> bool:
    return pc.all(pc.string_is_ascii(values.cast(pa.string()))).as_py() is False


def _nfkc(values: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    return pc.utf8_normalize(values.cast(pa.string()), form="NFKC")


def email_layers(names: Names, conventions: Conventions, compatible: str) -> list[Layer]:
    """E-mail addresses: in ``value`` the hash, in ``local`` whether the mailbox is shared."""
    letters = ascii_digits(compatible, also="يك", into="یک", without=INVISIBLE)
    normal = f"lower({_normal_text(names.text, compatible, letters)})"
    return [
        {names.plain: is_plain(names.raw_text, PLAIN_EMAIL)},
        {names.text: cleaned(names.raw_text, conventions.null_words, plain=names.plain)},
        {names.digits: f"case when {names.plain} then lower({names.text}) else {normal} end"},
        {
            names.normal: f"case when {names.plain} or {matches(names.digits, EMAIL)} "
            f"then {names.digits} end"
        },
        {
            names.value: pseudonym("email", names.normal),
            names.local: one_of(f"split_part({names.normal}, '@', 1)", ROLE_MAILBOXES),
            names.rule: f"case when {names.normal} is not null or {names.text} is null then null "
            f"{broken_text(names)} else '{NOT_AN_EMAIL}' end",
        },
    ]


def phone_layers(names: Names, conventions: Conventions, compatible: str) -> list[Layer]:
    """Phone numbers: in ``normal`` the E.164 digits, in ``value`` their hash."""
    digits = ascii_digits(compatible, without=INVISIBLE)
    bare = replaced(_normal_text(names.text, compatible, digits), PHONE_PUNCTUATION, "")
    is_number = f"({names.plain} or {matches(names.digits, LONG_PHONE)})"
    region = conventions.phone_region
    return [
        {names.plain: is_plain(names.raw_text, PLAIN_PHONE)},
        {names.written: cleaned(names.raw_text, conventions.null_words, plain=names.plain)},
        {
            names.text: f"case when not {names.plain} "
            f"and {one_of(f'lower({names.written})', HIDDEN_PHONES)} then null "
            f"else {names.written} end"
        },
        {names.digits: f"case when {names.plain} then {names.text} else {bare} end"},
        {names.local: f"case when {is_number} then {international(names.digits, region)} end"},
        {names.normal: without_trunk_prefix(names.local, region)},
        {
            names.value: pseudonym("phone", names.normal),
            names.rule: f"case when {names.normal} is not null or {names.text} is null then null "
            f"{broken_text(names)} else '{NOT_A_PHONE}' end",
        },
    ]


def name_layers(names: Names, conventions: Conventions) -> list[Layer]:
    """Names of persons: ``value`` only tells that the name changed; it never lands."""
    return [
        *text_steps(names, conventions.null_words),
        {
            names.value: pseudonym("person_name", names.text),
            names.rule: f"case {broken_text(names)} end",
        },
    ]


def free_text_layers(names: Names, conventions: Conventions) -> list[Layer]:
    """Words of a person: in ``normal`` what their fingerprint is of, in ``value`` what lands."""
    return [
        *text_steps(names, conventions.null_words),
        {names.normal: without_contacts(names.text)},
        {names.digits: without_short_numbers(names.normal)},
        {names.written: without_secrets(names.digits)},
        {
            names.value: without_names(names.written),
            names.rule: f"case {broken_text(names)} end",
        },
    ]


def _normal_text(text: str, compatible: str, translated: str) -> str:
    """The translated NFKC form where a value has one, else the text itself."""
    if compatible == text:
        return translated
    trimmed = cleaned(translated, ())
    return f"case when {compatible} is null then {text} else {trimmed} end"
