"""Names and numbers: for one role, by purpose and consent, and never without a trace."""

import csv
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from openpyxl import load_workbook

from ingestion.connectors import files
from ingestion.settings import Source
from serving import (
    SENT,
    ContactError,
    Contacts,
    ListSettings,
    forget,
    tell_callers,
    write_batch,
    write_calling_lists,
)
from serving.contact import READ_LOG, ZONE, reads, renew_cases, write_zone, zone
from serving.contact.purposes import load_purposes
from serving.delivery.crm_fields import FIELDS
from tests.factories.dbt import DBT_PROJECT
from tests.serving.test_lists import documented_source
from tests.serving.zones import PHONES, records, write_offers, write_people, write_world

SETTINGS = ListSettings(language="en", time_zone="Asia/Tehran")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template")
    write_world(root)
    write_people(root)
    return root


@pytest.fixture
def world(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "world", symlinks=True))


@pytest.fixture
def folder(world: Path) -> Path:
    return world / "contact"


def opened(folder: Path, purpose: str, role: str = "caller") -> Contacts:
    return Contacts(folder, role=role, purpose=purpose, account="mina")


def allowed(folder: Path, purpose: str) -> dict[str, tuple[bool, bool]]:
    """Who may be reached for a purpose: by phone, by e-mail."""
    with opened(folder, purpose) as contacts:
        people = contacts.persons(list(PHONES), what="test")
    return {key: (bool(person.phone_e164), bool(person.email)) for key, person in people.items()}


def told(folder: Path, numbers: list[str], purpose: str = "answer_call", **settings: Any) -> str:
    with opened(folder, purpose) as contacts:
        return tell_callers(contacts, "0912", numbers, **settings)


def test_only_the_owner_of_the_zone_can_open_it(folder: Path) -> None:
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / ZONE)]

    assert modes == [0o700, 0o600]


def test_a_zone_that_stands_open_to_everybody_is_not_filled(world: Path, folder: Path) -> None:
    folder.chmod(0o755)

    with pytest.raises(ContactError, match="chmod o-rwx"):
        write_people(world)


def test_another_role_an_unknown_purpose_and_a_missing_zone_are_one_sentence_each(
    folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ContactError, match="role 'analyst' may not read names and numbers"):
        opened(folder, "call_back", role="analyst")
    with pytest.raises(ContactError, match="purpose 'curiosity' is not declared"):
        opened(folder, "curiosity")
    with pytest.raises(ContactError, match="run `make nightly` first"):
        opened(tmp_path, "call_back")


def test_a_purpose_shows_whom_and_which_way_each_person_allows(folder: Path) -> None:
    both, by_mail = (True, True), (False, True)

    assert allowed(folder, "call_back") == {
        **dict.fromkeys(("ann", "bob", "cyrus", "farah"), both),
        "dina": by_mail,
    }
    assert allowed(folder, "marketing") == {"ann": both, "bob": both}
    assert set(allowed(folder, "answer_question")) == set(PHONES)


def test_every_reading_is_recorded_before_it_is_handed_out(folder: Path) -> None:
    told(folder, [PHONES["ann"]])
    told(folder, ["989999999999"])
    allowed(folder, "marketing")

    rows = [{name: row[name] for name in row if name != "read_at"} for row in reads(folder)]
    reader = {"account": "mina", "role": "caller"}
    lookup = reader | {"purpose": "answer_call", "what": "lookup"}
    assert rows == [
        lookup | {"count": 2, "customer_ids": ["ann", "bob"]},
        lookup | {"count": 0, "customer_ids": []},
        reader
        | {"purpose": "marketing", "what": "test", "count": 2, "customer_ids": ["ann", "bob"]},
    ]
    text = (folder / READ_LOG).read_text(encoding="utf-8")
    assert not any(secret in text for secret in (PHONES["ann"], "نوری", "example.org"))


def test_without_a_log_nothing_is_shown(folder: Path) -> None:
    (folder / READ_LOG).mkdir()

    with pytest.raises(ContactError, match=r"cannot be written .*, so nothing is shown"):
        opened(folder, "answer_call").who([PHONES["ann"]])


def test_a_line_that_a_kill_tore_costs_no_other_one(folder: Path) -> None:
    told(folder, [PHONES["cyrus"]])
    with (folder / READ_LOG).open("a") as log:
        log.write('{"read_at": "2026')

    told(folder, [PHONES["dina"]])

    assert [row["customer_ids"] for row in reads(folder)] == [["cyrus"], ["dina"]]


def test_who_is_calling_tells_everybody_with_the_number_and_what_is_open(folder: Path) -> None:
    answer = told(folder, [PHONES["ann"]], time_zone="Asia/Tehran")

    assert "+989121234567 (0912 123 4567)" in answer
    assert "2 persons have it. Ask who is calling." in answer
    ann, bob = answer.split("\n- ")[1:]
    assert ann.startswith("Ann")
    assert bob.startswith("Bob")
    assert "last NPS 3 (2026-10-30)" in ann
    assert "open cases: 2; CX-1: Complaint → Call, due 2026-11-01 00:00" in ann
    assert re.findall(r"2026-10-\d\d: call", ann) == [f"2026-10-{d}: call" for d in (31, 30, 29)]


def test_who_is_calling_knows_the_cases_of_a_refresh(
    world: Path, folder: Path, tmp_path: Path
) -> None:
    """Since the night CX-1 was settled, Farah complained, and somebody unknown as well."""
    later = tmp_path / "later"
    later.mkdir()
    shutil.copy(world / "version" / "marts.duckdb", later)
    with duckdb.connect(str(later / "marts.duckdb")) as connection:
        connection.execute("delete from mart_action_today where customer_id in ('ann', 'farah')")
        connection.execute("""
            insert into mart_action_today by name
            select 'CX-10' as case_id, 'care' as owner, 'complaint' as reason,
                person as customer_id, 'contact_customer' as suggested_step, 'suggested' as status,
                timestamp '2026-11-01 10:00:00' as step_due_at, false as is_overdue
            from (select unnest(['farah', 'stranger']) as person)
        """)

    renew_cases(folder, later)

    assert "CX-10: Complaint" in told(folder, [PHONES["farah"]])
    assert "CX-2: Complaint" in told(folder, [PHONES["dina"]])
    ann, bob = told(folder, [PHONES["ann"]]).split("\n- ")[1:]
    assert "no open case" in ann
    assert "open cases: 2" in bob
    with pytest.raises(ContactError, match="run `make nightly` first"):
        renew_cases(tmp_path / "nowhere", later)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fa", ("شماره مشترک: ۲ نفر", "شکایت ← تماس", "۱۴۰۵-۰۸-۰۸")),
        ("ru", ("Общий номер", "Жалоба → Позвонить", "2026-10-30")),
    ],
)
def test_who_is_calling_speaks_the_language_of_the_company(
    folder: Path, language: Any, words: tuple[str, ...]
) -> None:
    calendar = "jalali" if language == "fa" else "gregorian"

    answer = told(folder, [PHONES["ann"]], language=language, calendar=calendar)

    assert [word for word in words if word not in answer] == []


def test_a_number_of_nobody_and_no_number_at_all_are_one_sentence_each(folder: Path) -> None:
    assert told(folder, ["989999999999"]) == "+989999999999: no customer has this number.\n"
    assert told(folder, []).startswith("“0912” is no phone number.")
    assert reads(folder)[0]["count"] == 0


def test_a_look_up_for_another_purpose_says_how_many_it_holds_back(folder: Path) -> None:
    answer = told(folder, [PHONES["cyrus"]], "marketing")

    assert "Cyrus" not in answer
    assert "did not allow it for this purpose: 1" in answer


def test_whom_the_lake_lost_is_gone_the_next_night(world: Path, folder: Path) -> None:
    write_people(world, *(person for person in PHONES if person != "bob"))

    answer = told(folder, [PHONES["ann"]])
    assert "Bob" not in answer
    assert "Ask who is calling" not in answer
    assert b"Bob" not in (folder / ZONE).read_bytes()


def test_an_erasure_takes_the_person_out_of_the_log_and_of_files_that_nobody_picked_up(
    world: Path, folder: Path
) -> None:
    told(folder, [PHONES["ann"]])
    body = {"records": [{"record_number": name, **dict.fromkeys(FIELDS)} for name in ("BOB", "C")]}
    sent = write_batch(world / "deliveries" / SENT, "key", body, "csv")

    counts = forget(folder, world / "deliveries", r"\bbob\b|\bBOB\b")

    assert counts == {f"contact/{READ_LOG}": 1, f"deliveries/{SENT}": 1}
    assert reads(folder)[0]["customer_ids"] == ["ann", "xxx"]
    assert [line.split(",")[0] for line in sent.read_text().splitlines()] == ["record_number", "C"]
    assert forget(folder, world / "deliveries", r"\bbob\b") == {}


def test_a_night_that_is_killed_leaves_the_zone_of_before(
    world: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = opened(folder, "answer_call")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(zone.durable, "point", die)
        with pytest.raises(KeyboardInterrupt):
            write_people(world, "cyrus")
    assert len(allowed(folder, "call_back")) == 5

    write_people(world, "cyrus")

    assert set(allowed(folder, "call_back")) == {"cyrus"}
    assert len(before.who([PHONES["ann"]]).callers) == 2
    file = (folder / ZONE).resolve().name
    assert sorted(path.name for path in folder.iterdir()) == [file, ZONE, READ_LOG]


def test_a_company_without_customer_records_has_an_empty_zone(world: Path) -> None:
    count = write_zone(
        world / "contact",
        records().slice(0, 0),
        warehouse=world / "warehouse.duckdb",
        version=world / "version",
    )

    assert count == 0
    assert "no customer" in told(world / "contact", [PHONES["ann"]])


def test_a_calling_list_has_names_and_numbers_of_those_who_may_be_called(
    world: Path, folder: Path
) -> None:
    lists = write_calling_lists(folder, world / "version", SETTINGS, role="caller", account="night")

    rows = {str(row["Case"]): row for path in lists.paths.values() for row in rows_of(path)}
    assert sorted(rows) == ["CX-1", "CX-2", "CX-4", "CX-5"]
    assert dict(lists.left_out) == {"refused": 3, "send_flowers": 1, "do_not_contact": 1}
    ann = rows["CX-1"]
    assert (ann["Name"], ann["Phone"]) == ("Ann نوری", "0912 123 4567")
    assert ann["Phone (international)"] == "tel:+989121234567"
    assert (rows["CX-2"]["Phone"], rows["CX-2"]["E-mail"]) == (None, "dina@example.org")
    assert ann["Outcome"] is None
    listed = {(row["purpose"], row["what"]): row["customer_ids"] for row in reads(folder)}
    assert listed == {
        ("complaint", "lists/care.xlsx"): ["ann", "dina"],
        ("answer_question", "lists/care.xlsx"): ["erin"],
        ("marketing", "lists/growth.xlsx"): ["bob"],
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in lists.paths.values()} == {0o600}


def test_offers_are_on_the_calling_lists_of_those_alone_who_said_yes(
    world: Path, folder: Path
) -> None:
    """Cyrus took it back, and Farah never said anything; Ann has a case."""
    with duckdb.connect(str(world / "version" / "marts.duckdb")) as connection:
        connection.execute("delete from mart_action_today where customer_id <> 'ann'")
    write_offers(world / "version", "ann", "bob", "cyrus", "farah")

    lists = write_calling_lists(folder, world / "version", SETTINGS, role="caller", account="night")

    assert dict(lists.left_out) == {"refused": 4, "send_flowers": 1}
    rows = rows_of(lists.paths["growth"])
    assert [row["Name"] for row in rows] == ["Bob نوری", "Bob نوری"]
    assert {row["Phone"] for row in rows} == {"0912 123 4567"}
    assert list(rows[0])[:4] == ["Reason", "Left on", "Name", "Phone"]
    assert list(rows[1])[:4] == ["Offer", "Because of", "Have both, %", "Name"]
    listed = {(row["purpose"], row["what"]): row["customer_ids"] for row in reads(folder)}
    assert listed["marketing", "lists/growth.xlsx"] == ["bob"]


def test_a_calling_list_that_comes_back_brings_no_name_into_the_lake(
    world: Path, folder: Path
) -> None:
    lists = write_calling_lists(folder, world / "version", SETTINGS, role="caller", account="a")
    source = Source(id="returned", **documented_source())
    source.streams["actions"]["settle_seconds"] = 0
    inbox = folder / "lists"

    batches = list(files.read(source, "actions", cursor={}, inbox=inbox))

    assert len(batches) == len(lists.paths)
    for batch in batches:
        rows = batch.rows if isinstance(batch.rows, pa.Table) else batch.rows.read_all()
        assert "case_number" in rows.column_names
        assert not {"Name", "Phone", "E-mail"} & set(rows.column_names)


def rows_of(path: Path) -> list[dict[str, Any]]:
    found = []
    for sheet in load_workbook(path):
        heading, *lines = sheet.iter_rows(values_only=True)
        found += [dict(zip(map(str, heading), line, strict=True)) for line in lines]
    return found


def test_every_step_that_a_rule_suggests_has_a_purpose() -> None:
    seed = DBT_PROJECT / "seeds" / "action_rules.csv"
    with seed.open(encoding="utf-8", newline="") as file:
        steps = {row["suggested_step"] for row in csv.DictReader(file)}

    assert steps <= load_purposes().steps


def test_a_purpose_that_names_no_consent_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "purposes.yaml"
    path.write_text("role: caller\npurposes: {survey: {needs: grant}}\n")

    with pytest.raises(ContactError, match=r"purposes\.survey: .*must name its consent"):
        load_purposes(path)
