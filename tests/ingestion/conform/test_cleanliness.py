"""The look at whole columns agrees with a look at every value."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.conform.cleanliness import is_clean
from ingestion.stream import ColumnType
from tests.factories.conforming import Outcome, value_column

CELLS = st.one_of(st.none(), st.text("ab -~", max_size=4), st.text(max_size=2))


def looks_clean(text: str | None) -> bool:
    return text is None or (
        all(" " <= letter <= "~" for letter in text) and text == text.strip(" ")
    )


@settings(max_examples=100)
@given(
    st.lists(CELLS, max_size=6),
    st.integers(0, 3),
    st.sampled_from([pa.string(), pa.large_string()]),
)
def test_a_column_is_clean_when_every_value_is(
    cells: list[str | None], start: int, kind: pa.DataType
) -> None:
    seen = cells[start:]
    sliced = pa.array(cells, kind).slice(start)
    assert is_clean(pa.chunked_array([sliced, sliced])) == all(map(looks_clean, seen))


@pytest.mark.parametrize("values", [["a"], [None], [""], []])
def test_trivial_columns_are_clean(values: list[str | None]) -> None:
    assert is_clean(pa.chunked_array([pa.array(values, pa.string())]))


def test_other_types_are_looked_at_value_by_value() -> None:
    assert not is_clean(pa.chunked_array([pa.array([1])]))
    assert not is_clean(pa.chunked_array([pa.array(["a"]).dictionary_encode()]))


@pytest.mark.parametrize("kind", list(ColumnType))
def test_one_unclean_value_changes_nothing_for_the_clean_ones(kind: ColumnType) -> None:
    clean = ["1", "007", "2024-03-05", "yes", "ali@x.ir", "09121112233", "9.89E+11", "", "won"]
    alone = Outcome(clean, value_column(kind))
    beside = Outcome([*clean, " \u06f1"], value_column(kind))
    assert beside.rows[:-1] == alone.rows
    assert beside.rules[:-1] == alone.rules
    assert beside.clear[:-1] == alone.clear
