"""Settings of the sql connector: every mistake is named with its key."""

from typing import Any

import pytest

from ingestion.connectors import sql
from ingestion.errors import ConfigurationError
from ingestion.settings import Source

STREAM: dict[str, Any] = {"table": "people", "columns": {"customer_number": "id"}}
PLACE = {"url_env": "CRM_URL"}


def source(options: dict[str, Any] = PLACE, name: str = "customers", **stream: Any) -> Source:
    settings = {key: value for key, value in (STREAM | stream).items() if value is not None}
    return Source(id="crm", connector="sql", options=options, streams={name: settings})


def test_sound_settings_pass() -> None:
    sql.check(source())
    sql.check(source({"url": "sqlite:///{inbox}/crm.sqlite"}, cursor="changed"))
    sql.check(source(table=None, query="with a as (select 1) select * from a; "))
    assert sql.configured(source()) == ("customers",)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (source({}), "exactly one of url_env and url"),
        (
            source({"url": "postgresql://me:secret@host/crm"}),
            "options: url: Value error, must be sqlite:///",
        ),
        (source({"url": "sqlite:///../crm.sqlite"}), "file in the source's inbox"),
        (source({"url": "sqlite:////etc/crm.sqlite"}), "file in the source's inbox"),
        (source({"url_env": "CRM_URL", "pasword": "x"}), "options: pasword: Extra inputs"),
        (source(name="clients"), "stream clients: must be one of customers, "),
        (source(tabel="people"), "tabel: Extra inputs are not permitted"),
        (source(table='people"; drop table people; --'), "table is"),
        (source(table="people", query="select 1"), "exactly one of table and query"),
        (source(table=None, query="delete from people"), "must be one SELECT statement"),
        (source(table=None, query="select 1; delete from people"), "must be one SELECT"),
        (source(batch_rows=0), "batch_rows is 0"),
        (source(deletes="key_snapshot"), "deletes needs a cursor"),
        (source(columns={"customer_no": "id"}), "names customer_no, which customers does not"),
        (source(columns={"full_name": "name"}), "must map customer_number"),
        (source(conventions={"dates": "ddmm"}), "dates is 'ddmm'"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(wrong: Source, message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        sql.check(wrong)

    assert message in str(error.value)
    assert str(error.value).startswith("source crm")


def test_a_password_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as error:
        sql.check(source({"url": "postgresql://me:secret@host/crm", "password": "secret"}))

    assert "secret" not in str(error.value)
