"""The warehouse's comparison of texts, against the table that all rooms share."""

import unicodedata
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.rendering import rendered
from tests.factories.texts import Text, texts

NORMALIZED = rendered(
    "select list({{ normalized_text('text') }} order by number) "
    "from (select unnest(?) as text, unnest(range(?)) as number)"
)
ALPHABET = "".join(row.raw for row in texts()) + "ABCабвЙйآئ'؟ \u200b"


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def normalized(
    connection: duckdb.DuckDBPyConnection, values: Sequence[str | None]
) -> list[str | None]:
    ((found,),) = connection.execute(NORMALIZED, [values, len(values)]).fetchall()
    return found


@pytest.mark.parametrize("row", texts(), ids=lambda row: row.reason)
def test_a_text_has_the_normal_form_of_the_table(
    connection: duckdb.DuckDBPyConnection, row: Text
) -> None:
    assert normalized(connection, [row.raw]) == [row.normal or None]


def test_no_text_has_no_normal_form(connection: duckdb.DuckDBPyConnection) -> None:
    assert normalized(connection, [None, ""]) == [None, None]


def test_a_language_has_one_code_however_its_source_spells_it() -> None:
    spelled = rendered(
        "select {{ language_tag('code') }} from (values ('FA'), ('fa '), ('pt_BR')) as codes (code)"
    )
    assert duckdb.sql(spelled).fetchall() == [("fa",), ("fa",), ("pt-br",)]


@settings(max_examples=20)
@given(values=st.lists(st.text(alphabet=ALPHABET, max_size=12), min_size=1, max_size=40))
def test_a_normal_form_is_its_own_and_forgets_how_it_was_composed(
    connection: duckdb.DuckDBPyConnection, values: list[str]
) -> None:
    normal = normalized(connection, values)
    assert normalized(connection, normal) == normal
    decomposed = [unicodedata.normalize("NFD", value) for value in values]
    assert normalized(connection, decomposed) == normal
