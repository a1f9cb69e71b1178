"""Rows of persons that are made anew where a fact of theirs changed equal those all made anew.

A model of the warehouse on tables that stand for its inputs. Each night some contacts come, move
to another issue or person, or go; of the rows made anew only those are written that differ.
"""

import random
from datetime import datetime, timedelta

import pytest

from tests.factories.growing import GrowingModels, save
from tests.factories.texts import SAME_HASH

INPUTS = {
    "met_issue_contacts": (
        "interaction_id varchar primary key, issue_id varchar, customer_id varchar, "
        "is_anonymous boolean, reason varchar, market varchar, segment varchar, "
        "is_first_of_issue boolean, channel varchar, queue_id varchar, agent_id varchar, "
        "started_at timestamp, contact_local_date date, has_repeat_of_reason boolean"
    ),
    "fct_recounted_persons": "customer_id varchar, change_seq bigint",
}
BEGUN = datetime(2026, 3, 1, 8)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> GrowingModels:
    return GrowingModels(tmp_path_factory.mktemp("persons"), ("met_issues",), INPUTS)


def change(models: GrowingModels, night: int, dice: random.Random, contacts: int) -> None:
    """Contacts that come, change or go, and the persons of whom that is so."""
    with models.open() as connection:
        for _ in range(contacts):
            number, person = dice.randint(1, 150), dice.choice("abcdefghij")
            row = [f"{number}", f"{person}{dice.randint(1, 9)}", person, False, "price"]
            row += [dice.choice("ns"), None, dice.random() < 0.5, "phone", None, dice.choice("xy")]
            row += [BEGUN + timedelta(hours=number), BEGUN + timedelta(hours=number), True]
            held = "select customer_id from raw.met_issue_contacts where interaction_id = ?"
            was = connection.execute(held, row[:1]).fetchall()
            if was and dice.random() < 0.3:
                connection.execute(
                    "delete from raw.met_issue_contacts where interaction_id = ?", row[:1]
                )
            else:
                save(connection, "met_issue_contacts", row)
            for (affected,) in {*was, (person,)}:
                save(connection, "fct_recounted_persons", [affected, night])


def test_whatever_changes_rows_equal_those_all_made_anew(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    dice = random.Random(0)
    models.begin()
    for night in range(1, 9):
        change(models, night, dice, contacts=0 if night == 5 else 12)
        models.build()

        assert models.differences_from_a_rebuild() == {}, night


def test_a_text_in_which_two_numbers_change_is_seen(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    models.begin()
    for night, agent in enumerate(SAME_HASH, start=1):
        change(models, night, random.Random(1), contacts=60)
        with models.open() as connection:
            connection.execute("update raw.met_issue_contacts set agent_id = ?", [agent])
        models.build()
    assert models.differences_from_a_rebuild() == {}


def test_of_a_person_s_rows_those_are_written_that_differ(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    models.begin()
    change(models, 1, random.Random(1), contacts=60)
    models.build()
    before = issues_as_written(models)
    issue = before[0]
    with models.open() as connection:
        connection.execute(
            "update raw.met_issue_contacts set reason = 'other' where issue_id = ?", [issue]
        )
        connection.execute(
            "insert into raw.fct_recounted_persons select distinct customer_id, 2 "
            "from raw.met_issue_contacts"
        )
    models.build()

    assert issues_as_written(models) == [*before[1:], issue]


def issues_as_written(models: GrowingModels) -> list[str]:
    """The issues, those that were written last at the end."""
    with models.open() as connection:
        rows = connection.execute("select issue_id from met_issues order by rowid").fetchall()
    return [issue for (issue,) in rows]
