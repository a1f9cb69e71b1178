"""Connections of the sql connector: what is refused, what is tried again, what is never said."""

import os
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingestion.connectors import sql
from ingestion.connectors.sql.databases import snapshot_of
from ingestion.connectors.sql.options import SqlOptions
from ingestion.errors import ConfigurationError, SourceError, TransientSourceError
from ingestion.settings import Source
from tests.ingestion.connectors.sql.conftest import CUSTOMERS, Database

CANARY = "correct-horse-battery"


def opened(url: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setenv("CX_TEST_URL", url)
    options = SqlOptions(url_env="CX_TEST_URL")
    with snapshot_of(options, "crm", Path("unused"), sleep=pauses.append):
        pass


def test_an_unreachable_database_is_tried_three_times_and_not_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    with pytest.raises(TransientSourceError, match="source crm: the database cannot be") as error:
        opened(f"postgresql://me:{CANARY}@/crm?host=/nowhere", monkeypatch, pauses)

    assert pauses == [1.0, 2.0]
    assert CANARY not in str(error.value)
    assert "nowhere" not in str(error.value)


def test_a_refused_login_is_not_tried_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sa.make_url(postgres_url).set(username="stranger", password=CANARY)
    pauses: list[float] = []

    with pytest.raises(SourceError, match="the database refuses the login") as error:
        opened(url.render_as_string(hide_password=False), monkeypatch, pauses)

    assert pauses == []
    assert CANARY not in str(error.value)


@pytest.mark.parametrize("url", ["", "no url at all", f"oracle://me:{CANARY}@host/crm"])
def test_a_variable_without_a_supported_url_is_a_setting_to_mend(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="CX_TEST_URL") as error:
        opened(url, monkeypatch, [])

    assert CANARY not in str(error.value)


def test_nothing_can_be_written_through_the_connection(database: Database) -> None:
    database.customers((1, "Ann", "A", None))

    with (
        pytest.raises(SourceError, match=r"(?i)read.?only"),
        snapshot_of(SqlOptions(url_env="CX_TEST_URL"), "crm", database.inbox) as connection,
    ):
        connection.exec_driver_sql("delete from customers")


def test_one_read_sees_one_state_of_the_database(database: Database) -> None:
    database.customers((1, "Ann", "A", "2026-01-01 10:00:00"))
    source = database.source(cursor="changed", deletes="key_snapshot")
    reading = sql.read(source, "customers", cursor={}, inbox=database.inbox)

    next(reading)
    database.customers((2, "Bo", "A", "2026-01-02 10:00:00"))
    keys = next(reading)

    assert keys.rows.read_all().num_rows == 1


def test_a_batch_may_be_consumed_in_another_thread(database: Database) -> None:
    database.customers((1, "Ann", "A", None))
    reading = sql.read(database.source(), "customers", cursor={}, inbox=database.inbox)
    batch = next(reading)
    counts: list[int] = []

    thread = threading.Thread(target=lambda: counts.append(batch.rows.read_all().num_rows))
    thread.start()
    thread.join()

    assert counts == [1]


def test_money_long_numbers_and_instants_of_postgres_stay_exact(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_TEST_URL", postgres_url)
    query = (
        "select 9007199254740993 as id, 0.10::numeric(20, 2) as name, "
        "123456789012345678.99::numeric as tier, timestamptz '2026-01-01 10:00+03:30' as changed"
    )

    reading = sql.read(
        Source(
            id="crm",
            connector="sql",
            options={"url_env": "CX_TEST_URL"},
            streams={"customers": {"query": query, "columns": CUSTOMERS}},
        ),
        "customers",
        cursor={},
        inbox=Path("unused"),
    )

    batch = next(reading)
    (row,) = batch.rows.read_all().to_pylist()
    assert list(row.values())[:4] == [
        "9007199254740993",
        "0.10",
        "123456789012345678.99",
        "2026-01-01 06:30:00+00",
    ]


def test_a_sqlite_file_is_found_in_the_inbox_only(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "outside.sqlite").touch()
    (inbox / "link.sqlite").symlink_to(tmp_path / "outside.sqlite")

    for name, message in {"link": "lies outside the inbox", "gone": "no database file"}.items():
        source = Source(
            id="crm",
            connector="sql",
            options={"url": f"sqlite:///{{inbox}}/{name}.sqlite"},
            streams={"customers": {"table": "customers", "columns": CUSTOMERS}},
        )
        with pytest.raises(SourceError, match=message):
            list(sql.read(source, "customers", cursor={}, inbox=inbox))


@pytest.mark.mariadb
def test_impossible_dates_flags_and_instants_of_mariadb_stay_what_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = os.environ["CX_TEST_MARIADB_URL"]
    monkeypatch.setenv("CX_TEST_URL", url)
    with sa.create_engine(url).begin() as connection:
        for statement in (
            "set sql_mode = ''",
            "set time_zone = '+03:30'",
            "drop table if exists oddities",
            "create table oddities (id bigint unsigned, name datetime, tier tinyint(1), "
            "changed timestamp null, price decimal(20, 2))",
            "insert into oddities values (18446744073709551615, '0000-00-00 00:00:00', 1, "
            "'2026-01-01 10:00:00', 0.10)",
        ):
            connection.exec_driver_sql(statement)

    source = Source(
        id="crm",
        connector="sql",
        options={"url_env": "CX_TEST_URL"},
        streams={"customers": {"table": "oddities", "columns": CUSTOMERS, "cursor": "changed"}},
    )
    batch = next(sql.read(source, "customers", cursor={}, inbox=Path("unused")))

    (row,) = batch.rows.to_pylist()
    assert (row["customer_number"], row["full_name"], row["segment"], row["price"]) == (
        *("18446744073709551615", "0000-00-00 00:00:00", "1", "0.10"),
    )
    assert row["updated_at"] == "2026-01-01 06:30:00+00:00"
    assert batch.cursor["position"] == "2026-01-01 06:30:00"
