"""LimeSurvey exports: a real survey as CSV and JSON, and the traps of its format."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.conform import conform
from ingestion.connectors import limesurvey
from ingestion.connectors.base import Batch
from ingestion.connectors.limesurvey import exports
from ingestion.errors import ConfigurationError, SourceError
from ingestion.settings import Source

FIXTURES = Path(__file__).parents[3] / "fixtures" / "limesurvey"
QUESTIONS: dict[str, Any] = {
    "nps": {"metric": "nps", "codes_prefix": "A"},
    "csat": {"metric": "csat", "scale": [1, 5]},
    "ces[easy]": {"metric": "ces", "scale": [1, 7]},
    "ces[fast]": {"metric": "ces", "scale": [1, 7]},
    "resolved": {"metric": "resolved"},
    "verbatim": {"metric": "open"},
}
HEADER = '"id";"submitdate";"token";"startdate";"datestamp";"nps";"verbatim"'


def _source(**survey: Any) -> Source:
    declared = {
        "name": "CX relationship survey",
        "horizon": "relationship",
        "responses": "responses*",
        "participants": "participants*",
        "customer_number_from": "attribute_1",
        "channel_from": "attribute_2",
        "questions": QUESTIONS,
    }
    surveys = {"424242": {k: v for k, v in (declared | survey).items() if v is not None}}
    return Source(id="surveys", connector="limesurvey", options={"surveys": surveys})


def _read(source: Source, stream: str, inbox: Path, cursor: Any = None) -> list[Batch]:
    return list(limesurvey.read(source, stream, cursor=cursor or {}, inbox=inbox))


def _rows(source: Source, stream: str, inbox: Path) -> list[dict[str, Any]]:
    (batch,) = _read(source, stream, inbox)
    return batch.rows.to_pylist()


@pytest.fixture(params=["csv", "json"])
def real_survey(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for name in (f"responses_code.{request.param}.gz", "participants.json.gz"):
        shutil.copy(FIXTURES / name, tmp_path / name)
    shutil.copy(FIXTURES / "survey_structure.txt", tmp_path)
    return tmp_path


def test_a_real_survey_gives_the_same_numbers_from_csv_and_json(real_survey: Path) -> None:
    answers = _rows(_source(), "survey_answers", real_survey)
    counts = Counter(answer["question_number"] for answer in answers)
    likely = [int(a["numeric_value"]) for a in answers if a["question_number"] == "nps"]
    assert len(answers) == 1351
    assert (counts["nps"], counts["csat"], counts["ces[easy]"]) == (160, 158, 146)
    assert (counts["topics[bill]"], counts["topics[other]"], counts["spend"]) == (63, 20, 163)
    assert (sum(v >= 9 for v in likely), sum(v <= 6 for v in likely)) == (117, 27)


def test_every_response_of_a_real_survey_finds_its_person(real_survey: Path) -> None:
    responses = _rows(_source(), "survey_responses", real_survey)
    assert len(responses) == 163
    assert all(row["customer_number"] and row["email"] for row in responses)
    assert {row["channel"] for row in responses} == {"web", "call", "branch"}
    assert all(row["is_complete"] is True for row in responses)


def test_the_later_of_save_and_submission_orders_the_versions(real_survey: Path) -> None:
    responses = _rows(_source(), "survey_responses", real_survey)
    (late,) = [row for row in responses if row["response_number"] == "11"]
    assert late["submitted_at"] == late["updated_at"] == "2026-11-21 18:10:26"


def test_questions_carry_their_declared_scale_and_the_wording_of_the_structure(
    real_survey: Path,
) -> None:
    source = _source(structure="survey_structure.txt", language="ru")
    questions = {
        row["question_number"]: row for row in _rows(source, "survey_questions", real_survey)
    }
    assert len(questions) == 12
    assert (questions["nps"]["scale_minimum"], questions["nps"]["scale_maximum"]) == ("0", "10")
    assert questions["csat"]["question_text"] == "Удовлетворённость"
    assert questions["topics[bill]"]["metric"] == "other"
    assert questions["ces[easy]"]["scale_maximum"] == "7"


@pytest.mark.parametrize(
    ("stream", "count"),
    [
        ("survey_questions", 12),
        ("survey_invitations", 260),
        ("survey_responses", 163),
        ("survey_answers", 1351),
    ],
)
def test_a_real_survey_conforms_without_a_refusal(
    real_survey: Path, stream: str, count: int
) -> None:
    (batch,) = _read(_source(), stream, real_survey)
    with duckdb.connect() as connection:
        result = conform(
            connection,
            batch.rows,
            spec=limesurvey.STREAMS[stream],
            conventions=_source().conventions.replaced(batch.conventions),
            source_id="surveys",
            key=b"0123456789abcdef",
        )
    assert (result.count_accepted, result.count_rejected) == (count, 0)


def test_an_export_is_read_once_until_its_declaration_changes(real_survey: Path) -> None:
    (first,) = _read(_source(), "survey_answers", real_survey)
    assert _read(_source(), "survey_answers", real_survey, first.cursor) == []
    corrected = _source(questions=QUESTIONS | {"csat": {"metric": "csat", "scale": [1, 10]}})
    (again,) = _read(corrected, "survey_answers", real_survey, first.cursor)
    assert again.transaction != first.transaction


def _survey(inbox: Path, *records: str, **survey: Any) -> Source:
    text = "\n".join([HEADER, *records]) + "\n"
    (inbox / "responses.csv").write_text("\ufeff" + text, encoding="utf-8")
    return _source(participants=None, customer_number_from=None, channel_from=None, **survey)


def test_a_response_without_submission_is_incomplete_but_kept(tmp_path: Path) -> None:
    source = _survey(tmp_path, '7;"";t;2026-01-02 10:00:00;2026-01-02 10:03:00;A9;""')
    (row,) = _rows(source, "survey_responses", tmp_path)
    assert row["is_complete"] is False
    assert row["submitted_at"] == row["updated_at"] == "2026-01-02 10:03:00"
    assert len(_rows(source, "survey_answers", tmp_path)) == 1


def test_the_date_that_means_not_recorded_is_no_time(tmp_path: Path) -> None:
    source = _survey(tmp_path, '7;"1980-01-01 00:00:00";;"";"";A9;""')
    (row,) = _rows(source, "survey_responses", tmp_path)
    assert (row["is_complete"], row["submitted_at"], row["updated_at"]) == (True, None, None)


def test_words_of_an_undeclared_question_never_land_as_a_code(tmp_path: Path) -> None:
    source = _survey(tmp_path, '7;2026-01-02 10:00:00;;"";"";A9;"call 09121234567"', questions={})
    answers = {row["question_number"]: row for row in _rows(source, "survey_answers", tmp_path)}
    assert answers["verbatim"]["answer_text"] == "call 09121234567"
    assert answers["verbatim"]["choice_code"] is None
    assert answers["nps"]["numeric_value"] is None


def test_declared_codes_come_before_the_prefix(tmp_path: Path) -> None:
    questions = {"nps": {"metric": "csat", "scale": [1, 3], "codes": {"A9": 3, 1: 1}}}
    source = _survey(tmp_path, "7;;;;;A9;", "8;;;;;1;", questions=questions)
    answers = _rows(source, "survey_answers", tmp_path)
    assert [row["numeric_value"] for row in answers] == ["3", "1"]


def test_text_with_quotes_separators_and_line_ends_is_one_answer(tmp_path: Path) -> None:
    source = _survey(tmp_path, '7;;;;;A1;"says ""no""; and\nmore"', "8;;;;;A2;fine")
    answers = _rows(source, "survey_answers", tmp_path)
    texts = [row["answer_text"] for row in answers if row["answer_text"]]
    assert texts == ['says "no"; and\nmore', "fine"]
    assert [row["_row"] for row in answers] == [2, 2, 4, 4]


def test_a_ragged_record_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    source = _survey(tmp_path, "7;;;;;A9;", "8;;A9", "9;;;;;A8;")
    (batch,) = _read(source, "survey_responses", tmp_path)
    assert batch.rows.column("response_number").to_pylist() == ["7", "9"]
    assert batch.rejects is not None
    assert batch.rejects.to_pylist()[0]["rule"] == "missing_columns"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b'id;nps\n1;"never closed\n', "unterminated_quote"),
        (b"Response ID;Question\n1;2\n", "not_by_code"),
        (b"id;nps;nps\n1;2;3\n", "duplicate_header"),
        (b"id;nps;\n1;2;3\n", "bad_header"),
        (b"id;nps\n1;\xff\n", "undecodable_file"),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(
    tmp_path: Path, content: bytes, rule: str
) -> None:
    source = _survey(tmp_path)
    (tmp_path / "responses.csv").write_bytes(content)
    (batch,) = _read(source, "survey_responses", tmp_path)
    assert batch.rows.num_rows == 0
    assert batch.rejects is not None
    assert batch.rejects.column("rule").to_pylist() == [rule]


def test_a_missing_export_is_named_by_its_pattern(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file matches responses\*"):
        _read(_source(), "survey_answers", tmp_path)


def test_invitations_tell_what_became_of_them(tmp_path: Path) -> None:
    people = [
        ("a", "2026-01-01 08:00", "OK", "2026-01-02 09:00"),
        ("b", "2026-01-01 08:00", "bounced", "N"),
        ("c", "2026-01-01 08:00", "OptOut", "N"),
        ("d", "N", "OK", "N"),
        ("", "N", "OK", "N"),
    ]
    names = ("token", "sent", "emailstatus", "completed")
    content = json.dumps([dict(zip(names, person, strict=True)) for person in people])
    (tmp_path / "participants.json").write_text(content)
    rows = _rows(_source(), "survey_invitations", tmp_path)
    states = [(row["invitation_number"], row["delivery_status"]) for row in rows]
    assert states == [("a", "sent"), ("b", "bounced"), ("c", "opted_out"), ("d", None)]
    assert (rows[0]["completed_at"], rows[1]["completed_at"]) == ("2026-01-02 09:00", None)


def test_participants_may_be_a_csv_with_described_attributes(tmp_path: Path) -> None:
    (tmp_path / "participants.csv").write_text(
        "tid,firstname,email,token,invited, attribute_1 <Customer>\n1,Ann,a@b.cd,t1,N,C-7\n"
    )
    (row,) = _rows(_source(), "survey_invitations", tmp_path)
    assert (row["customer_number"], row["email"]) == ("C-7", "a@b.cd")
    assert "firstname" not in row


@pytest.mark.parametrize(
    "survey",
    [
        {"horizon": "yearly"},
        {"responses": None},
        {"responses": "/etc/*"},
        {"questions": {"q": {"metric": "csat"}}},
        {"questions": {"q": {"metric": "nps", "scale": [1, 5]}}},
        {"questions": {"q": {"metric": "ces", "scale": [7, 1]}}},
        {"quetsions": {}},
    ],
)
def test_a_declaration_without_meaning_is_refused(survey: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="surveys: options"):
        limesurvey.check(_source(**survey))


def test_without_participants_there_are_no_invitations() -> None:
    assert "survey_invitations" not in limesurvey.configured(_source(participants=None))


def _counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    opened: Counter[str] = Counter()
    read_text = exports.read_text

    def counted(path: Path, encoding: str) -> str:
        opened[path.name] += 1
        return read_text(path, encoding)

    monkeypatch.setattr(exports, "read_text", counted)
    return opened


def test_participants_are_read_once_for_all_exports_of_a_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        export = f'{HEADER}\n"{number}";"2026-01-0{number} 10:00:00";"t";"";"";"A9";""\n'
        (tmp_path / f"responses{number}.csv").write_text(export)
    people = [{"token": "t", "attribute_1": "C7"}]
    (tmp_path / "participants.json").write_text(json.dumps(people))
    opened = _counted(monkeypatch)

    batches = _read(_source(channel_from=None), "survey_responses", tmp_path)

    assert [batch.rows["customer_number"][0].as_py() for batch in batches] == ["C7"] * 3
    assert opened["participants.json"] == 1


def test_participants_are_read_back_as_far_as_somebody_is_sought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarters: list[dict[str, str]] = [
        {"moved": "old", "early": "C1"},
        {"moved": "C2", "late": "older"},
        {"late": "C3", "other": "C4"},
    ]
    for number, quarter in enumerate(quarters):
        people = [{"token": token, "attribute_1": one} for token, one in quarter.items()]
        (tmp_path / f"participants{number}.json").write_text(json.dumps(people))
    opened = _counted(monkeypatch)
    found, read = [], []
    for number, tokens in enumerate(["late", "late moved", "moved early", "late", "nobody", ""]):
        inbox = tmp_path / str(number)
        inbox.mkdir()
        for path in tmp_path.glob("participants*"):
            shutil.copy(path, inbox)
        lines = [
            f'"{row}";"2026-01-01 10:00:00";"{token}";"";"";"A9";""'
            for row, token in enumerate(tokens.split(" "), 1)
        ]
        (inbox / "responses.csv").write_text("\n".join([HEADER, *lines]))
        opened.clear()
        rows = _rows(_source(channel_from=None), "survey_responses", inbox)
        found.append([row["customer_number"] for row in rows])
        read.append(opened.total())
    assert found == [["C3"], ["C3", "C2"], ["C2", "C1"], ["C3"], [None], [None]]
    assert read == [1, 2, 3, 1, 3, 0]


def test_later_exports_of_a_read_go_further_back(tmp_path: Path) -> None:
    for number, (token, person) in enumerate([("early", "C1"), ("late", "C2")]):
        people = [
            {"token": token, "attribute_1": person},
            {"token": "moved", "attribute_1": person},
        ]
        (tmp_path / f"participants{number}.json").write_text(json.dumps(people))
    for number, token in enumerate(["late", "early", "moved"]):
        export = f'{HEADER}\n"{number}";"2026-01-01 10:00:00";"{token}";"";"";"A9";""\n'
        (tmp_path / f"responses{number}.csv").write_text(export)
    batches = _read(_source(channel_from=None), "survey_responses", tmp_path)
    people_found = [batch.rows["customer_number"][0].as_py() for batch in batches]
    assert people_found == ["C2", "C1", "C2"]
