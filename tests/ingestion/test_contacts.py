"""The contacts of the lake, and the one reading of a number, whoever wrote it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion import PhoneReader, contact_records, phone_regions
from ingestion.conform import conform
from ingestion.contacts import CUSTOMERS
from ingestion.lake import Lake
from ingestion.landing import Arrival, land
from ingestion.settings import Home, Sources
from ingestion.sql import connect

COMPANY = {"key": "acme", "name": {}, "time_zone": "UTC", "currency": "IRR"}


def sources_of(country: str | None = None, **regions: str) -> Sources:
    declared = [
        {
            "id": name,
            "connector": "files",
            "conventions": {"phone_region": region},
            "streams": {"customers": {}},
        }
        for name, region in regions.items()
    ]
    return Sources.model_validate({"company": COMPANY | {"country": country}, "sources": declared})


SOURCES = sources_of(crm="IR", shop="RU")


def bring(home: Home, source_id: str, *rows: dict[str, Any]) -> None:
    empty = dict.fromkeys(("customer_number", "full_name", "email", "phone", "updated_at", "_op"))
    place = [{"_file": "crm", "_row": number} for number in range(len(rows))]
    raw = pa.Table.from_pylist(
        [{**empty, **row, **at} for row, at in zip(rows, place, strict=True)]
    )
    with connect() as connection:
        conventions = next(s.conventions for s in SOURCES.sources if s.id == source_id)
        conformed = conform(
            connection,
            raw,
            spec=CUSTOMERS,
            conventions=conventions,
            source_id=source_id,
            key=b"k" * 16,
        )
        arrival = Arrival(
            source_id=source_id, conformed=conformed, cursor={}, landed_at=datetime.now(UTC)
        )
        land(connection, Lake(home.lake), CUSTOMERS, arrival)


def customer(number: str, name: str, phone: str, day: int = 1, **more: str) -> dict[str, Any]:
    day_of_change = {"updated_at": f"2026-01-{day:02}"}
    return {"customer_number": number, "full_name": name, "phone": phone} | day_of_change | more


def test_contacts_are_the_newest_version_of_each_living_record_by_the_rules_of_its_source(
    tmp_path: Path,
) -> None:
    home = Home(root=tmp_path)
    bring(
        home,
        "crm",
        # One load brings several versions of one person.
        customer("1", "آنا", "0912 000 0009", email="Old@Example.org"),
        customer("1", "Ann", "۰۹۱۲۰۰۰۰۰۰۱", 2, email=" Ann@Example.org"),
        customer("1", "Abe", "0912 000 0008", 1),
        customer("2", "Bob", "09120000002"),
    )
    bring(home, "shop", customer("1", "Вера", "8 (900) 000-00-03"))
    bring(home, "crm", customer("2", "Bob", "09120000002", 3, _op="delete"))

    found = contact_records(home, SOURCES).to_pylist()

    assert [(row["identity_key"], row["full_name"], row["phone_digits"]) for row in found] == [
        ("customer:crm:1", "Ann", "989120000001"),
        ("customer:shop:1", "Вера", "79000000003"),
    ]
    assert found[0]["email"] == "ann@example.org"


def test_a_lake_without_customers_has_no_contacts(tmp_path: Path) -> None:
    assert contact_records(Home(root=tmp_path), SOURCES).num_rows == 0


@pytest.fixture(scope="module")
def reader() -> Iterator[PhoneReader]:
    with closing(PhoneReader(["IR", "RU"])) as found:
        yield found


@pytest.mark.parametrize(
    "written",
    [
        *("09121234567", "9121234567", "+989121234567", "00989121234567", "989121234567"),
        *(
            "0912 123 45 67",
            "(0912) 123-4567",
            "+98 (0)912.123.4567",
            "\u202a+98 912 1234567\u202c",
        ),
        *("۰۹۱۲۱۲۳۴۵۶۷", "٠٩١٢١٢٣٤٥٦٧", "+۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷", "０９１２１２３４５６７"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(reader: PhoneReader, written: str) -> None:
    assert reader.digits(written)[0] == "989121234567"


def test_what_two_countries_write_alike_means_both(reader: PhoneReader) -> None:
    assert reader.digits("8 900 000 00 03") == ["988900000" + "0003", "79000000003"]
    assert reader.digits("+79000000003") == ["79000000003"]


@pytest.mark.parametrize("written", ["", "hello", "12", "x'); drop table a; --", "1\0", "9" * 400])
def test_what_is_no_number_means_none(reader: PhoneReader, written: str) -> None:
    assert reader.digits(written) == []


def test_the_country_of_the_company_comes_first() -> None:
    assert phone_regions(sources_of("AE", crm="IR", shop="RU")) == ["AE", "IR", "RU"]
    assert phone_regions(sources_of()) == ["IR"]
