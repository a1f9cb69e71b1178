"""E-mails, phones, names and free text: normalized, hashed with the key, masked."""

import hashlib
import hmac
import unicodedata

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.conform import conform
from ingestion.errors import ConfigurationError
from ingestion.settings import Conventions
from ingestion.stream import ColumnType
from tests.factories.conforming import KEY, Outcome, records, spec_of, value_column
from tests.factories.texts import masked_texts, texts

EMAIL = value_column(ColumnType.EMAIL)
PHONE = value_column(ColumnType.PHONE)
NAME = value_column(ColumnType.PERSON_NAME)
FREE_TEXT = value_column(ColumnType.FREE_TEXT)
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def pseudonym(purpose: str, text: str, key: bytes = KEY) -> str:
    return hmac.new(key, f"{purpose}\x1f{text}".encode(), hashlib.sha256).hexdigest()


def phones(*numbers: str) -> list[str]:
    return [pseudonym("phone", number) for number in numbers]


@pytest.mark.parametrize("key", [b"k", b"k" * 64, b"k" * 65, bytes(range(256))])
def test_pseudonyms_are_hmacs_whatever_the_length_of_the_key(key: bytes) -> None:
    rows = pa.table({"number": ["1"], "value": ["ali@x.ir"]})
    with duckdb.connect() as connection:
        conformed = conform(
            connection,
            rows,
            spec=spec_of(EMAIL),
            conventions=Conventions(),
            source_id="crm",
            key=key,
        )
        landed = records(connection, conformed.accepted)
    assert landed[0]["value_hash"] == pseudonym("email", "ali@x.ir", key)


def test_one_person_has_one_email_pseudonym_however_it_is_written() -> None:
    written = [
        "Ali1@X.ir",
        " ali1@x.ir\xa0",
        "ａｌｉ１＠x.ir",
        "ali۱@x.ir",
        "\u200eali1\u200f@x.ir",
    ]
    outcome = Outcome(written, EMAIL)
    assert outcome.hashes == [pseudonym("email", "ali1@x.ir")] * len(written)
    assert outcome.clear[0] == "Ali1@X.ir"
    assert {row and row["value_is_shared"] for row in outcome.rows} == {False}


def test_an_email_takes_the_spellings_of_a_text_for_one() -> None:
    """Not those of ``yo``, vowel signs or tatweel: these make another mailbox."""
    rows = texts("letters", "digits", "forms", "composition", "case")
    raw, normal = (
        Outcome([f"{getattr(row, form).replace(' ', '.')}@x.ir" for row in rows], EMAIL).hashes
        for form in ("raw", "normal")
    )
    assert raw == normal
    assert None not in raw


def test_role_mailboxes_are_shared() -> None:
    outcome = Outcome(["INFO@shop.ir", "no-reply@x.ir", "information@x.ir", None], EMAIL)
    assert [row and row["value_is_shared"] for row in outcome.rows] == [True, True, False, None]


def test_addresses_beyond_ascii_are_addresses() -> None:
    outcome = Outcome(["инфо@Пример.рф", "x@shop.co.uk", "o'neil+crm@x.io"], EMAIL)
    assert outcome.rejects == []
    assert outcome.hashes[0] == pseudonym("email", "инфо@пример.рф")


@pytest.mark.parametrize("written", ["ali", "ali@", "@x.ir", "a b@x.ir", "a@b", "a@x.ir;b@x.ir"])
def test_what_is_not_an_email_lands_without_value(written: str) -> None:
    outcome = Outcome([written], EMAIL)
    assert outcome.rules == ["not_an_email"]
    assert outcome.rejects[0]["action"] == "landed_without_value"
    assert outcome.counts.count_accepted == 1
    assert outcome.hashes == [None]
    assert outcome.clear == [written]


def test_the_golden_identities_have_the_golden_phones() -> None:
    outcome = Outcome(
        [
            *("0912 345 6789", "+98 912 345 6789", None, "02188880000", "09351112233"),
            *("۰۹۳۵۱۱۱۲۲۳۳", "anonymous"),
        ],
        PHONE,
    )
    golden = phones("989123456789", "989123456789", "982188880000", "989351112233", "989351112233")
    golden_or_null: list[str | None] = [*golden[:2], None, *golden[2:], None]
    assert outcome.hashes == golden_or_null
    assert outcome.rejects == []
    assert outcome.clear[-1] is None


@pytest.mark.parametrize(
    ("region", "expected", "written"),
    [
        (
            "IR",
            "989123456789",
            [
                *("00989123456789", "989123456789", "9123456789", "+98 (0) 912-345-67-89"),
                *("+9809123456789", "0098(0)9123456789", "\u200e+98 912 345 6789", "+09123456789"),
                *("٠٩١٢٣٤٥٦٧٨٩", "０９１２３４５６７８９", "0912.345.6789", "0912–345–6789"),
            ],
        ),
        (
            "RU",
            "79161234567",
            [
                "8 (916) 123-45-67",
                "+7 916 123-45-67",
                "79161234567",
                "9161234567",
                "8107 9161234567",
            ],
        ),
        ("RU", "78123456789", ["8123456789", "88123456789"]),
        ("AE", "971501234567", ["050 123 4567", "971501234567", "501234567", "+971 50 123 4567"]),
        ("US", "12025550123", ["(202) 555-0123", "1 202 555 0123", "+1.202.555.0123"]),
        ("US", "989123456789", ["011 98 912 345 6789", "+989123456789"]),
        ("DE", "4930123456", ["030 123456", "+49 30 123456", "4930123456"]),
        ("IT", "390612345678", ["06 1234 5678", "+39 06 1234 5678"]),
    ],
)
def test_phones_follow_the_numbering_plan_of_the_country(
    region: str, expected: str, written: list[str]
) -> None:
    outcome = Outcome(written, PHONE, Conventions(phone_region=region))
    assert outcome.hashes == phones(expected) * len(written)


def test_callers_who_hide_have_no_phone() -> None:
    hidden = ["anonymous", "Unknown", "<unknown>", "PRIVATE", "restricted", "unavailable", ""]
    outcome = Outcome([*hidden, " Withheld "], PHONE)
    assert outcome.hashes == [None] * 8
    assert outcome.clear == [None] * 8
    assert outcome.rejects == []


@pytest.mark.parametrize(
    "written", ["12345", "call me", "0912x3456789", "1" * 19, "+", "000000000"]
)
def test_what_is_not_a_phone_lands_without_value(written: str) -> None:
    outcome = Outcome([written], PHONE)
    assert outcome.rules == ["not_a_phone"]
    assert outcome.rejects[0]["action"] == "landed_without_value"
    assert outcome.hashes == [None]
    assert outcome.clear == [written]


def test_a_required_phone_that_is_none_refuses_the_row() -> None:
    outcome = Outcome(["call me"], value_column(ColumnType.PHONE, required=True))
    assert outcome.rejects[0]["action"] == "rejected"
    assert outcome.counts.count_rejected == 1


def test_an_unknown_phone_region_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="phone_region is 'QQ'"):
        Outcome(["1"], PHONE, Conventions(phone_region="QQ"))


def test_names_never_land_but_change_the_row() -> None:
    outcome = Outcome(["Ali", " Ali ", "Reza"], NAME)
    rows = [row or {} for row in outcome.rows]
    assert all("value" not in row for row in rows)
    assert outcome.clear == ["Ali", "Ali", "Reza"]


def test_free_text_lands_masked_and_keeps_the_rest() -> None:
    outcome = Outcome(
        [
            "Call +98 (912) 345-67-89 or ali.reza+1@x.co.ir, room 12",
            "شماره من ۰۹۱۲ ۳۴۵ ۶۷۸۹ است",
            "کارت 6037-9911-2233-4455 مبلغ 250000",
            "ｍail ali＠x.ir now",
            "score 10 of 10, order 123456",
            "سلام\u200cعلیکم",
        ],
        FREE_TEXT,
    )
    assert outcome.values == [
        "Call [number] or [email], room 12",
        "شماره من [number] است",
        "کارت [number] مبلغ 250000",
        "ｍail [email] now",
        "score 10 of 10, order 123456",
        "سلام\u200cعلیکم",
    ]
    assert outcome.clear[0] == "Call +98 (912) 345-67-89 or ali.reza+1@x.co.ir, room 12"


@pytest.mark.parametrize("kind", sorted({row.kind for row in masked_texts()}))
def test_what_makes_a_person_known_is_masked_and_nothing_else(kind: str) -> None:
    rows = [row for row in masked_texts() if row.kind == kind]
    outcome = Outcome([row.written for row in rows], FREE_TEXT)
    assert outcome.values == [row.masked for row in rows]


def test_a_mask_that_learns_makes_no_new_version_of_a_row() -> None:
    """The lake holds rows from before names and secrets were masked: their hash must not move."""
    row = Outcome(["my name is Sara, pin 1234, sara@x.ir"], FREE_TEXT).rows[0] or {}
    assert row["value"] == "my name is [name], pin [number], [email]"
    fingerprint = "upsert\x000\x00my name is Sara, pin 1234, [email]"
    assert row["_row_hash"] == hashlib.md5(fingerprint.encode()).hexdigest()


def test_the_key_never_stands_in_an_error() -> None:
    rows = pa.table({"number": ["1"], "value": ["ali@x.ir"]})
    with duckdb.connect() as connection:
        connection.execute("create temp view conform_rows as select 1")
        with pytest.raises(duckdb.Error) as caught:
            conform(
                connection,
                rows,
                spec=spec_of(EMAIL),
                conventions=Conventions(),
                source_id="crm",
                key=KEY,
            )
    assert KEY.hex() not in str(caught.value)
    assert KEY.decode() not in str(caught.value)


def test_batches_and_tables_give_the_same_pseudonyms() -> None:
    rows = pa.table({"number": ["1", "2", "3"], "value": ["ali@x.ir", "ａｌｉ＠x.ir", None]})
    reader = pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(max_chunksize=1))
    found = []
    for form in (rows, reader):
        with duckdb.connect() as connection:
            conformed = conform(
                connection,
                form,
                spec=spec_of(EMAIL),
                conventions=Conventions(),
                source_id="crm",
                key=KEY,
            )
            landed = records(connection, conformed.accepted)
            found.append({row["source_id"]: row["value_hash"] for row in landed})
    ali = pseudonym("email", "ali@x.ir")
    assert found[0] == found[1] == {"1": ali, "2": ali, "3": None}


LOCAL_PARTS = st.text("abcXYZ012٣۴ａｂ.é", min_size=1, max_size=10).filter(
    lambda text: not text.startswith(".")
)


@settings(max_examples=8)
@given(st.lists(LOCAL_PARTS, min_size=1, max_size=20))
def test_email_pseudonyms_agree_with_another_implementation(local_parts: list[str]) -> None:
    addresses = [f"{part}@example.com" for part in local_parts]
    digits = {ord("٣"): "3", ord("۴"): "4"}
    expected = [
        pseudonym("email", unicodedata.normalize("NFKC", text).translate(digits).lower())
        for text in addresses
    ]
    assert Outcome(addresses, EMAIL).hashes == expected


@settings(max_examples=8)
@given(st.lists(st.from_regex(r"09[0-9]{9}", fullmatch=True), min_size=1, max_size=20))
def test_phones_mean_the_same_in_every_script(numbers: list[str]) -> None:
    forms = [
        *numbers,
        *(number.translate(PERSIAN) for number in numbers),
        *(number.translate(ARABIC) for number in numbers),
        *(f"+98 {number[1:4]} {number[4:]}" for number in numbers),
    ]
    expected = [pseudonym("phone", "98" + number[1:]) for number in numbers]
    assert Outcome(forms, PHONE).hashes == expected * 4
