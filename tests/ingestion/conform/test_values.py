"""Text, identifiers, numbers and booleans: what is typed and what is refused by which rule."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.settings import Conventions
from ingestion.stream import ColumnType
from tests.factories.conforming import Outcome, value_column

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

TEXT = value_column(ColumnType.TEXT)
ID = value_column(ColumnType.ID)
INTEGER = value_column(ColumnType.INTEGER)
DECIMAL = value_column(ColumnType.DECIMAL)
BOOLEAN = value_column(ColumnType.BOOLEAN)


def test_text_loses_invisible_edges_and_keeps_its_inside() -> None:
    outcome = Outcome(
        ["\ufeff a\u200cb \u200f", "\u200e\xa0x\t\r\n", "كتاب علي", "a\nb", "   ", "", "😀"], TEXT
    )
    assert outcome.values == ["a\u200cb", "x", "كتاب علي", "a\nb", None, None, "😀"]
    assert outcome.rejects == []


def test_null_words_are_no_value_in_every_type() -> None:
    conventions = Conventions(null_words=("", "NULL", "-1", "0000-00-00"))
    for kind in (ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DATE, ColumnType.BOOLEAN):
        words = [" NULL ", "-1", "0000-00-00", "", None]
        outcome = Outcome(words, value_column(kind), conventions)
        assert outcome.values == [None] * 5, kind
        assert outcome.rejects == []


@pytest.mark.parametrize("kind", list(ColumnType))
def test_nul_bytes_and_undecodable_text_are_refused_in_every_type(kind: ColumnType) -> None:
    outcome = Outcome(["1\x002", "1\ufffd2", "\x00", "\ufffd"], value_column(kind))
    assert outcome.rules == ["nul_byte", "undecodable", "nul_byte", "undecodable"]
    assert outcome.counts.count_rejected == 4


def test_bytes_are_read_as_utf8() -> None:
    outcome = Outcome(pa.array(["سلام".encode(), b"\xff", None]), TEXT)
    assert outcome.values == ["سلام", None, None]
    assert outcome.rules == [None, "undecodable", None]


def test_a_required_column_refuses_an_absent_value() -> None:
    outcome = Outcome([" ", None, "a"], value_column(ColumnType.TEXT, required=True))
    assert outcome.rules == ["required", "required", None]


def test_allowed_values_are_stored_in_lower_case() -> None:
    column = value_column(ColumnType.TEXT, allowed=("won", "lost"))
    outcome = Outcome([" Won", "LOST", "draw", None], column)
    assert outcome.values == ["won", "lost", None, None]
    assert outcome.rules == [None, None, "not_allowed", None]


def test_identifiers_keep_zeros_and_refuse_numbers_that_a_spreadsheet_rounded() -> None:
    outcome = Outcome(
        ["00912", " ۰۰۹۱۲ ", "9007199254740993", "123.0", "9.89E+11", "1e+16", "A+12", "12E5"], ID
    )
    assert outcome.values[:4] == ["00912", "00912", "9007199254740993", "123.0"]
    assert outcome.rules[4:6] == ["scientific_notation"] * 2
    assert outcome.values[6:] == ["A+12", "12E5"]


def test_typed_identifiers_are_exact() -> None:
    assert Outcome(pa.array([2**53 + 1, None]), ID).values == [str(2**53 + 1), None]
    assert Outcome(pa.array([1e16]), ID).rules == ["scientific_notation"]


def test_integers_are_exact_up_to_the_last_one() -> None:
    outcome = Outcome(
        ["9223372036854775807", "-9223372036854775808", "9223372036854775808", "+5", "007", "5.00"],
        INTEGER,
    )
    assert outcome.values == [2**63 - 1, -(2**63), None, 5, 7, 5]
    assert outcome.rules[2] == "out_of_range"


@pytest.mark.parametrize(
    "written",
    [
        *("abc", "1e3", "0x10", "1_000", "1,00", "12,34,567", "1,234 567", "50%", "--5", "5-"),
        *("1.2.3", "NaN", "Infinity", "(5)", "1 2", "۱۲۳a", ".", "-", "1,234,56"),
    ],
)
def test_what_is_not_a_number_is_refused(written: str) -> None:
    assert Outcome([written], DECIMAL).rules == ["not_a_number"]
    assert Outcome([written], INTEGER).rules == ["not_a_number"]


def test_decimals_are_exact_and_never_rounded() -> None:
    outcome = Outcome(
        ["1.005", "1.50", "1.500", "-0.01", ".5", "9999999999999999.99", "10000000000000000"],
        DECIMAL,
    )
    assert outcome.values == [
        None,
        Decimal("1.50"),
        Decimal("1.50"),
        Decimal("-0.01"),
        Decimal("0.50"),
        Decimal("9999999999999999.99"),
        None,
    ]
    assert outcome.rules[0] == "too_many_decimals"
    assert outcome.rules[6] == "out_of_range"


def test_thousands_count_only_in_whole_groups() -> None:
    numbers = ["1,234,567.89", "1 234 567.89", "1'234'567.89", "1\xa0234\xa0567.89"]
    numbers += ["۱٬۲۳۴٬۵۶۷٫۸۹", "1\u202f234\u202f567.89", "\u200e1,234,567.89"]
    outcome = Outcome(numbers, DECIMAL)
    assert outcome.values == [Decimal("1234567.89")] * len(numbers)


def test_a_decimal_comma_is_read_where_it_is_declared() -> None:
    outcome = Outcome(
        ["1.234.567,89", "1 234 567,89", "5,5", "5.5", "-7", "۱٬۲۳۴٫۵"],
        DECIMAL,
        Conventions(decimal_separator=","),
    )
    assert outcome.values[:3] == [Decimal("1234567.89"), Decimal("1234567.89"), Decimal("5.50")]
    assert outcome.rules[3] == "not_a_number"
    assert outcome.values[4:] == [Decimal("-7.00"), Decimal("1234.50")]


def test_bounds_refuse_what_lies_outside() -> None:
    column = value_column(ColumnType.INTEGER, minimum=0, maximum=10)
    outcome = Outcome(["-1", "0", "10", "11"], column)
    assert outcome.rules == ["out_of_range", None, None, "out_of_range"]
    assert Outcome(pa.array([-1, 5]), column).rules == ["out_of_range", None]


def test_typed_numbers_are_cast_without_loss() -> None:
    assert Outcome(pa.array([5, None]), DECIMAL).values == [Decimal("5.00"), None]
    decimals = pa.array([Decimal("1.250"), Decimal("1.255")], pa.decimal128(10, 3))
    assert Outcome(decimals, DECIMAL).rules == [None, "too_many_decimals"]
    assert Outcome(decimals, INTEGER).rules == ["too_many_decimals"] * 2
    floats = pa.array([19.99, 0.1 + 0.2, float("nan"), 1e20, 1e-9, 3.0])
    assert Outcome(floats, DECIMAL).rules == [
        *(None, "too_many_decimals", "not_a_number", "out_of_range", "too_many_decimals", None)
    ]
    assert Outcome(floats, INTEGER).values[-1] == 3
    assert Outcome(pa.array([2**64 - 1], pa.uint64()), INTEGER).rules == ["out_of_range"]


def test_booleans_follow_the_declared_words() -> None:
    outcome = Outcome(["Yes", "ДА", "بله", "۱", "0", "خیر", "maybe", None], BOOLEAN)
    assert outcome.values == [True, True, True, True, False, False, None, None]
    assert outcome.rules[6:] == ["not_a_boolean", None]
    assert Outcome(["si", "yes"], BOOLEAN, Conventions(true_words=("SI",))).rules == [
        *(None, "not_a_boolean")
    ]
    assert Outcome(pa.array([True, False, None]), BOOLEAN).values == [True, False, None]
    assert Outcome(pa.array([1, 0, 2]), BOOLEAN).rules == [None, None, "not_a_boolean"]


@settings(max_examples=8)
@given(
    st.lists(
        st.decimals(min_value=-(10**15), max_value=10**15, places=2),
        min_size=1,
        max_size=20,
    )
)
def test_numbers_mean_the_same_in_every_script(numbers: list[Decimal]) -> None:
    plain = [f"{number:.2f}" for number in numbers]
    grouped = [f"{number:,.2f}" for number in numbers]
    arabic = [text.translate(ARABIC).replace(",", "٬").replace(".", "٫") for text in grouped]
    persian = [text.translate(PERSIAN) for text in plain]
    assert Outcome(plain + grouped + arabic + persian, DECIMAL).values == numbers * 4


@settings(max_examples=8)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_no_text_is_lost_or_changed_inside(texts: list[str]) -> None:
    outcome = Outcome(texts, TEXT)
    for text, value, rule in zip(texts, outcome.values, outcome.rules, strict=True):
        if rule:
            assert rule == ("nul_byte" if "\x00" in text else "undecodable")
        else:
            assert (value or "") in text
            assert (value or "").strip() == (value or "") or value == text.strip()
