"""``make erase``: shown first, erased when confirmed, carried on when killed, certified once."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.erasure import pending
from orchestration import erasing, headless
from orchestration.lib import erasures
from orchestration.lib.environment import Environment
from tests.factories.forgotten import Company


class Night:
    """A night that publishes what the warehouse of the company would hold now."""

    def __init__(self, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        self.company, self.count = company, 0
        monkeypatch.setattr(headless, "_execute", self)
        monkeypatch.setattr(headless, "use_project_instance", lambda environment: None)

    def __call__(self, environment: Environment, job_name: str) -> None:
        home = self.company.home
        self.count += 1
        self.company.read()
        keys = self.company.keys()
        with duckdb.connect(str(home.warehouse)) as warehouse:
            warehouse.register("keys", keys)
            warehouse.execute("create schema if not exists intermediate")
            warehouse.execute(
                "create or replace table intermediate.int_identity__keys_resolved as from keys"
            )
        version = home.marts / "versions" / f"run-{self.count}"
        version.mkdir(parents=True)
        with duckdb.connect(str(version / "marts.duckdb")) as marts:
            marts.register("keys", keys)
            marts.execute("create table customers as select distinct customer_id from keys")
        receipt = {"built_at": datetime.now(UTC).isoformat()}
        (version / "published.json").write_text(json.dumps(receipt))
        link = home.marts / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(f"versions/{version.name}")


@pytest.fixture
def night(company: Company, monkeypatch: pytest.MonkeyPatch) -> Night:
    found = Night(company, monkeypatch)
    headless.run_night()
    for name in ("contact/people.csv", "dbt/run/model.sql", "nightly.log"):
        path = company.home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Sara Tehrani,09123456789")
    return found


def certificate(company: Company) -> dict[str, object]:
    (path,) = company.home.root.glob("erasures/*/certificate.json")
    content: dict[str, object] = json.loads(path.read_text())
    return content


def test_a_person_is_shown_then_erased_then_certified(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    company = night.company
    assert erasing.erase(["۰۹۱۲۳۴۵۶۷۸۹"]) == 0
    assert "6 rows of 6 streams" in capsys.readouterr().out
    assert night.count == 1
    assert not pending(company.home)

    assert erasing.erase(["۰۹۱۲۳۴۵۶۷۸۹", "", "yes"]) == 0

    found = certificate(company)
    assert found["is_clean"] is True
    assert found["places"] == []
    removed = found["removed"]
    assert isinstance(removed, dict)
    places = ("lake/mapped__orders", "marts/versions", "contact", "dbt", "nightly.log")
    assert [removed[place] for place in places] == [1] * len(places)
    (page,) = company.home.root.glob("erasures/*/certificate.html")
    text = page.read_text()
    assert all(f'lang="{language}"' in text for language in ("en", "fa", "ru"))
    left = sorted(path.name for path in page.parent.iterdir())
    assert left == ["certificate.html", "certificate.json", "state.json", "suppressed.txt"]
    assert company.places("(?i)sara@example|c-1001|912[ ]?345") == []

    capsys.readouterr()
    assert erasing.erase(["sara@example.org", "", "yes"]) == 0
    assert "was asked for before" in capsys.readouterr().out
    assert certificate(company) == found


def test_an_erasure_that_a_kill_stopped_is_carried_on_by_any_night(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = night.company
    for place in ("clean_lake", "remove_derived", "_remove_old_versions", "certify"):
        whole = getattr(erasures, place)

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(erasures, place, killed)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(["C-1001", "", "yes"])
        assert len(pending(company.home)) == 1
        monkeypatch.setattr(erasures, place, whole)

    headless.run_night()

    assert certificate(company)["is_clean"] is True
    assert not pending(company.home)


@pytest.mark.lane
def test_whom_a_restored_backup_brings_back_is_erased_again(night: Night) -> None:
    lake, backup = night.company.home.lake, night.company.home.root.parent / "backup"
    shutil.copytree(lake, backup)
    assert erasing.erase(["C-1001", "", "yes"]) == 0
    first = certificate(night.company)
    shutil.rmtree(lake)
    shutil.copytree(backup, lake)
    headless.run_night()
    assert night.company.places("(?i)sara@example")

    assert erasing.erase(["C-1001", "", "yes"]) == 0

    assert night.company.places("(?i)sara@example") == []
    again = certificate(night.company)
    assert (again["erasure"], again["is_clean"]) == (first["erasure"], True)


def test_a_trace_that_stays_somewhere_keeps_the_erasure_open(night: Night) -> None:
    left = night.company.home.root / "notes.txt"
    left.write_text("called sara@example.org")

    assert erasing.erase(["C-1001", "", "yes"]) == 1
    assert certificate(night.company)["places"] == ["notes.txt"]
    left.unlink()
    assert erasing.erase(["", "", "yes"]) == 0
    assert certificate(night.company)["is_clean"] is True


def test_who_is_unknown_is_one_sentence_and_the_others_of_a_file_are_erased(
    night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = tmp_path / "requests.csv"
    requests.write_text("identifier;asked\nnobody@example.org;today\nC-1002;today\n")

    assert erasing.erase(["", str(requests), "yes"]) == 1

    assert capsys.readouterr().err.count("nobody is known by") == 1
    assert [row[0] for row in night.company.rows("mapped__customers")] == ["C-1001", "C-1003"]
    assert erasing.erase([]) == 2
