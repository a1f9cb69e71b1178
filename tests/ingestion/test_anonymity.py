"""An anonymous source lands what was answered, and nothing that could tell who did."""

from pathlib import Path

import duckdb
import pytest

from ingestion import (
    ConfigurationError,
    all_streams,
    configured_streams,
    extract,
    home_of,
    load_sources,
)
from ingestion.erasure.searching import search
from ingestion.lake import Lake, open_table

SETTINGS = """
company: {key: tiny, name: {en: Tiny}, time_zone: Asia/Tehran, currency: IRR}
sources:
  - id: panel
    connector: files
    anonymous: true
    conventions: {time_zone: Asia/Tehran}
    streams:
      survey_responses:
        glob: "responses*.csv"
        format: csv
        settle_seconds: 0
        columns:
          survey_number: {value: S}
          response_number: no
          invitation_number: token
          phone: phone
          email: email
          interaction_number: call
          submitted_at: at
          updated_at: at
      survey_answers:
        glob: "answers*.csv"
        format: csv
        settle_seconds: 0
        columns:
          survey_number: {value: S}
          response_number: no
          question_number: question
          numeric_value: score
          answer_text: words
          updated_at: at
"""
INVITATIONS = """
      survey_invitations:
        glob: "invitations*.csv"
        format: csv
        columns: {survey_number: {value: S}, invitation_number: token}
"""
RESPONSES = (
    "no,token,phone,email,call,at,ip,device\n"
    "r1,tok-4711,09123456789,sara@example.org,c-77,2026-01-02 23:47:11,10.1.2.3,pixel\n"
    "r2,tok-4712,no phone,sara@example.org,c-78,no time,10.1.2.4,pixel\n"
    "r3,tok-4713,unterminated\n"
)
ANSWERS = "no,question,score,words,at,ip\nr1,q1,9,I am Sara,2026-01-02 23:47:11,10.1.2.3\n"
TRACES = r"(?i)tok-47|9123456789|sara|c-7[78]|23:47|20:17|10\\.1\\.2|pixel"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key of the tests alone")
    monkeypatch.setenv("CX_SOURCES", str(tmp_path / "sources.yaml"))
    return tmp_path


def test_what_could_tell_who_answered_reaches_no_table(root: Path) -> None:
    (root / "sources.yaml").write_text(SETTINGS)
    sources = load_sources()
    home = home_of(sources.company)
    (home.inbox / "panel").mkdir(parents=True)
    (home.inbox / "panel" / "responses.csv").write_text(RESPONSES)
    (home.inbox / "panel" / "answers.csv").write_text(ANSWERS)

    results = extract(sources, home, configured_streams(sources))

    assert [(result.rows_landed, result.rows_rejected) for result in results] == [(1, 2), (1, 0)]
    zones = search(home.root, TRACES, zone_of=lambda path: path.parts[0])
    assert zones["archive"].places, "what it looks for is in the files as they came"
    assert zones["lake"].places == []
    table = open_table(Lake(home.lake).table(all_streams()["mapped__survey_responses"]))
    assert table
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Tehran'")
        rows = connection.sql(
            "select source_id, cast(submitted_at as varchar), epoch_us(updated_at) = "
            "source_version, email_hash, phone_hash, invitation_number "
            f"from read_parquet({table.file_uris()})"
        ).fetchall()
    assert rows == [("S|r1", "2026-01-02 00:00:00+03:30", True, None, None, None)]


def test_a_stream_that_is_known_by_persons_is_refused(root: Path) -> None:
    (root / "sources.yaml").write_text(SETTINGS + INVITATIONS)
    with pytest.raises(ConfigurationError, match="known by invitation_number: leave this stream"):
        configured_streams(load_sources())
