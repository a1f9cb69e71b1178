"""A change of the key: every pseudonym anew, nobody a stranger, nobody erased let in."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion import ConfigurationError, all_streams, freeze, retain
from ingestion.erasure import begin, pending
from ingestion.keyring import ROTATED, read_ring, write_ring
from ingestion.lake import Lake
from ingestion.published import PUBLISHED_IDENTITIES, land_identities
from ingestion.rotation import begin_rotation, plan_rotation
from tests.factories.faults import Attempt, Kill, attempt, killed_at_each
from tests.factories.forgotten import KEY, Company
from tests.factories.lake_contents import contents
from tests.factories.rotation_job import NEW, change_key
from tests.factories.stopped_rewriting import times_stopped

HASHED = {
    "mapped__customers": "email_hash, phone_hash",
    "mapped__tickets": "phone_hash",
    "published__customer_identities": "split_part(identity_key, ':', 2)",
}
NEVER = "a third key that is never used"
VARIABLES = ("CX_DATA", "CX_SOURCES", "CX_PSEUDONYM_KEY", "CX_PSEUDONYM_KEY_BEFORE")


def pseudonyms(company: Company) -> set[str]:
    rows = [row for table, names in HASHED.items() for row in company.rows(table, names)]
    return {value for row in rows for value in row if value and len(value) == 64}


def row_hashes(company: Company) -> list[tuple[str]]:
    return [row for table in HASHED for row in company.rows(table, "source_id, _row_hash")]


@pytest.fixture
def known(company: Company) -> Company:
    """The company, with what a night found of who is who."""
    keys = company.keys().drop_columns("is_shared").to_pylist()
    empty = dict.fromkeys(column.name for column in PUBLISHED_IDENTITIES.columns)
    times = {"changed_at": datetime(2026, 1, 3), "run_id": "night"}
    found = pa.Table.from_pylist([empty | times | key | {"linked_by": "self"} for key in keys])
    land_identities(company.home, found, run_id="night")
    return company


@pytest.fixture
def changing(known: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, somebody erased, with a new key in its environment."""
    known.erase()
    for erasure in pending(known.home):
        erasure.note("verified")
    monkeypatch.setenv("CX_PSEUDONYM_KEY", NEW)
    monkeypatch.setenv("CX_PSEUDONYM_KEY_BEFORE", KEY)
    monkeypatch.setenv("CX_SUPPRESSION_KEY", KEY)
    return known


def test_every_pseudonym_changes_and_nobody_comes_again_or_comes_back(
    changing: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, hashes = pseudonyms(changing), row_hashes(changing)
    assert ROTATED not in read_ring(changing.home)

    change_key()

    assert freeze(changing.sources, changing.home, results=[], run_id="after").is_rotated
    after = pseudonyms(changing)
    assert len(after) == len(before) == 3
    assert not after & before
    assert changing.places("|".join(before)) == []
    changing.erase("C-1002")
    for erasure in pending(changing.home):
        erasure.note("verified")
    changing.drop("_again")
    assert {table: (r.rows_landed, r.rows_erased) for table, r in changing.read().items()} == {
        "mapped__customers": (0, 3),
        **dict.fromkeys(("mapped__orders", "mapped__shipments"), (0, 2)),
        **dict.fromkeys(("mapped__tickets", "mapped__ticket_messages"), (0, 1)),
        "mapped__qa_scores": (0, 1),
    }
    assert pseudonyms(changing) < after

    monkeypatch.setenv("CX_PSEUDONYM_KEY", KEY)
    with pytest.raises(ConfigurationError, match="is not the key that made"):
        changing.read()
    monkeypatch.setenv("CX_PSEUDONYM_KEY_BEFORE", NEW)
    change_key()
    assert pseudonyms(changing) < before
    assert set(row_hashes(changing)) < set(hashes)


class Trial:
    """A change of the key in a copy of the company, to be tried again from the same beginning."""

    def __init__(self, company: Company, kept: Path) -> None:
        self.company, self.root = company, company.home.root.parent
        self.kept = shutil.copytree(self.root, kept)
        self.before = "|".join(pseudonyms(company))

    def again(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self.kept, self.root)

    def result(self) -> tuple[dict[str, Any], list[tuple[str]]]:
        """What the company holds, where no old pseudonym may stand."""
        assert self.company.places(self.before) == []
        return contents(self.root), row_hashes(self.company)


@pytest.fixture
def trial(known: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", NEW)
    monkeypatch.setenv("CX_PSEUDONYM_KEY_BEFORE", KEY)
    return Trial(known, tmp_path / "kept")


def test_a_change_that_is_killed_at_commits_and_carried_on_ends_like_an_undisturbed_one(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_key()
    expected = trial.result()
    trial.again()
    assert times_stopped(change_key, monkeypatch) > 2
    assert trial.result() == expected


@pytest.mark.lane
def test_a_change_that_is_killed_at_any_point_and_carried_on_ends_like_an_undisturbed_one(
    trial: Trial,
) -> None:
    environment = {name: os.environ[name] for name in VARIABLES}

    def changed(kill: Kill | None = None) -> Attempt:
        return attempt(change_key, root=trial.root, kill=kill, environment=environment)

    changed()
    expected = trial.result()
    trial.again()
    for killed in killed_at_each(changed):
        assert not changed().is_killed
        assert trial.result() == expected, killed.points[-1]
        trial.again()


def test_a_contact_without_its_clear_value_stays_one_person(
    known: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", NEW)
    monkeypatch.setenv("CX_PSEUDONYM_KEY_BEFORE", KEY)
    shutil.rmtree(Lake(known.home.lake).restricted(all_streams()["mapped__customers"]))
    before = pseudonyms(known)
    lost = plan_rotation(known.sources, known.home).lost["one"].to_pylist()
    assert sorted(term.split(":")[0] for term in lost) == ["email", "email", "phone"]

    change_key()

    after = pseudonyms(known)
    assert len(after) == len(before)
    assert not after & before
    rows = known.rows("mapped__customers", "'email:' || email_hash")
    told = known.rows("published__customer_identities", "identity_key")
    assert {row for row in rows if row[0]} < set(told)


def test_while_a_change_is_not_complete_nothing_else_is_done(changing: Company) -> None:
    begin_rotation(changing.home, plan_rotation(changing.sources, changing.home))
    for act in (
        changing.read,
        lambda: retain(changing.sources, changing.home, now=datetime.now(UTC)),
        lambda: freeze(changing.sources, changing.home, results=[], run_id="night"),
    ):
        with pytest.raises(ConfigurationError, match="is not complete: run `make rotate"):
            act()


def test_wrong_keys_and_an_open_erasure_are_refused_in_one_sentence(
    changing: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(match: str, **variables: str) -> None:
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            with pytest.raises(ConfigurationError, match=match) as refusal:
                plan_rotation(changing.sources, changing.home)
        assert not any(value in str(refusal.value) for value in variables.values() if value)

    refused("BEFORE is not the key that made", CX_PSEUDONYM_KEY_BEFORE=NEVER)
    refused("set CX_PSEUDONYM_KEY_BEFORE to", CX_PSEUDONYM_KEY_BEFORE="")
    refused("is the key of .* already", CX_PSEUDONYM_KEY=KEY)
    refused("at least 16", CX_PSEUDONYM_KEY="short")
    refused("everybody on them could come back", CX_SUPPRESSION_KEY="")
    ring = read_ring(changing.home)
    begin_rotation(changing.home, plan_rotation(changing.sources, changing.home))
    refused("complete it with that one first", CX_PSEUDONYM_KEY=NEVER)
    write_ring(changing.home, ring)
    monkeypatch.setenv("CX_PSEUDONYM_KEY", KEY)
    begin(changing.sources, changing.home, changing.plan("C-1002"))
    monkeypatch.setenv("CX_PSEUDONYM_KEY", NEW)
    refused("an erasure is not complete")
