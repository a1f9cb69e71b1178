"""What must not stand in a published text, as SQL: addresses, phones, cards, bank accounts.

Each kind has a cheap sign, for which every text is asked, and the condition proper, for columns
that show the sign. Cards and accounts count only with a right check digit: a published table is
full of long numbers. Which texts are looked through belongs in ``copying``.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress

import duckdb

from serving.warehouse import one_value, quoted

DIGITS = ("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
DIGIT = "[0-9۰-۹٠-٩]"
EMAIL = r"[\w.+-]+@[\w-]+\.[\w.-]*[a-z]{2}"
PHONE = r"\+[\d۰-۹٠-٩](?:[\s().-]?[\d۰-۹٠-٩]){8,}"
CARD = r"(?:^|[^0-9])([2-6][0-9]{3}(?:[ .\-]?[0-9]{4}){3})(?:[^0-9]|$)"
IBAN = r"\b([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IR26 "
    "IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 "
    "MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 "
    "SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
)
"""Countries with the length of their account numbers."""

NUMBERS_OF_RECORDS = ("_id", "_ids", "_number", "_key", "_code", "_hash")
"""Columns that hold numbers and codes of records, of which some have a right check digit."""


@dataclass(frozen=True)
class Kind:
    """One kind of personal data.

    Args:
        label: what it is called in a finding.
        sign: the condition that every text with it fulfils, of the text's expression.
        found: the condition of a text that holds it.
        is_numeric: whether numbers of records may look like it.
    """

    label: str
    sign: Callable[[str], str]
    found: Callable[[str], str]
    is_numeric: bool = False

    def concerns(self, column: str) -> bool:
        """Whether it is looked for in a column of that name."""
        return not (self.is_numeric and column.endswith(NUMBERS_OF_RECORDS))


def _ascii(text: str) -> str:
    return f"translate({text}, '{DIGITS[0]}', '{DIGITS[1]}')"


def _candidates(text: str, pattern: str, without: str) -> str:
    found = f"regexp_extract_all({_ascii(text)}, '{pattern}', 1)"
    return f"list_transform({found}, lambda one: regexp_replace(one, '{without}', '', 'g'))"


def _holds_card(text: str) -> str:
    digit = "cast(substr(card, place, 1) as integer)"
    doubled = f"({digit} * 2 - case when {digit} > 4 then 9 else 0 end)"
    value = f"case when place % 2 = 1 then {doubled} else {digit} end"
    total = f"list_sum(list_transform(range(1, 17), lambda place: {value}))"
    cards = _candidates(text, CARD, "[^0-9]")
    return f"len(list_filter({cards}, lambda card: {total} % 10 = 0)) > 0"


def _holds_account(text: str) -> str:
    moved = "string_split(substr(iban, 5) || substr(iban, 1, 4), '')"
    values = f"list_transform({moved}, lambda mark: strpos('{ALPHABET}', mark) - 1)"
    joined = "(rest * case when next > 9 then 100 else 10 end + next) % 97"
    remainder = f"list_reduce(list_prepend(0, {values}), lambda rest, next: {joined})"
    length = "concat(substr(iban, 1, 2), strlen(iban))"
    is_known = f"contains('{IBAN_LENGTHS}', {length})"
    accounts = _candidates(f"upper({text})", IBAN, " ")
    return f"len(list_filter({accounts}, lambda iban: {is_known} and {remainder} = 1)) > 0"


def _matches(pattern: str, options: str) -> Callable[[str], str]:
    return lambda text: f"regexp_matches({text}, '{pattern}'{options})"


def _long_with(pattern: str) -> Callable[[str], str]:
    return lambda text: f"(strlen({text}) > 14 and regexp_matches({text}, '{pattern}'))"


def _contains(sign: str) -> Callable[[str], str]:
    return lambda text: f"contains({text}, '{sign}')"


KINDS = (
    Kind("an e-mail address", _contains("@"), _matches(EMAIL, ", 'i'")),
    Kind("a phone number", _contains("+"), _matches(PHONE, ", 'i'")),
    Kind(
        "a card or account number",
        _long_with(f"{DIGIT}{{4}}[ .-]?{DIGIT}{{4}}|(?:[A-Z][A-Z]|ir){DIGIT}{DIGIT}"),
        lambda text: f"({_holds_card(text)} or {_holds_account(text)})",
        is_numeric=True,
    ),
)


def personal_data(connection: duckdb.DuckDBPyConnection, source: str, name: str) -> list[str]:
    """One sentence per column and kind of personal data that stands in a table.

    One pass looks for the signs; only a column that has one pays for its expression.

    Args:
        connection: where the table can be read.
        source: the table or view, quoted.
        name: what the sentences call it.
    """
    suspects = [
        (column, kind)
        for column, is_type, *_ in connection.execute(f"describe from {source}").fetchall()
        if is_type == "VARCHAR"
        for kind in KINDS
        if kind.concerns(column)
    ]
    if not suspects:
        return []
    signs = ", ".join(f"bool_or({kind.sign(quoted(column))})" for column, kind in suspects)
    has_sign = connection.execute(f"select {signs} from {source}").fetchall()[0]
    findings = []
    for column, kind in compress(suspects, has_sign):
        text = quoted(column)
        condition = f"{kind.sign(text)} and {kind.found(text)}"
        found = one_value(connection, f"select count(*) from {source} where {condition}")
        if found:
            findings.append(f"{name}.{column} holds {kind.label} in {found} rows.")
    return findings


def rules() -> str:
    """Tells these rules from others: a text that passed them need not be looked through again."""
    asked = [(kind.label, kind.sign("text"), kind.found("text"), kind.is_numeric) for kind in KINDS]
    return hashlib.sha256(repr([asked, NUMBERS_OF_RECORDS]).encode()).hexdigest()
