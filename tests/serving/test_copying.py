"""A version that begins as the one before: the same rows as one that is written whole."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

import duckdb
import pytest

from serving import (
    AuditError,
    Published,
    Relation,
    copying,
    current_version,
    personal,
    publish,
)
from serving.copying import LONGEST_CHAIN
from serving.personal import Kind
from tests.factories.damage import flip
from tests.factories.texts import SAME_HASH
from tests.serving.conftest import facts

CALLS = """
    create or replace table marts.mart_call as
    select
        number as call_number, 'agent ' || number % 7 as agent, number / 8 as minutes,
        date '2026-10-01' + number::integer % 31 as local_date,
        if(number % 5 = 0, null, number % 3 = 0) as is_answered,
        (number * 1.25)::decimal(18, 2) as amount,
        'first' as run_id, timestamp '2026-10-01' as computed_at
    from range(400) as numbers(number);
    comment on table marts.mart_call is 'One row per call.';
    comment on column marts.mart_call.agent is 'Who answered.';
    create or replace view marts.mart_call_long as
    select * from marts.mart_call where minutes > 20;
    create or replace view marts.mart_kpi_known as
    select calls.*, kpi.value from marts.mart_call as calls
    inner join core.fct_calls as kept on kept.contact_id = calls.call_number::varchar
    left join marts.mart_cx_kpi as kpi on kpi.n = calls.call_number;
"""

CHANGES = (
    "update marts.mart_call set run_id = 'run {n}', computed_at = date '2026-10-01' + {n}",
    "update marts.mart_call set computed_at = null",
    "delete from marts.mart_call where call_number % 100 = {n} % 100",
    "update marts.mart_call set minutes = minutes + 1 where call_number % 50 = {n} % 50",
    "update marts.mart_call set is_answered = null where call_number = {n}",
    "update marts.mart_call set agent = null where call_number = {n}",
    "update marts.mart_call set local_date = local_date + 1 where call_number % 90 = {n} % 90",
    "update marts.mart_call set local_date = null where call_number % 80 = {n} % 80",
    "insert into marts.mart_call (call_number, agent) values (1000 + {n}, 'new'), ({n}, 'again')",
    "insert into marts.mart_call from marts.mart_call where call_number = {n}",
    "delete from marts.mart_call where rowid in (select min(rowid) from marts.mart_call "
    "group by all having count(*) > 1)",
    "delete from marts.mart_call",
    "update marts.mart_call set minutes = -minutes",
    "alter table marts.mart_call add column note_{n} varchar; " + CALLS.split(";")[-3],
    "create or replace table marts.mart_call as "
    "select agent, * exclude (agent) from marts.mart_call",
    "comment on column marts.mart_call.agent is 'Agent {n}.'",
    "comment on column marts.mart_call.agent is null",
    "comment on table marts.mart_call is 'Calls {n}.'",
    "alter table marts.mart_call alter column minutes type decimal(18, 4)",
    "update core.fct_calls set contact_id = '{n}' where contact_id = '1'",
    CALLS,
)


def relations(warehouse: Path) -> list[Relation]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema = 'marts' or table_name = 'dim_calendar'"
        ).fetchall()
    return [Relation(*name) for name in names]


def publish_run(warehouse: Path, marts: Path, run_id: str, *, is_whole: bool = False) -> Published:
    return publish(
        warehouse,
        marts,
        relations=relations(warehouse),
        run_id=run_id,
        facts=facts("run"),
        is_whole=is_whole,
    )


def change(warehouse: Path, *statements: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def content(published: Published) -> dict[str, Sequence[object]]:
    """Rows, columns and words of everything that a version holds, but when it was made."""
    held: dict[str, Sequence[object]] = {}
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for name in published.row_counts:
            rows = connection.execute(f'from "{name}" order by all').fetchall()
            file = published.folder / "parquet" / f"{name}.parquet"
            if file.exists():
                assert connection.execute(f"from '{file}' order by all").fetchall() == rows
            held[name] = rows
        for said in (
            "select table_name, comment from duckdb_tables() order by all",
            "select view_name, comment, sql from duckdb_views() where not internal order by all",
            "select table_name, column_index, column_name, data_type, comment "
            "from duckdb_columns() where not internal order by all",
        ):
            held[said] = connection.execute(said).fetchall()
    return held


def since_whole(published: Published) -> int:
    receipt = json.loads((published.folder / "published.json").read_text(encoding="utf-8"))
    return int(receipt["since_whole"])


@pytest.fixture
def calls(warehouse: Path) -> Path:
    """The warehouse with a larger mart, a view that is published as one, and another."""
    change(warehouse, CALLS)
    return warehouse


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.lane) for n in (1, 2))])
def test_whatever_changes_a_version_equals_one_that_is_written_whole(
    calls: Path, marts: Path, tmp_path: Path, seed: int
) -> None:
    random, begun_as_before = Random(seed), 0
    for night in range(15):
        chosen = random.sample(CHANGES, random.randrange(4)) if night else []
        change(calls, *(statement.format(n=random.randrange(400)) for statement in chosen))

        published = publish_run(calls, marts, f"run{night:02}")
        whole = publish_run(calls, tmp_path / "whole", f"run{night:02}", is_whole=True)

        assert published.row_counts == whole.row_counts
        assert content(published) == content(whole), chosen
        begun_as_before += since_whole(published) > 0
    assert begun_as_before > 9


def test_what_tells_the_run_is_set_and_no_row_is_written_for_it(
    calls: Path, marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_run(calls, marts, "run1")
    change(calls, "update marts.mart_call set run_id = 'second', computed_at = null")
    written: list[str] = []
    write = copying._write
    monkeypatch.setattr(
        copying, "_write", lambda source, of: written.append(of.name) or write(source, of)
    )
    second = publish_run(calls, marts, "run2")

    assert "mart_call" not in written
    with duckdb.connect(str(second.database), read_only=True) as connection:
        found = connection.execute("select distinct run_id, computed_at from mart_call").fetchall()
    assert found == [("second", None)]


def test_a_text_in_which_two_numbers_change_is_written(calls: Path, marts: Path) -> None:
    for number, text in enumerate(SAME_HASH):
        change(calls, f"update marts.mart_call set agent = '{text}' where call_number = 9")
        published = publish_run(calls, marts, f"run{number}")

    with duckdb.connect(str(published.database), read_only=True) as connection:
        found = connection.execute("select agent from mart_call where call_number = 9").fetchall()
    assert found == [(SAME_HASH[1],)]


def test_what_is_published_no_longer_leaves_the_file(calls: Path, marts: Path) -> None:
    change(calls, "create table marts.mart_old as select 1 as x")
    assert "mart_old" in content(publish_run(calls, marts, "run1"))
    change(calls, "drop table marts.mart_old", "create view marts.mart_old as select 2 as x")
    assert content(publish_run(calls, marts, "run2"))["mart_old"] == [(2,)]
    change(calls, "drop view marts.mart_old", "drop view marts.mart_call_long")

    published = publish_run(calls, marts, "run3")

    assert since_whole(published) == 2
    assert not {"mart_old", "mart_call_long"} & set(published.row_counts)
    with duckdb.connect(str(published.database), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables").fetchall()
    assert {name for (name,) in names} == {*published.row_counts, "_meta"}


def test_what_was_a_view_may_become_a_table_and_a_view_again(calls: Path, marts: Path) -> None:
    as_view = "create view marts.mart_call_long as select * from marts.mart_call where minutes > 20"
    as_table = "create table marts.mart_call_long as from marts.mart_call where minutes > 20"
    for number, kind in enumerate(("view", "table", "view", "view")):
        published = publish_run(calls, marts, f"run{number}")
        assert published.row_counts["mart_call_long"] == 239, kind
        change(calls, f"drop {kind} marts.mart_call_long", as_table if not number else as_view)
    assert since_whole(published) == 3


def test_after_six_versions_that_began_as_the_one_before_one_is_written_whole(
    calls: Path, marts: Path
) -> None:
    found = [since_whole(publish_run(calls, marts, f"run{number}")) for number in range(9)]

    assert found == [*range(LONGEST_CHAIN + 1), 0, 1]


@pytest.mark.parametrize("name", ["marts.duckdb", "contents.parquet"])
def test_no_version_begins_as_a_damaged_one(calls: Path, marts: Path, name: str) -> None:
    damaged = publish_run(calls, marts, "run0")
    flip(damaged.folder / name)

    published = publish_run(calls, marts, "run1")

    assert since_whole(published) == 0
    assert published.row_counts == damaged.row_counts


def test_few_changes_write_few_rows_and_the_format_stays(
    calls: Path, marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_run(calls, marts, "run0")
    change(calls, "update marts.mart_call set minutes = 0.5 where call_number = 9")
    written: list[Relation] = []
    monkeypatch.setattr(copying, "_write", lambda _, relation: written.append(relation))

    published = publish_run(calls, marts, "run1")

    assert not written
    assert (9, 0.5) in [row[0:3:2] for row in content(published)["mart_call"]]
    header = published.database.read_bytes()[:20]
    assert int.from_bytes(header[12:20], "little") == 65


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            ["update marts.mart_call set agent = 'ali@example.ir' where call_number = 9"],
            "mart_call.agent holds an e-mail address in 1 rows.",
        ),
        (
            ["update marts.mart_call set run_id = 'by ali@example.ir'"],
            "mart_call.run_id holds an e-mail address in 1 rows.",
        ),
        (
            [
                "create or replace view marts.mart_call_long as select call_number, "
                "replace(agent, ' ', '@') || '.ir' as agent from marts.mart_call"
            ],
            "mart_call_long.agent holds an e-mail address in 400 rows.",
        ),
        (
            ["create table marts.mart_new as select 'call +98 912 345 6789' as note"],
            "mart_new.note holds a phone number in 1 rows.",
        ),
    ],
    ids=["row", "run", "view", "table"],
)
def test_personal_data_that_comes_into_a_version_keeps_the_one_before(
    calls: Path, marts: Path, changes: list[str], finding: str
) -> None:
    before = publish_run(calls, marts, "run1")
    change(calls, *changes)

    with pytest.raises(AuditError) as refused:
        publish_run(calls, marts, "run2")

    assert finding in refused.value.findings
    assert current_version(marts) == before.folder
    assert [folder.name for folder in marts.glob("versions/*")] == ["run1"]


def test_where_other_rules_hold_all_texts_are_looked_through_again(
    calls: Path, marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_run(calls, marts, "run1")
    ours = Kind("the name of an agent", lambda text: f"contains({text}, 'agent')", lambda _: "true")
    monkeypatch.setattr(personal, "KINDS", (*personal.KINDS, ours))

    with pytest.raises(
        AuditError, match=r"mart_call\.agent holds the name of an agent in 400 rows"
    ):
        publish_run(calls, marts, "run2")
