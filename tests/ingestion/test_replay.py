"""A replay reads a refused row as its batch would be read with today's settings."""

from pathlib import Path

import duckdb
import pytest

from ingestion import all_streams, configured_streams, extract, home_of, load_sources
from ingestion.lake import Lake, open_table
from ingestion.quarantine import replay, summarize
from ingestion.settings import Home, Sources

COMPANY = """
company: {key: tiny, name: {en: Tiny}, time_zone: Asia/Tehran, currency: IRR}
sources:
"""
SURVEYS = """
  - id: surveys
    connector: limesurvey
    conventions: {calendar: jalali, null_words: %s}
    streams: {survey_responses: {}}
    options:
      surveys:
        "1": {name: One, horizon: relationship, responses: "responses*.csv"}
"""
ORDERS = """
  - id: shop
    connector: files
    conventions: {calendar: gregorian}
    streams:
      orders:
        glob: "*.csv"
        format: csv
        settle_seconds: 0
        conventions: {calendar: %s}
        columns: {order_number: no, ordered_at: placed}
"""
RESPONSE = (
    '"id";"submitdate";"startlanguage";"token";"startdate";"datestamp"\n'
    '"7";"2026-01-02 10:00:00";"en";"";"n/a";"2026-01-02 10:00:00"\n'
)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "TinyCompany":
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key of the tests alone")
    monkeypatch.setenv("CX_SOURCES", str(tmp_path / "sources.yaml"))
    return TinyCompany(tmp_path)


class TinyCompany:
    """A company whose settings change between a night and a replay."""

    def __init__(self, root: Path) -> None:
        self._settings = root / "sources.yaml"

    def declare(self, source: str, value: str) -> tuple[Sources, Home]:
        self._settings.write_text(COMPANY + source % value)
        sources = load_sources()
        return sources, home_of(sources.company)

    def refuse(self, source: str, value: str, file: str, content: str) -> None:
        """Read one file whose only row is refused."""
        sources, home = self.declare(source, value)
        path = home.inbox / sources.sources[0].id / file
        path.parent.mkdir(parents=True)
        path.write_text(content)
        (result,) = extract(sources, home, configured_streams(sources))
        assert (result.rows_rejected, result.rows_landed) == (1, 0)


def landed(home: Home, table: str, column: str) -> list[str]:
    lake = open_table(Lake(home.lake).table(all_streams()[table]))
    assert lake
    query = f"select ({column} at time zone 'UTC')::varchar from read_parquet({lake.file_uris()})"
    return [value for (value,) in duckdb.sql(query).fetchall()]


def test_what_a_tool_always_writes_is_not_read_by_the_conventions_of_its_source(
    company: TinyCompany,
) -> None:
    company.refuse(SURVEYS, '[""]', "responses.csv", RESPONSE)

    sources, home = company.declare(SURVEYS, '["", "n/a"]')
    result = replay(sources, home, all_streams()["limesurvey__survey_responses"])

    assert (result.rows_landed, result.rows_refused) == (1, 0)
    assert landed(home, "limesurvey__survey_responses", "submitted_at") == ["2026-01-02 10:00:00"]


def test_the_conventions_of_the_stream_are_those_of_today(company: TinyCompany) -> None:
    company.refuse(ORDERS, "gregorian", "orders.csv", "no,placed\n1,1404-10-11 12:00\n")

    sources, home = company.declare(ORDERS, "jalali")
    result = replay(sources, home, all_streams()["mapped__orders"])

    assert result.rows_landed == 1
    assert landed(home, "mapped__orders", "ordered_at") == ["2026-01-01 12:00:00"]
    assert summarize(home) == []


def test_a_row_that_is_refused_again_can_be_replayed_later(company: TinyCompany) -> None:
    company.refuse(SURVEYS, '[""]', "responses.csv", RESPONSE)
    spec = all_streams()["limesurvey__survey_responses"]

    again = replay(*company.declare(SURVEYS, '["", "none"]'), spec)
    last = replay(*company.declare(SURVEYS, '["", "n/a"]'), spec)

    assert (again.rows_landed, again.rows_refused) == (0, 1)
    assert last.rows_landed == 1
