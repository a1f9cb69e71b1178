"""What stops the build when a seed names a code that nobody declared."""

import re

import duckdb
import pytest

from tests.factories.rendering import PROJECT, rendered

SOURCE = (PROJECT / "tests/generic/has_known_codes.sql").read_text("utf-8")
CALLABLE = re.sub(r"{% (end)?test ", r"{% \1macro ", SOURCE)
CHECK = rendered(
    "{% set needs, kpis = namespace(identifier='needs'), namespace(identifier='kpis') %}"
    + CALLABLE
    + "{{ has_known_codes(needs, 'kpi_id', kpis, 'kpi_id', \"family = 'a'\") }}"
)
# dbt writes the relation itself; here a namespace stands for it.
QUERY = re.sub(r"<Namespace[^>]*'identifier': '(\w+)'[^>]*>", r"\1", CHECK)


def refusals(named: list[str | None]) -> int:
    connection = duckdb.connect()
    connection.execute("create table kpis as select 'K-A' as kpi_id, 'a' as family")
    connection.execute("insert into kpis values ('K-A', 'a'), ('K-B', 'b')")
    connection.execute("create table needs as select unnest(?::varchar[]) as kpi_id", [named])
    # As dbt asks, which needs no column of the rows.
    found = connection.execute(f"select count(*) from ({QUERY})").fetchone()
    assert found
    return int(found[0])


def test_known_codes_the_asterisk_and_no_code_pass() -> None:
    assert refusals(["K-A", "*", None]) == 0


@pytest.mark.parametrize("code", ["K-C", "K-B"], ids=["of no table", "of another list"])
def test_an_unknown_code_is_named_with_its_seed_and_the_table_that_lacks_it(code: str) -> None:
    sentence = f"needs names the kpi_id {code}, which kpis does not have: correct it"
    with pytest.raises(duckdb.Error, match=sentence):
        refusals(["K-A", code])
