"""What would keep a night from reading, told before it: one sentence each, no host, no secret."""

import socket
from pathlib import Path
from typing import Any

import pytest

from ingestion import Home, Sources, mistakes, obstacles

COMPANY = {"key": "acme", "name": {"en": "Acme"}, "time_zone": "UTC", "currency": "EUR"}
COLUMNS = {"customer_number": "id"}


def sources(*blocks: dict[str, Any]) -> Sources:
    return Sources.model_validate({"company": COMPANY, "sources": blocks})


def table(name: str) -> dict[str, Any]:
    streams = {"customers": {"table": "customers", "columns": COLUMNS}}
    return {"id": name, "connector": "sql", "options": {"url_env": "CRM_URL"}, "streams": streams}


def drops(name: str) -> dict[str, Any]:
    stream = {"glob": "people*.csv", "format": "csv", "columns": COLUMNS}
    return {"id": name, "connector": "files", "streams": {"customers": stream}}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key that only the tests know")
    monkeypatch.delenv("CRM_URL", raising=False)


def test_the_mistakes_of_every_source_are_told_at_once() -> None:
    wrong = sources(
        drops("one") | {"streams": {"customers": {"glob": "*", "format": "csv", "columns": {}}}},
        drops("two") | {"connector": "fax"},
        drops("three"),
    )

    first, second = mistakes(wrong)
    assert "one" in first
    assert "customer_number" in first
    assert second.startswith("source two: connector is 'fax': it must be one of")


def test_a_secret_that_is_not_set_and_a_key_that_is_too_short_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "short")

    key, unset = obstacles(sources(table("crm")), Home(root=tmp_path))
    assert key.startswith("CX_PSEUDONYM_KEY must hold")
    assert unset == ("source crm: environment variable CRM_URL is named in the sources but not set")


def test_a_host_is_greeted_and_its_name_never_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("CRM_URL", f"postgresql://reader:hidden@127.0.0.1:{port}/crm")
        assert obstacles(sources(table("crm")), Home(root=tmp_path)) == []

    (said,) = obstacles(sources(table("crm")), Home(root=tmp_path))
    assert said.startswith("source crm: the host that url_env names cannot be reached")
    assert "127" not in said
    assert "hidden" not in said


def test_a_folder_or_file_that_is_missing_is_named_until_something_was_read(
    tmp_path: Path,
) -> None:
    home, company = Home(root=tmp_path), sources(drops("crm"))
    (folder,) = obstacles(company, home)
    assert folder.endswith("inbox/crm: make it and drop the files there")

    (home.inbox / "crm").mkdir(parents=True)
    (file,) = obstacles(company, home)
    assert "stream customers: no file" in file
    assert file.endswith("is named like people*.csv")

    (home.inbox / "crm" / "people1.csv").touch()
    assert obstacles(company, home) == []
