"""What the sql connector reads, the same for every database."""

from datetime import UTC, datetime

import pytest

from ingestion.connectors import sql
from ingestion.connectors.sql.reading import read_stream
from ingestion.errors import SourceError
from tests.ingestion.connectors.sql.conftest import CUSTOMERS, Database, column

DELTA = {"cursor": "changed", "overlap_minutes": 0}


def days(count: int) -> list[tuple[int, str, str, str]]:
    return [
        (number, f"Person {number}", "A", f"2026-01-{number:02} 10:00:00")
        for number in range(1, count + 1)
    ]


def test_a_full_read_is_one_snapshot_with_the_entity_s_columns(database: Database) -> None:
    database.customers((2, "Bo", "B", None), (1, "سارا", "X", "2026-01-01 10:00:00"))

    (batch,) = database.read()

    assert batch.is_snapshot
    assert batch.rows.drop_columns(["_file", "updated_at"]).to_pylist() == [
        {"customer_number": "1", "full_name": "سارا", "segment": "X", "_row": 1},
        {"customer_number": "2", "full_name": "Bo", "segment": "silver", "_row": 2},
    ]
    assert column([batch], "_file") == ["customers", "customers"]
    assert column([batch], "updated_at")[0].startswith("2026-01-01 10:00:00")


def test_two_full_reads_are_identical(database: Database) -> None:
    database.customers(*days(9))

    first, second = (database.read(**DELTA, batch_rows=4) for _ in range(2))

    assert [batch.rows for batch in first] == [batch.rows for batch in second]
    assert [batch.rows.num_rows for batch in first] == [4, 4, 1]


def test_reading_resumes_behind_every_batch_as_if_it_had_not_stopped(database: Database) -> None:
    database.customers(*days(9))
    batches = database.read(**DELTA, batch_rows=2)
    full = column(batches, "customer_number")

    for place, batch in enumerate(batches, start=1):
        landed = column(batches[:place], "customer_number")
        rest = column(database.read(batch.cursor, **DELTA, batch_rows=2), "customer_number")
        assert sorted({*landed, *rest}) == sorted(full)
        assert len(rest) <= len(full) - len(landed) + 1


def test_more_rows_with_one_time_than_a_batch_holds_are_all_read(database: Database) -> None:
    database.customers(*[(n, "Same", "A", "2026-01-01 10:00:00") for n in range(1, 26)])

    first, *_ = database.read(**DELTA, batch_rows=10)
    again = database.read(first.cursor, **DELTA, batch_rows=10)

    assert len(set(column(again, "customer_number"))) == 25


def test_a_row_that_changes_between_batches_is_read_again_next_time(database: Database) -> None:
    database.customers(*days(6))
    source = database.source(**DELTA, batch_rows=2)
    reading = sql.read(source, "customers", cursor={}, inbox=database.inbox)

    seen = [next(reading)]
    database.run("update customers set tier = 'B', changed = '2026-02-01 10:00:00' where id = 6")
    database.run("delete from customers where id = 5")
    seen += reading
    after = database.read(seen[-1].cursor, **DELTA)

    assert column(seen, "segment") == ["gold"] * 6
    assert column(after, "customer_number") == ["6"]
    assert column(after, "segment") == ["silver"]


def test_a_late_commit_is_found_through_the_overlap(database: Database) -> None:
    database.customers((1, "Ann", "A", "2026-01-01 10:00:00"))
    cursor = database.read(cursor="changed")[-1].cursor
    database.customers((2, "Late", "A", "2026-01-01 09:05:00"))
    database.customers((3, "Too late", "A", "2026-01-01 08:55:00"))

    found = sql.read(
        database.source(cursor="changed"), "customers", cursor=cursor, inbox=database.inbox
    )

    assert column(list(found), "customer_number") == ["2", "1"]


def test_rows_without_a_cursor_value_are_read_every_time(database: Database) -> None:
    database.customers(*days(2), (3, "Never changed", "A", None))
    cursor = database.read(**DELTA)[-1].cursor

    again = column(database.read(cursor, **DELTA), "customer_number")

    assert sorted(again) == ["2", "3"]


def test_a_number_is_a_cursor_too(database: Database) -> None:
    database.customers(*days(12))
    settings = {"cursor": "id", "batch_rows": 5}
    first, *_ = database.read(**settings)

    rest = column(database.read(first.cursor, **settings), "customer_number")

    assert rest == [str(number) for number in range(5, 13)]


def test_keys_of_living_rows_come_last_so_that_deletes_are_found(database: Database) -> None:
    database.customers(*days(3))
    settings = DELTA | {"deletes": "key_snapshot"}
    cursor = database.read(**settings)[-2].cursor
    database.run("delete from customers where id = 2")

    *_, keys = database.read(cursor, **settings)

    assert keys.is_snapshot
    assert keys.keys_only
    assert keys.rows.column_names == ["customer_number", "_file", "_row"]
    assert sorted(column([keys], "customer_number")) == ["1", "3"]
    assert keys.cursor == {}


def test_a_restored_backup_is_refused_with_the_way_out(database: Database) -> None:
    database.customers(*days(9))
    cursor = database.read(**DELTA)[-1].cursor
    database.run("delete from customers where id > 3")

    with pytest.raises(SourceError, match="restored from a backup; rewind"):
        database.read(cursor, **DELTA)


def test_a_date_in_the_future_does_not_hide_later_changes(database: Database) -> None:
    database.customers(*days(2), (3, "Typing error", "A", "2226-01-01 10:00:00"))
    source = database.source(**DELTA)
    arguments = {
        "inbox": database.inbox,
        "sleep": lambda seconds: None,
        "clock": lambda: datetime(2026, 1, 5, tzinfo=UTC),
    }
    cursor = list(read_stream(source, "customers", cursor={}, **arguments))[-1].cursor
    database.customers((4, "Later", "A", "2026-01-07 10:00:00"))

    found = list(read_stream(source, "customers", cursor=cursor, **arguments))

    assert cursor["position"] == "2026-01-06 00:00:00"
    assert column(found, "customer_number") == ["4", "3"]


def test_columns_that_nobody_mapped_follow_under_their_own_names(database: Database) -> None:
    database.customers(*days(1))
    database.run("alter table customers add column favorite_color varchar(10)")
    database.run("alter table customers add column segment varchar(10) default 'raw'")

    (batch,) = database.read()

    assert column([batch], "favorite_color") == [None]
    assert column([batch], "segment") == ["gold"]
    assert column([batch], "source.segment") == ["raw"]


def test_a_mapped_column_that_is_missing_is_named_with_those_that_exist(
    database: Database,
) -> None:
    with pytest.raises(SourceError, match=r"'phone_no' \(for phone\); it has 'id', 'name'"):
        database.read(columns=CUSTOMERS | {"phone": "phone_no"})


def test_a_missing_column_with_a_default_is_no_error(database: Database) -> None:
    database.customers(*days(1))

    (batch,) = database.read(columns=CUSTOMERS | {"market": {"from": "city", "default": "Oslo"}})

    assert column([batch], "market") == ["Oslo"]


def test_code_in_the_name_of_a_column_stays_a_name(database: Database) -> None:
    """Fault 50."""
    attack = 'n"`; drop table customers; --'
    quoted = database.engine.dialect.identifier_preparer.quote(attack)
    database.run("drop table if exists odd")
    database.run(f"create table odd (id integer, {quoted} varchar(100))")
    database.run("insert into odd values (1, 'Ann')")

    (batch,) = database.read(table="odd", columns={"customer_number": "id", "full_name": attack})

    assert batch.rows.column("full_name").to_pylist() == ["Ann"]
    database.customers((1, "still", "A", None))


def test_a_query_is_read_like_a_table(database: Database) -> None:
    database.customers(*days(3), (4, "100% sure", "B", "2026-01-04 10:00:00"))
    query = (
        "select id, name, tier, changed, '12:30' as \"from\" from customers "
        "where name like '100%' -- only :these"
    )
    if database.engine.dialect.name == "mysql":
        query = query.replace('"', "`")

    (batch,) = database.read(query=query, cursor="changed")

    assert column([batch], "full_name") == ["100% sure"]
    assert column([batch], "from") == ["12:30"]


def test_a_table_without_rows_is_an_empty_snapshot(database: Database) -> None:
    (batch,) = database.read()

    assert batch.rows.num_rows == 0
    assert batch.rows.column_names[:4] == [*CUSTOMERS]


def test_a_table_that_does_not_exist_is_named_in_one_sentence(database: Database) -> None:
    with pytest.raises(SourceError, match="no_such_table") as error:
        database.read(table="no_such_table")

    assert "\n" not in str(error.value)
    assert "select" not in str(error.value).lower()
