"""Settings: a mistake is named with its key, its value and what is allowed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion import configured_streams
from ingestion.errors import ConfigurationError
from ingestion.registry import CONNECTORS
from ingestion.settings import home_of, load_sources, pseudonym_key, secret

COMPANY = "company: {key: acme, name: {en: Acme}, time_zone: Asia/Tehran, currency: IRR}\n"
CANARY = "correct-horse-battery"


def written(path: Path, text: str) -> Path:
    file = path / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("company: {key: acme", "not valid YAML"),
        (
            COMPANY.replace("Asia/Tehran", "Teheran") + "sources: []",
            r"company.time_zone is 'Teheran': .*IANA time zone such as Asia/Tehran",
        ),
        (COMPANY.replace("IRR", "Rial") + "sources: []", r"company.currency is 'Rial'"),
        (
            COMPANY.replace("IRR", "IRR, country: Iran") + "sources: []",
            r"company.country is 'Iran'",
        ),
        (
            COMPANY.replace("IRR", "IRR, fiscal_year: {month: 13}") + "sources: []",
            r"company.fiscal_year.month is 13: .*less than or equal to 12",
        ),
        (
            COMPANY.replace("IRR", "IRR, fiscal_year: {day: 31}") + "sources: []",
            r"company.fiscal_year.day is 31: .*less than or equal to 28",
        ),
        (COMPANY + "sources: []\nsource: []", r"source: .*not permitted"),
        (
            COMPANY + "sources: [{id: a, connector: files, conventions: {calendar: lunar}}]",
            r"conventions.calendar is 'lunar': .*'gregorian' or 'jalali'",
        ),
        (
            COMPANY + "sources: [{id: a, connector: files}, {id: a, connector: sql}]",
            r"source ids \['a'\] are used more than once",
        ),
    ],
    ids=[
        *("yaml", "time zone", "currency", "country", "fiscal month", "fiscal day"),
        *("unknown key", "calendar", "repeated id"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        load_sources(written(tmp_path, text))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_sources(tmp_path / "none.yaml")


def test_an_unknown_connector_names_the_known_ones(tmp_path: Path) -> None:
    path = written(tmp_path, COMPANY + "sources: [{id: a, connector: fax}]")
    with pytest.raises(ConfigurationError, match="'fax': it must be one of asterisk, files"):
        configured_streams(load_sources(path))


def test_a_column_named_no_stays_a_name(tmp_path: Path) -> None:
    text = COMPANY + "sources: [{id: a, connector: files, options: {column: no, flag: true}}]"
    options = load_sources(written(tmp_path, text)).sources[0].options
    assert options == {"column": "no", "flag": True}


def test_yaml_builds_no_objects(tmp_path: Path) -> None:
    path = written(tmp_path, COMPANY + "sources: !!python/object/apply:os.getcwd []")
    with pytest.raises(ConfigurationError, match="not valid YAML"):
        load_sources(path)


@pytest.mark.parametrize(
    "name",
    ["crm; drop table x", "../crm", "{{ env_var('CRM_URL') }}", 'crm"', "crm\n", "/etc", "c" * 64],
)
def test_code_and_paths_are_no_names(tmp_path: Path, name: str) -> None:
    """Faults 50 and 51."""
    stream = {"orders": {}}
    for source in (
        {"id": name, "connector": "files"},
        {"id": "crm", "connector": name},
        {"id": "crm", "connector": "files", "preset": name},
        {"id": "crm", "connector": "files", "customers_of": name},
        {"id": "crm", "connector": "files", "streams": {name: stream}},
    ):
        text = COMPANY + yaml.safe_dump({"sources": [source]}, allow_unicode=True)
        with pytest.raises(ConfigurationError):
            load_sources(written(tmp_path, text))
    with pytest.raises(ConfigurationError, match=r"company\.key"):
        load_sources(written(tmp_path, yaml.safe_dump({"company": {"key": name}, "sources": []})))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"sources: " + b"[" * 100_000, "nested too deeply"),
        ("company: شرکت".encode("cp1256"), "not UTF-8 at byte 9"),
        (b"sources: \0", "not valid YAML"),
    ],
    ids=["deep", "encoding", "nul"],
)
def test_what_no_parser_takes_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    """Fault 52."""
    path = tmp_path / "sources.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        load_sources(path)


@pytest.mark.parametrize("connector", sorted(CONNECTORS))
def test_a_secret_in_the_wrong_place_is_never_repeated(tmp_path: Path, connector: str) -> None:
    """Fault 55: no connector's check says what may be a credential."""
    url = f"postgresql://me:{CANARY}@host/crm"
    misplaced: list[dict[str, Any]] = [
        {"options": {name: value}}
        for name in ("password", "pasword", "url", "url_env", "password_env", "auth", "base_url")
        for value in (CANARY, url, {"kind": "bearer", "token": CANARY})
    ]
    misplaced += [{"streams": {"orders": {"token": CANARY}}}, {"password": CANARY}, {"url": url}]
    for settings in misplaced:
        source = {"id": "crm", "connector": connector, **settings}
        text = COMPANY + yaml.safe_dump({"sources": [source]})
        with pytest.raises(ConfigurationError) as caught:
            configured_streams(load_sources(written(tmp_path, text)))
        assert CANARY not in str(caught.value)


def test_a_real_company_needs_its_own_pseudonym_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CX_PSEUDONYM_KEY", raising=False)
    company = load_sources(written(tmp_path, COMPANY + "sources: []")).company
    with pytest.raises(ConfigurationError, match="CX_PSEUDONYM_KEY"):
        pseudonym_key(company)
    assert pseudonym_key(load_sources().company)


def test_a_secret_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_URL", raising=False)
    with pytest.raises(ConfigurationError, match="CRM_URL is named in the sources but not set"):
        secret("CRM_URL")


def test_companies_never_share_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    acme = load_sources(written(tmp_path, COMPANY + "sources: []")).company
    assert home_of(acme).root == tmp_path / "acme"
    assert home_of(load_sources().company).root == tmp_path / "demo"
