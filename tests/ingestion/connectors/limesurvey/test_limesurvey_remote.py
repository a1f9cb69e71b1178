"""RemoteControl 2: sessions, pages and failures that come as HTTP 200."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingestion.connectors import limesurvey
from ingestion.connectors.base import Batch
from ingestion.connectors.limesurvey.options import options_of
from ingestion.connectors.limesurvey.remote import read_remote
from ingestion.errors import ConfigurationError, SourceError, TransientSourceError
from ingestion.readers.allowance import HttpLimits
from ingestion.settings import Source
from tests.factories.json_server import Answer, json_server

PASSWORD = "correct horse battery"
SURVEY = {
    "name": "After the call",
    "horizon": "transactional",
    "customer_number_from": "attribute_1",
    "questions": {"nps": {"metric": "nps"}},
}
REMOTE = Source(
    id="surveys",
    connector="limesurvey",
    options={
        "mode": "remote_control",
        "url_env": "LS_URL",
        "user_env": "LS_USER",
        "password_env": "LS_PASSWORD",
        "page_rows": 2,
        "overlap_rows": 1,
        "surveys": {"7": SURVEY},
    },
)
FAST = HttpLimits(backoff_seconds=0.0001, attempts=2)


class FakeLimeSurvey:
    """An interface with one survey; ``misbehave`` may answer a call instead of it."""

    def __init__(self) -> None:
        self.responses = {
            number: {
                "id": number,
                "submitdate": f"2026-01-0{number % 9 + 1} 10:00:00",
                "token": f"t{number}",
                "nps": str(number % 11),
            }
            for number in (1, 2, 3, 9, 10)
        }
        self.sessions: list[str] = []
        self.released: list[str] = []
        self.calls: list[str] = []
        self.misbehave: Callable[[str, list[Any]], Answer | None] = lambda method, given: None

    def __call__(self, asked: dict[str, Any]) -> Answer:
        method, given = asked["method"], asked["params"]
        self.calls.append(method)
        answer = self.misbehave(method, given)
        if answer:
            return answer
        return Answer(
            body={"id": asked["id"], "error": None, "result": self._result(method, given)}
        )

    def _result(self, method: str, given: list[Any]) -> Any:
        if method == "get_session_key":
            if given[1] != PASSWORD:
                return {"status": "Invalid user name or password"}
            self.sessions.append(f"key{len(self.sessions)}")
            return self.sessions[-1]
        if method == "release_session_key":
            self.released.append(given[0])
            return "OK"
        if not self.sessions or given[0] != self.sessions[-1]:
            return {"status": "Invalid session key"}
        return getattr(self, f"_{method}")(*given[1:])

    def _export_responses(self, *given: Any) -> Any:
        first, last, fields = given[6], given[7], given[8]
        found = [
            {name: value for name, value in response.items() if not fields or name in fields}
            for number, response in sorted(self.responses.items())
            if first <= number and (last is None or number <= last)
        ]
        if not found:
            return {"status": "No Data, could not get max id."}
        return base64.b64encode(json.dumps({"responses": found}).encode()).decode()

    def _list_participants(self, survey: int, start: int, limit: int, *_: Any) -> Any:
        people = [
            {
                "tid": number,
                "token": f"t{number}",
                "participant_info": {"firstname": "F", "email": f"p{number}@example.org"},
                "attribute_1": f"C{number}",
                "completed": "N",
            }
            for number in range(1, 12)
        ]
        return people[start : start + limit] or {"status": "No survey participants found."}

    def _list_questions(self, *_: Any) -> Any:
        return [
            {"id": 1, "parent_qid": 0, "title": "nps", "question": "How likely?"},
            {"id": 2, "parent_qid": 0, "title": "topics", "question": "Topics"},
            {"id": 3, "parent_qid": 2, "title": "bill", "question": "billing"},
        ]


@pytest.fixture
def interface(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLimeSurvey]:
    fake = FakeLimeSurvey()
    with json_server(fake) as url:
        monkeypatch.setenv("LS_URL", url)
        monkeypatch.setenv("LS_USER", "reader")
        monkeypatch.setenv("LS_PASSWORD", PASSWORD)
        yield fake


def _read(stream: str, cursor: Any = None, source: Source = REMOTE) -> list[Batch]:
    options = options_of(source)
    return list(read_remote(options, stream, cursor=cursor or {}, limits=FAST))


def _numbers(batches: list[Batch]) -> list[str]:
    return [n for batch in batches for n in batch.rows.column("response_number").to_pylist()]


def test_responses_are_paged_over_gaps_of_deleted_ids(interface: FakeLimeSurvey) -> None:
    batches = _read("survey_responses")
    assert _numbers(batches) == ["1", "2", "3", "9", "10"]
    assert batches[-1].cursor == {"surveys": {"7": 10}}
    assert batches[0].rows.column("customer_number").to_pylist() == ["C1", "C2"]


def test_reading_from_any_page_gives_the_rest_and_the_overlap(interface: FakeLimeSurvey) -> None:
    for batch in _read("survey_responses"):
        (last,) = batch.cursor["surveys"].values()
        expected = [str(number) for number in interface.responses if number >= last]
        assert _numbers(_read("survey_responses", batch.cursor)) == expected


def test_a_place_beyond_the_last_response_reads_nothing(interface: FakeLimeSurvey) -> None:
    assert _read("survey_responses", {"surveys": {"7": 500}}) == []


def test_a_completed_response_within_the_overlap_comes_again(interface: FakeLimeSurvey) -> None:
    before = _read("survey_responses")[-1]
    interface.responses[10]["submitdate"] = "2026-02-01 10:00:00"
    (again,) = _read("survey_responses", before.cursor)
    assert again.rows.column("submitted_at").to_pylist() == ["2026-02-01 10:00:00"]


def test_answers_are_long_and_need_no_participants(interface: FakeLimeSurvey) -> None:
    batches = _read("survey_answers")
    values = [v for batch in batches for v in batch.rows.column("numeric_value").to_pylist()]
    assert values == ["1", "2", "3", "9", "10"]
    assert "list_participants" not in interface.calls


def test_invitations_come_page_by_page_without_names(interface: FakeLimeSurvey) -> None:
    (batch,) = _read("survey_invitations")
    assert batch.rows.num_rows == 11
    assert "firstname" not in batch.rows.column_names


def test_questions_take_their_wording_from_the_survey(interface: FakeLimeSurvey) -> None:
    (batch,) = _read("survey_questions")
    texts = {row["question_number"]: row["question_text"] for row in batch.rows.to_pylist()}
    assert texts == {"nps": "How likely?", "topics[bill]": "billing"}


def test_a_session_that_expires_is_renewed_once_and_nothing_is_lost(
    interface: FakeLimeSurvey,
) -> None:
    def expire(method: str, given: list[Any]) -> None:
        if method == "export_responses" and given[7] == 3:
            interface.misbehave = lambda method, given: None
            interface.sessions.append("taken by someone else")

    interface.misbehave = expire
    assert _numbers(_read("survey_responses")) == ["1", "2", "3", "9", "10"]
    assert interface.calls.count("get_session_key") == 2


def test_a_session_that_keeps_expiring_is_a_refusal(interface: FakeLimeSurvey) -> None:
    lost = Answer(body={"result": {"status": "Invalid session key"}, "error": None})
    interface.misbehave = lambda method, given: lost if method == "list_participants" else None
    with pytest.raises(SourceError, match="Invalid session key"):
        _read("survey_invitations")
    assert interface.calls.count("get_session_key") == 2


@pytest.mark.parametrize(
    "failure",
    [Answer(status=503), Answer(body=b"<html>"), Answer(body=b'{"result": "ey'), Answer(body={})],
    ids=["unavailable", "page", "half JSON", "no result"],
)
def test_a_failing_page_leaves_the_same_rows_after_the_next_read(
    interface: FakeLimeSurvey, failure: Answer
) -> None:
    landed: list[Batch] = []
    interface.misbehave = lambda method, given: (
        failure if method == "export_responses" and given[7] >= 3 else None
    )
    batches = read_remote(options_of(REMOTE), "survey_answers", cursor={}, limits=FAST)
    with pytest.raises(TransientSourceError):
        landed.extend(batches)
    interface.misbehave = lambda method, given: None
    place = landed[-1].cursor if landed else {}
    assert set(_numbers([*landed, *_read("survey_answers", place)])) == {"1", "2", "3", "9", "10"}


def test_the_session_is_released_whatever_happens(interface: FakeLimeSurvey) -> None:
    interface.misbehave = lambda method, given: (
        Answer(status=500) if method == "export_responses" else None
    )
    with pytest.raises(TransientSourceError):
        _read("survey_responses")
    _read("survey_questions")
    assert interface.released == ["key0", "key1"]


def test_a_refused_survey_does_not_keep_the_others_from_being_read(
    interface: FakeLimeSurvey,
) -> None:
    closed = Answer(
        body={"result": {"status": "No Data, survey table does not exist."}, "error": None}
    )
    interface.misbehave = lambda method, given: (
        closed if method == "export_responses" and given[1] == 6 else None
    )
    surveys = {"surveys": {"6": SURVEY, "7": SURVEY}}
    source = REMOTE.model_copy(update={"options": REMOTE.options | surveys})
    got: list[Batch] = []
    batches = read_remote(options_of(source), "survey_answers", cursor={}, limits=FAST)
    with pytest.raises(SourceError, match="survey table does not exist"):
        got.extend(batches)
    assert len(_numbers(got)) == 5


def test_a_wrong_password_is_told_without_it(
    interface: FakeLimeSurvey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LS_PASSWORD", "wrong but secret")
    with pytest.raises(SourceError, match="Invalid user name or password") as caught:
        _read("survey_responses")
    assert "wrong but secret" not in str(caught.value)


def test_the_interface_needs_its_variables() -> None:
    options = {key: value for key, value in REMOTE.options.items() if key != "password_env"}
    with pytest.raises(ConfigurationError, match="password_env"):
        limesurvey.check(REMOTE.model_copy(update={"options": options}))
