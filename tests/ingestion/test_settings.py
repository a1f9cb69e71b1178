"""Settings: a mistake is named with its key, its value and what is allowed."""

from pathlib import Path

import pytest

from ingestion import configured_streams
from ingestion.errors import ConfigurationError
from ingestion.settings import home_of, load_sources, pseudonym_key, secret

COMPANY = "company: {key: acme, name: {en: Acme}, time_zone: Asia/Tehran, currency: IRR}\n"


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
        (COMPANY + "sources: []\nsource: []", r"source is \[\]: .*not permitted"),
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
