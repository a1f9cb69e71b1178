"""Qualtrics exports: three header rows, declared zones, and people kept out."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.conform import conform
from ingestion.connectors import qualtrics
from ingestion.connectors.base import Batch
from ingestion.errors import ConfigurationError, SourceError
from ingestion.settings import Source

COLUMNS = {
    "StartDate": "startDate",
    "EndDate": "endDate",
    "Status": "status",
    "IPAddress": "ipAddress",
    "Finished": "finished",
    "RecordedDate": "recordedDate",
    "ResponseId": "_recordId",
    "RecipientLastName": "recipientLastName",
    "RecipientEmail": "recipientEmail",
    "LocationLatitude": "locationLatitude",
    "DistributionChannel": "distributionChannel",
    "UserLanguage": "userLanguage",
    "Q1": "QID1",
    "Q1_NPS_GROUP": "QID1_NPS_GROUP",
    "Q2": "QID2",
    "Q3": "QID3_TEXT",
    "Q9_Browser": "QID9_BROWSER",
    "customer_id": "customer_id",
    "note": "note",
}
PERSON = {
    "StartDate": "2026-03-08 01:10:00",
    "EndDate": "2026-03-08 01:20:00",
    "Status": "IP Address",
    "IPAddress": "203.0.113.9",
    "Finished": "True",
    "RecordedDate": "2026-03-08 01:20:03",
    "ResponseId": "R_1",
    "RecipientLastName": "Doe",
    "RecipientEmail": "doe@example.org",
    "LocationLatitude": "35.6892",
    "DistributionChannel": "email",
    "UserLanguage": "EN",
    "Q1": "9",
    "Q1_NPS_GROUP": "3",
    "Q2": "Very good",
    "Q3": 'Thanks,\nall "fine"',
    "Q9_Browser": "Chrome",
    "customer_id": "C-1",
    "note": "private",
}
QUESTIONS: dict[str, Any] = {
    "QID1": {"metric": "nps"},
    "Q2": {"metric": "csat", "scale": [1, 5], "codes": {"Very good": 5, "Bad": 1}},
    "QID3_TEXT": {"metric": "open"},
}


def _source(**options: Any) -> Source:
    survey = {
        "name": "Relationship",
        "horizon": "relationship",
        "responses": "export*.csv",
        "customer_number_from": "customer_id",
        "questions": QUESTIONS,
    }
    surveys = {"surveys": {"SV_1": survey | options.pop("survey", {})}}
    return Source(id="research", connector="qualtrics", options=surveys | options)


def _export(
    inbox: Path,
    *people: dict[str, str],
    zone: str = "America/Chicago",
    tags: dict[str, str] | None = None,
    header_rows: int = 3,
    name: str = "export.csv",
) -> None:
    notes = [
        {"ImportId": column} | ({"timeZone": zone} if column.endswith("Date") else {})
        for column in COLUMNS.values()
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([(tags or {}).get(tag, tag) for tag in COLUMNS])
    if header_rows == 3:
        writer.writerow([f"About\n{tag}?" for tag in COLUMNS])
        writer.writerow([json.dumps(note) for note in notes])
    for person in people:
        writer.writerow([(PERSON | person)[tag] for tag in COLUMNS])
    (inbox / name).write_text(text.getvalue(), encoding="utf-8-sig")


def _read(stream: str, inbox: Path, source: Source | None = None) -> Batch:
    (batch,) = qualtrics.read(source or _source(), stream, cursor={}, inbox=inbox)
    return batch


def _rows(stream: str, inbox: Path, source: Source | None = None) -> list[dict[str, Any]]:
    return _read(stream, inbox, source).rows.to_pylist()


def test_the_export_names_the_zone_of_its_own_times(tmp_path: Path) -> None:
    _export(tmp_path, {})
    batch = _read("survey_responses", tmp_path)
    with duckdb.connect() as connection:
        result = conform(
            connection,
            batch.rows,
            spec=qualtrics.STREAMS["survey_responses"],
            conventions=_source().conventions.replaced(batch.conventions),
            source_id="research",
            key=b"0123456789abcdef",
        )
        ((started,),) = connection.sql(
            f"select epoch(started_at) from {result.accepted}"
        ).fetchall()
    assert (result.count_rejected, started) == (0, 1772953800.0)


def test_a_response_carries_its_customer_and_nothing_of_its_device(tmp_path: Path) -> None:
    _export(tmp_path, {})
    (row,) = _rows("survey_responses", tmp_path)
    assert (row["customer_number"], row["email"]) == ("C-1", "doe@example.org")
    assert (row["is_complete"], row["is_test"], row["channel"]) == (True, False, "email")
    assert row["updated_at"] == "2026-03-08 01:20:03"
    written = " ".join(str(value) for value in row.values())
    assert not [text for text in ("203.0.113.9", "Doe", "35.6892", "Chrome") if text in written]


@pytest.mark.parametrize(
    ("status", "is_test"),
    [
        ("IP Address", False),
        ("0", False),
        ("Imported", False),
        ("16.0", False),
        ("Survey Preview", True),
        ("Survey Test", True),
        ("1", True),
        ("2.0", True),
        ("Spam", True),
    ],
)
def test_previews_tests_and_spam_are_no_responses(
    tmp_path: Path, status: str, is_test: bool
) -> None:
    _export(tmp_path, {"Status": status})
    assert _rows("survey_responses", tmp_path)[0]["is_test"] is is_test


@pytest.mark.parametrize(("finished", "done"), [("TRUE", True), ("1.0", True), ("False", False)])
def test_a_response_may_be_unfinished(tmp_path: Path, finished: str, done: bool) -> None:
    _export(tmp_path, {"Finished": finished})
    assert _rows("survey_responses", tmp_path)[0]["is_complete"] is done


def test_answers_are_known_by_import_id_whatever_the_tag(tmp_path: Path) -> None:
    _export(tmp_path, {}, tags={"Q1": "likely_to_recommend"})
    answers = {row["question_number"]: row for row in _rows("survey_answers", tmp_path)}
    assert answers.keys() == {"QID1", "QID2", "QID3_TEXT"}
    assert answers["QID1"]["numeric_value"] == "9"
    assert (answers["QID2"]["numeric_value"], answers["QID2"]["choice_code"]) == ("5", "Very good")
    assert answers["QID3_TEXT"]["answer_text"] == 'Thanks,\nall "fine"'


def test_questions_have_their_label_and_scale(tmp_path: Path) -> None:
    _export(tmp_path, {})
    questions = {row["question_number"]: row for row in _rows("survey_questions", tmp_path)}
    assert questions.keys() == {"QID1", "QID2", "QID3_TEXT"}
    assert questions["QID2"]["question_text"] == "About\nQ2?"
    assert (questions["QID2"]["metric"], questions["QID2"]["scale_maximum"]) == ("csat", "5")


def test_an_undeclared_question_is_kept_as_words(tmp_path: Path) -> None:
    _export(tmp_path, {})
    source = _source(survey={"questions": {}})
    answers = _rows("survey_answers", tmp_path, source)
    assert {row["answer_text"] for row in answers} == {"9", "Very good", 'Thanks,\nall "fine"'}
    metrics = {row["metric"] for row in _rows("survey_questions", tmp_path, source)}
    assert metrics == {"other"}


def test_an_export_of_epoch_seconds_without_import_ids_is_read(tmp_path: Path) -> None:
    times = dict.fromkeys(("StartDate", "EndDate", "RecordedDate"), "1607710012.0")
    _export(tmp_path, times | {"Q2": "4.0"}, header_rows=1)
    source = _source(header_rows=1, survey={"questions": {"Q1": {"metric": "nps"}}})
    batch = _read("survey_responses", tmp_path, source)
    with duckdb.connect() as connection:
        result = conform(
            connection,
            batch.rows,
            spec=qualtrics.STREAMS["survey_responses"],
            conventions=source.conventions.replaced(batch.conventions),
            source_id="research",
            key=b"0123456789abcdef",
        )
    assert (result.count_accepted, result.count_rejected) == (1, 0)
    answers = {row["question_number"]: row for row in _rows("survey_answers", tmp_path, source)}
    assert answers["Q1"]["numeric_value"] == "9"


@pytest.mark.parametrize(
    ("zone", "rule"), [("Mars/Base", "bad_time_zone"), ("Z", None), ("Asia/Tehran", None)]
)
def test_an_unknown_zone_refuses_the_file(tmp_path: Path, zone: str, rule: str | None) -> None:
    _export(tmp_path, {}, zone=zone)
    batch = _read("survey_responses", tmp_path)
    assert batch.rejects is not None
    assert batch.rejects.column("rule").to_pylist() == ([rule] if rule else [])


def test_a_file_with_one_header_row_is_refused_where_three_are_declared(tmp_path: Path) -> None:
    _export(tmp_path, {}, {"ResponseId": "R_2"}, {"ResponseId": "R_3"}, header_rows=1)
    batch = _read("survey_answers", tmp_path)
    assert batch.rejects is not None
    assert batch.rejects.column("rule").to_pylist() == ["bad_header"]


def test_each_export_is_read_once(tmp_path: Path) -> None:
    _export(tmp_path, {})
    first = _read("survey_responses", tmp_path)
    _export(tmp_path, {"ResponseId": "R_2"}, name="export2.csv")
    later = list(qualtrics.read(_source(), "survey_responses", cursor=first.cursor, inbox=tmp_path))
    assert [batch.rows.column("response_number").to_pylist() for batch in later] == [["R_2"]]
    last = later[0].cursor
    assert not list(qualtrics.read(_source(), "survey_responses", cursor=last, inbox=tmp_path))


def test_a_missing_export_is_named_by_its_pattern(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file matches export\*\.csv"):
        _read("survey_responses", tmp_path)


def test_exports_hold_no_invitations() -> None:
    assert "survey_invitations" not in qualtrics.configured(_source())
    with pytest.raises(ConfigurationError, match="survey_invitations"):
        qualtrics.check(_source().model_copy(update={"streams": {"survey_invitations": {}}}))
