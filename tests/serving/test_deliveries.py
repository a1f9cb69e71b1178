"""What the CRM and the areas are told, and the declarations that say so."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.settings import PROJECT_ROOT
from serving import CaseNews, DeliveryError, ListSettings, Outbox, crm_rows, load_deliveries
from serving.delivery import Wanted, write_batch, write_differences
from tests.serving.zones import records, write_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    write_world(tmp_path)
    with duckdb.connect(str(tmp_path / "version" / "marts.duckdb")) as connection:
        connection.execute("""
            create table mart_closed_loop as
            select 'CX-2' as case_id, 'resolved' as status, 'complaint' as reason;
            create table mart_action_case as
            select 'CX-1' as case_number, 'expired' as status, 'complaint' as rule_code;
        """)
    return tmp_path


def rows(world: Path, *people: str) -> list[Wanted]:
    living = records(*people).select(["identity_key", "source_id", "record_number"])
    return list(crm_rows(world / "version", world / "warehouse.duckdb", living, source="crm"))


def differences(folder: Path) -> list[dict[str, str]]:
    with (folder / "differences.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_living_record_has_the_fields_of_its_person_and_no_name(world: Path) -> None:
    found = {row.item: json.loads(row.payload) for row in rows(world)}

    assert sorted(found) == ["ANN", "ANN-2", "BOB", "CYRUS", "DINA", "ERIN", "FARAH"]
    assert found["ANN-2"] == found["ANN"] | {"record_number": "ANN-2"}
    ann = found["ANN"]
    assert (ann["nps_score"], ann["nps_date"], ann["csat_score"]) == (3, "2026-10-30", 4)
    assert (ann["open_cases"], ann["case_number"], ann["next_step"]) == (
        *(2, "CX-1"),
        "contact_customer",
    )
    assert ann["case_due_at"] == "2026-10-31T20:30:00Z"
    assert found["FARAH"]["nps_score"] is None
    assert not any(word in str(found) for word in ("نوری", "example.org", "98912"))


def test_the_differences_say_what_was_and_what_is_and_never_a_formula(world: Path) -> None:
    folder = world / "crm_fields"
    with Outbox(world / "outbox.sqlite") as outbox:
        outbox.want("crm", rows(world, "ann", "bob"))
        outbox.deliver(lambda key, _: {"key": key}, lambda *_: None, size=9)
        with duckdb.connect(str(world / "version" / "marts.duckdb")) as connection:
            connection.execute("""
                update mart_customer_360 set risk_band = '=cmd|calc', last_nps_score = -5
                where customer_id = 'bob'
            """)
        outbox.want("crm", rows(world, "ann", "bob", "cyrus"))

        found = write_differences(folder, outbox, "en")

    assert (found.count_records, found.count_new, found.count_changed) == (4, 1, 1)
    assert found.summary.splitlines()[0] == (
        "4 records of the CRM: 1 new, 1 changed, 2 as they were told."
    )
    bob, cyrus = differences(folder)
    assert (bob["record_number"], bob["change"], bob["was"]) == (
        *("BOB", "changed"),
        "nps_score: None; risk_band: low",
    )
    assert (bob["risk_band"], bob["nps_score"]) == ("'=cmd|calc", "-5")
    assert (cyrus["change"], cyrus["was"]) == ("new", "")


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
def test_a_batch_written_twice_is_one_file(world: Path, layout: str) -> None:
    body = {"records": [json.loads(row.payload) for row in rows(world, "ann")]}

    first = write_batch(world / "sent", "key", body, layout).read_bytes()
    write_batch(world / "sent", "key", body, layout)

    assert [path.read_bytes() for path in (world / "sent").iterdir()] == [first]
    assert first.count(b"\n") == {"csv": 3, "jsonl": 2}[layout]


def test_an_area_is_told_its_open_cases_and_what_became_of_those_it_knew(world: Path) -> None:
    settings = ListSettings(language="en", time_zone="Asia/Tehran")
    told = ["CX-1", "CX-2", "gone"]
    with duckdb.connect(str(world / "version" / "marts.duckdb")) as connection:
        connection.execute("delete from mart_action_today where case_id = 'CX-2'")
    with CaseNews(world / "version", settings) as news:
        wanted = {row.item: row for row in news.wanted("care", told)}
        cases = [json.loads(wanted[item].payload) for item in ("CX-1", "CX-2")]
        text = news.composer("care")("key", cases)["text"]

    assert {item: row.mark for item, row in wanted.items()} == {
        "CX-1": "suggested",
        "CX-2": "resolved",
        "CX-3": "open",
        "CX-4": "suggested",
        "CX-9": "open",
    }
    assert text.splitlines() == [
        "care: 2 cases are new or changed",
        "- CX-1: Complaint → Call, due 2026-11-01 00:00 (suggested)",
        "- CX-2: resolved",
    ]


@pytest.mark.parametrize(
    ("language", "title"), [("fa", "care: ۱ پرونده"), ("ru", "care: новые или изменённые дела (1)")]
)
def test_messages_speak_the_language_of_the_company(world: Path, language: Any, title: str) -> None:
    settings = ListSettings(language=language, time_zone="UTC", calendar="jalali")
    with CaseNews(world / "version", settings) as news:
        (case, *_) = news.wanted("care", [])
        text = news.composer("care")("key", [json.loads(case.payload)])["text"]

    assert text.startswith(title)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("crm_fields: {source: crm}", "crm_fields: .*exactly one of file and to"),
        ("cases: {webhooks: {care: {token_env: T}}}", "exactly one of url and url_env"),
        ("cases: {webhooks: {care: {url_env: my hook}}}", "webhooks.care.url_env"),
        ("cases: {webhooks: {}}", "cases.webhooks"),
        ("export: yes", "export: Extra inputs"),
        ("crm_fields: [", "is not YAML"),
    ],
)
def test_a_wrong_declaration_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "deliveries.yaml"
    path.write_text(content)

    with pytest.raises(DeliveryError, match=sentence):
        load_deliveries(path)
    with pytest.raises(DeliveryError, match="cannot be read"):
        load_deliveries(tmp_path / "absent.yaml")


def test_nothing_is_declared_by_default_and_the_example_is_understood() -> None:
    assert load_deliveries(None).crm_fields is None
    example = load_deliveries(PROJECT_ROOT / "docs" / "deliveries.example.yaml")
    assert example.crm_fields
    assert not example.crm_fields.send
    assert example.cases
    assert example.cases.address_of("marketing") == example.cases.webhooks["default"]
