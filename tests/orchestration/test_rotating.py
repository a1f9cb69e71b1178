"""``make rotate``: shown first, made when confirmed, carried on when killed, refused in a line."""

import json
from pathlib import Path

import duckdb
import pytest

from ingestion.published import PUBLISHED_IDENTITIES
from orchestration import rotating
from orchestration.lib.lock import hold_lock
from tests.factories.forgotten import KEY, Company
from tests.factories.rotation_job import NEW


def phone_of(company: Company, customer: str) -> str:
    rows = company.rows("mapped__customers", "source_id, phone_hash")
    return str(dict(rows)[customer])


def publish(company: Company, key: str) -> None:
    """A night has published a person of one key and was killed before the lake knew of it."""
    version = company.home.marts / "versions" / "night"
    version.mkdir(parents=True)
    (version / "published.json").write_text("{}")
    (company.home.marts / "current").symlink_to("versions/night")
    found = {"identity_key": key, "customer_id": "born before", "linked_by": "self"}
    values = ", ".join(
        f"{repr(found[column.name]) if column.name in found else 'null'} as {column.name}"
        for column in PUBLISHED_IDENTITIES.columns
    )
    with duckdb.connect(str(company.home.warehouse)) as warehouse:
        warehouse.execute("create schema core")
        warehouse.execute(f"create table core.fct_unkept_identities as select {values}")


@pytest.fixture
def overrides(tmp_path: Path, company: Company, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What somebody decided about a phone, in a seed of the test's own; the new key is set."""
    phone = phone_of(company, "C-1002")
    path = tmp_path / "identity_overrides.csv"
    path.write_text(
        "left_key,right_key,rule,reason,decided_on\n"
        f"phone:{phone},customer:crm:C-1003,force,same person,2026-01-03\n"
    )
    monkeypatch.setattr(rotating, "OVERRIDES", path)
    monkeypatch.setenv("CX_PSEUDONYM_KEY", NEW)
    monkeypatch.setenv("CX_PSEUDONYM_KEY_BEFORE", KEY)
    return path


def test_a_change_is_shown_then_made_and_decisions_of_people_follow_it(
    company: Company,
    overrides: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, before, old = company.home, overrides.read_text(), phone_of(company, "C-1002")
    publish(company, f"phone:{old}")
    for name in ("contact/people.csv", "dbt/run/model.sql", "nightly.log"):
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    fingerprint = json.loads((home.lake / "_key.json").read_text())

    assert rotating.change_key([""]) == 0
    said = capsys.readouterr().out
    assert "5 e-mail addresses and phone numbers get another pseudonym" in said
    assert "1 contacts in it; commit it" in said
    assert "Nothing was changed" in said
    assert json.loads((home.lake / "_key.json").read_text()) == fingerprint

    with hold_lock(home.root / "warehouse.lock", job="nightly"):
        assert rotating.change_key(["yes"]) == 1
    assert "nightly is working on" in capsys.readouterr().err
    assert overrides.read_text() == before

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rotating, "rotate", killed)
        with pytest.raises(KeyboardInterrupt):
            rotating.change_key(["yes"])
    assert rotating.change_key(["yes"]) == 0
    assert "begun before and is carried on" in capsys.readouterr().out

    assert overrides.read_text() == before.replace(old, phone_of(company, "C-1002"))
    assert old not in overrides.read_text()
    told = company.rows("published__customer_identities", "identity_key, customer_id")
    assert told == [(f"phone:{phone_of(company, 'C-1002')}", "born before")]
    assert not home.warehouse.exists()
    assert not [*home.contact.glob("*"), *home.root.glob("dbt"), *home.root.glob("nightly.log")]
    assert rotating.change_key(["yes"]) == 1
    assert "is the key of" in capsys.readouterr().err
