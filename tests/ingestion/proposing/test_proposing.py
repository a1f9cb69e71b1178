"""A proposal loads its file unchanged; what a file does not tell is asked, what is none refused."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from ingestion import ConfigurationError, Home, Source, configured_streams, extract, load_sources
from ingestion.errors import SourceError
from ingestion.lake import Lake, open_table
from ingestion.proposing import Proposal, propose
from ingestion.registry import all_streams
from ingestion.sql import connect
from tests.ingestion.proposing import own_files

COMPANY = """
company:
  {key: ours, name: {en: Ours}, time_zone: Asia/Tehran, currency: IRR, is_demo: true}
sources:
"""
TEMPLATES: dict[str, tuple[Callable[[Path], Path], str, dict[str, int]]] = {
    "Persian calls": (own_files.persian_calls, "calls", {"calls": 20}),
    "Russian calls": (own_files.russian_calls, "calls", {"calls": 20}),
    "Persian customers": (own_files.persian_customers, "crm", {"customers": 20}),
    "Russian orders": (own_files.russian_customers, "crm", {"orders": 20}),
    "Persian survey": (
        own_files.persian_survey,
        "survey",
        {"survey_responses": 20, "survey_answers": 60, "survey_questions": 3},
    ),
    "Russian survey": (
        own_files.russian_survey,
        "survey",
        {"survey_responses": 20, "survey_answers": 60, "survey_questions": 3},
    ),
}


def landed(proposal: Proposal, file: Path, home: Home) -> tuple[dict[str, int], dict[str, Any]]:
    """Rows that landed per stream as the YAML declares it, and the first row of each stream."""
    declared = home.root / "sources.yaml"
    declared.parent.mkdir(parents=True, exist_ok=True)
    declared.write_text(COMPANY + proposal.yaml, encoding="utf-8")
    sources = load_sources(declared)
    inbox = home.inbox / sources.sources[0].id
    inbox.mkdir(parents=True)
    shutil.copy(file, inbox)
    if proposal.companion:
        (inbox / proposal.companion.path.name).write_text(proposal.companion.text, "utf-8")
    for path in list(inbox.iterdir()):
        path.with_name(f"{path.name}.done").touch()
    results = extract(sources, home, configured_streams(sources))
    assert [(r.status, r.rows_rejected, r.message) for r in results] == [("landed", 0, "")] * len(
        results
    )
    counts = {result.table.removeprefix("mapped__"): result.rows_landed for result in results}
    return counts, {name: first_row(home, name) for name in counts}


def first_row(home: Home, stream: str) -> dict[str, Any]:
    table = open_table(Lake(home.lake).table(all_streams()[f"mapped__{stream}"]))
    assert table is not None
    rows = table.to_pyarrow_table()
    with connect() as connection:
        connection.register("rows", rows)
        found = connection.sql("select * from rows order by source_id").limit(1)
        return dict(zip(found.columns, found.fetchall()[0], strict=True))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_proposal_loads_its_file_unchanged(name: str, tmp_path: Path) -> None:
    make, kind, expected = TEMPLATES[name]
    file = make(tmp_path)

    proposal = propose(file, kind)
    counts, rows = landed(proposal, file, Home(root=tmp_path / "home"))

    assert counts == expected
    assert len(proposal.questions) <= 5
    for stream, count in counts.items():
        assert f"{stream}: {count} rows would land, 0 would be refused." in proposal.text
    _check_meaning(name, rows)
    for row in rows.values():
        extra = row["_extra"] or ""
        assert not [word for word in ("علی", "سارا", "0010", "позвонить", "слова") if word in extra]


def _check_meaning(name: str, rows: dict[str, Any]) -> None:
    """What the first row must mean, which the counts do not tell."""
    moments = {
        "Persian calls": ("calls", "entered_at", "2026-09-01 06:40"),
        "Russian calls": ("calls", "entered_at", "2026-09-10 07:00"),
        "Persian customers": ("customers", "created_at", "2026-02-28 20:30"),
        "Russian orders": ("orders", "ordered_at", "2026-09-09 21:00"),
        "Persian survey": ("survey_responses", "submitted_at", "2026-09-01 06:00"),
        "Russian survey": ("survey_responses", "submitted_at", "2026-09-10 07:00"),
    }
    values = {
        "Persian calls": {"outcome": "abandoned", "talk_milliseconds": 110_000},
        "Russian calls": {"direction": "outbound", "wait_milliseconds": 10_000},
        "Persian customers": {"market": "تهران"},
        "Russian orders": {"status": "cancelled", "amount": 1210.5, "currency_code": "RUB"},
    }
    stream, column, moment = moments[name]
    assert rows[stream][column].strftime("%Y-%m-%d %H:%M") == moment
    for expected, value in values.get(name, {}).items():
        assert rows[stream][expected] == value
    if stream == "survey_responses":
        assert rows["survey_questions"]["scale_minimum"] == 1
        assert rows["survey_questions"]["scale_maximum"] == 5
        assert rows["survey_questions"]["metric"] == "csat"
        assert rows["survey_questions"]["horizon"] == "transactional"
        assert rows["survey_answers"]["numeric_value"] in {1, 4}


SHIPPED = Path(__file__).resolve().parents[3] / "docs" / "templates"


@pytest.mark.parametrize("language", ["fa", "ru"])
@pytest.mark.parametrize(
    ("kind", "counts", "moment"),
    [
        ("calls", {"calls": 3}, ("calls", "entered_at")),
        ("customers", {"customers": 2}, ("customers", "created_at")),
        (
            "survey",
            {"survey_responses": 2, "survey_answers": 5, "survey_questions": 3},
            ("survey_responses", "submitted_at"),
        ),
    ],
)
def test_a_shipped_template_loads_unchanged(
    kind: str, counts: dict[str, int], moment: tuple[str, str], language: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{kind}.{language}.csv"
    shutil.copy(SHIPPED / file.name, file)

    proposal = propose(file, kind)
    found, rows = landed(proposal, file, Home(root=tmp_path / "home"))

    assert found == counts
    assert len(proposal.questions) <= 3
    stream, column = moment
    assert rows[stream][column].year in {2025, 2026}
    assert "_extra" not in proposal.text


def test_what_the_file_does_not_tell_is_asked_and_what_would_be_refused_is_shown(
    tmp_path: Path,
) -> None:
    file = tmp_path / "calls.csv"
    rows = [f"{n},0{n}/05/2026 10:00,{'Lunch' if n == 3 else 'answered'},{n} min" for n in (1, 3)]
    file.write_text("\n".join(["Call ID,Date,Status,Duration", *rows]), "utf-8")

    proposal = propose(file, "calls")

    asked = {question.key: question.assumed for question in proposal.questions}
    assert asked["conventions.dates"] == "dmy"
    assert asked["conventions.time_zone"] == "UTC"
    assert asked["streams.calls.columns.queue"] == "main"
    assert "Lunch" in proposal.text
    assert "streams.calls.columns.outcome.values" in asked
    assert "streams.calls.columns.talk_milliseconds" in asked
    assert "1 rows would land, 1 would be refused" in proposal.text
    assert "outcome not_allowed, such as 'Lunch'" in proposal.text
    assert all(f"# {n}. " in proposal.yaml for n in range(1, len(proposal.questions) + 1))


def test_words_in_dates_names_of_staff_and_contacts_are_asked_about(tmp_path: Path) -> None:
    file = tmp_path / "сделки.csv"
    file.write_text(
        "ID;Стадия;Ответственный;Дата создания;Дата закрытия;Основной контакт;Бюджет\n"
        "1;Счёт;Иванов;30.09.2026;не закрыта;Пётр;100\n"
        "2;Счёт;Орлова;29.09.2026;01.10.2026;Анна;200,5\n",
        "koi8-r",
    )

    proposal = propose(file, "crm")
    (block,) = yaml.safe_load(proposal.yaml)
    deals = block["streams"]["opportunities"]

    assert "opportunities: 2 rows would land, 0 would be refused." in proposal.text
    assert deals["encoding"] == "koi8-r"
    assert deals["leave_out"] == ["Основной контакт"]
    assert deals["columns"]["closed_on"] == {
        "from": "Дата закрытия",
        "values": {"не закрыта": None},
    }
    assert block["conventions"]["decimal_separator"] == ","
    assert {q.key.rsplit(".", 1)[-1] for q in proposal.questions} == {
        *("streams", "owner_number", "values", "leave_out")
    }


def test_a_survey_without_questions_is_its_responses_alone(tmp_path: Path) -> None:
    (tmp_path / "opened.csv").write_text("Response ID,Date,Email\n1,2026-09-01 10:00,a@b.co\n")

    proposal = propose(tmp_path / "opened.csv", "survey")

    assert proposal.companion is None
    assert list(yaml.safe_load(proposal.yaml)[0]["streams"]) == ["survey_responses"]


def test_a_clock_follows_its_date_and_a_shared_key_is_told(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        "Call ID,Time,Date,Status,Wait\n"
        "7,10:20,2026-09-01,missed,1:05\n7,10:30,2026-09-02,busy,0:02:00\n"
    )

    proposal = propose(file, "calls")
    columns = yaml.safe_load(proposal.yaml)[0]["streams"]["calls"]["columns"]

    assert columns["entered_at"] == {"from": "Date", "join": ["Time"]}
    assert "2026-09-01 10:20+00:00 | 2026-09-02 10:30+00:00" in proposal.text
    assert columns["wait_milliseconds"] == {"from": "Wait", "clock": "minutes", "factor": 1000}
    assert "65000 | 120000" in proposal.text
    assert "Is 1:05 of 'Wait' minutes and seconds?" in [q.text for q in proposal.questions]
    assert "2 rows have only 1 keys (call_number, queue)" in proposal.text


def test_a_number_of_the_customer_that_is_a_phone_lands_as_one(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    header = "Номер;Дата и время;Номер клиента;Результат\n"
    file.write_text(f"{header}1;01.09.2026 10:00;8 (912) 345-67-81;отвечен\n", "utf-8")
    phones = yaml.safe_load(propose(file, "calls").yaml)[0]["streams"]["calls"]["columns"]
    file.write_text(f"{header}1;01.09.2026 10:00;1042;отвечен\n", "utf-8")
    numbers = yaml.safe_load(propose(file, "calls").yaml)[0]["streams"]["calls"]["columns"]

    assert (phones["phone"], "customer_number" in phones) == ("Номер клиента", False)
    assert (numbers["customer_number"], "phone" in numbers) == ("Номер клиента", False)


def test_the_parts_of_a_name_are_put_together_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("Код клиента;Фамилия;Имя;Отчество\n1;Орлова;Анна;Львовна\n", "utf-8")

    proposal = propose(file, "customers")
    block = yaml.safe_load(proposal.yaml)[0]["streams"]["customers"]

    assert block["columns"]["full_name"] == {"from": "Фамилия", "join": ["Имя", "Отчество"]}
    assert "leave_out" not in block


def test_any_entity_and_the_likeliest_sheet_can_be_proposed(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["read me"])
    sheet = book.create_sheet("Data")
    sheet.append(["Ticket number", "Created", "Status"])
    sheet.append(["T-1", datetime(2026, 9, 1, 10), "in progress"])
    book.save(tmp_path / "tickets.xlsx")

    proposal = propose(tmp_path / "tickets.xlsx", "tickets")
    source = Source(**yaml.safe_load(proposal.yaml)[0])

    assert "conventions.time_zone" in {question.key for question in proposal.questions}
    assert source.streams["tickets"]["sheet"] == "Data"
    assert source.streams["tickets"]["columns"]["status"]["values"] == {"in progress": "open"}


BAD: dict[str, tuple[str, bytes, str]] = {
    "unknown ending": ("calls.docx", b"words", "must end in one of .csv"),
    "empty": ("calls.csv", b"", "holds no bytes"),
    "blank": ("calls.csv", b"\n\n", "holds no rows"),
    "header alone": ("calls.csv", b"Call ID,Date\n", "no rows below its header"),
    "no header": ("calls.csv", b"1,2026-09-01,9\n2,2026-09-02,8\n", "it has no header"),
    "garbage": ("calls.csv", bytes(range(1, 256)) * 4, "bytes that no text has"),
    "archive": ("calls.csv", b"PK\x03\x04rest", "a workbook or an archive"),
    "protected": (
        "calls.xlsx",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "old Excel": ("calls.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "save it as .xlsx"),
    "torn workbook": ("calls.xlsx", b"PK\x03\x04torn", "no zip archive"),
    "strange columns": ("calls.csv", b"alpha,beta\nx,y\n", "no column means anything for calls"),
    "no time": ("calls.csv", b"Call ID,Queue\n1,sales\n", "no column can be the entered_at"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_one_clear_sentence(name: str, tmp_path: Path) -> None:
    file, content, sentence = BAD[name]
    (tmp_path / file).write_bytes(content)

    with pytest.raises(SourceError) as refused:
        propose(tmp_path / file, "calls")

    assert sentence in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / file))
    assert "\n" not in str(refused.value)


def test_a_kind_that_nobody_knows_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="must be one of crm, calls, survey, customers"):
        propose(tmp_path / "calls.csv", "phone")


@pytest.mark.parametrize("name", ["accounts", "sale_opportunity"])
def test_the_name_of_a_file_decides_between_entities(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.csv"
    file.write_text("id,account,stage,revenue,employees\n7,Acme,won,10.5,300\n", "utf-8")

    (asked, *_) = propose(file, "crm").questions

    assert asked.assumed == {"accounts": "accounts", "sale_opportunity": "opportunities"}[name]
