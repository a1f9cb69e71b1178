"""Answers and invitations that grow by what changed equal those that are made anew.

The warehouse's own models of surveys over tables that stand for what landed and who is who; each
night changes some of it at random. What the latest versions are is no matter of this module.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.factories.growing import GrowingModels, days_since_epoch, save

FIRST, NIGHTS = date(2026, 3, 1), 4
OWN = (
    "fct_survey_answers",
    "fct_survey_invitations",
    "int_identity__keys_watched",
    "int_surveys__answers_judged",
    "int_surveys__invitations_attributed",
    "int_surveys__responses_attributed",
    "int_surveys__responses_identified",
    "int_surveys__surveys_described",
)
FACTS = ("fct_survey_answers", "fct_survey_invitations")
INPUTS = {
    "stg_meta__run": "as_of date, as_of_day bigint, change_seq bigint",
    "int_surveys__questions_latest": (
        "question_id varchar primary key, survey_id varchar, survey_number varchar, "
        "question_number varchar, survey_name varchar, metric varchar, horizon varchar, "
        "touchpoint varchar, scale_minimum decimal(18, 2), scale_maximum decimal(18, 2), "
        "question_version integer, is_deleted boolean, change_seq bigint"
    ),
    "int_surveys__invitations_latest": (
        "invitation_id varchar primary key, survey_id varchar, source_id varchar, "
        "identity_key varchar, sent_at timestamp, sent_local_date date, is_deleted boolean, "
        "change_seq bigint, completed_at timestamp, interaction_number varchar, channel varchar, "
        "delivery_status varchar"
    ),
    "int_surveys__responses_latest": (
        "response_id varchar primary key, survey_id varchar, invitation_id varchar, "
        "source_id varchar, customer_key varchar, started_at timestamp, submitted_at timestamp, "
        "submitted_local_date date, is_complete boolean, is_test boolean, is_deleted boolean, "
        "change_seq bigint, email_key varchar, email_is_shared boolean, phone_key varchar, "
        "interaction_number varchar, agent_number varchar, queue_name varchar, channel varchar, "
        "language varchar"
    ),
    "int_surveys__answers_latest": (
        "answer_id varchar primary key, survey_id varchar, response_id varchar, "
        "question_id varchar, numeric_value decimal(18, 2), is_deleted boolean, "
        "change_seq bigint, choice_code varchar, answer_text varchar"
    ),
    "int_identity__keys_resolved": (
        "identity_key varchar primary key, customer_id varchar, is_known boolean"
    ),
    "int_customers__person_versions": (
        "customer_id varchar primary key, segment varchar, market varchar, is_internal boolean, "
        "valid_from timestamp, valid_to timestamp"
    ),
    "int_calls__contacts_attributed": (
        "contact_id varchar, source_id varchar, call_id varchar, agent_id varchar, "
        "last_queue_id varchar, is_deleted boolean, change_seq bigint"
    ),
    "int_calls__parties_watched": "source_id varchar, name varchar, change_seq bigint",
    "int_calls__parties_resolved": (
        "kind varchar, source_id varchar, name varchar, party_id varchar"
    ),
}
HORIZONS = {"lime:r": "relationship", "lime:t": "transactional"}


class Company:
    """A small company whose surveys say something else every night."""

    def __init__(self, models: GrowingModels, seed: int) -> None:
        self.models, self.dice, self.night = models, random.Random(seed), 0
        models.begin()

    def live(self, changes: int) -> None:
        """The next day with some rows of each table that came, changed or went."""
        self.night += 1
        self.as_of = FIRST + timedelta(days=self.night)
        as_of_day = days_since_epoch(self.as_of)
        with self.models.open() as connection:
            connection.execute("delete from raw.stg_meta__run")
            save(connection, "stg_meta__run", [self.as_of, as_of_day, self.night])
            for survey in self._picked(list(HORIZONS), 2 if self.night == 1 else changes // 20):
                save(connection, "int_surveys__questions_latest", self._question(survey))
            for person in range(1, 6):
                if self.night == 1 or (changes and self.dice.random() < 0.2):
                    self._know(connection, person)
            for _ in range(changes):
                save(connection, "int_surveys__invitations_latest", self._invitation())
                save(connection, "int_surveys__responses_latest", self._response())
                save(connection, "int_surveys__answers_latest", self._answer())
                save(connection, "int_surveys__answers_latest", self._answer())

    def differences_from_a_rebuild(self) -> dict[str, int]:
        """Rows of the facts that stand in them or in a rebuild of them alone."""
        found = self.models.differences_from_a_rebuild()
        return {table: rows for table, rows in found.items() if table in FACTS}

    def written(self) -> dict[str, int]:
        """How many rows of each fact the last night wrote, the deleted ones too."""
        with self.models.open() as connection:
            return {
                name: connection.execute(
                    f"select count(*) from {name} where change_seq = {self.night}"
                ).fetchall()[0][0]
                for name in ("int_surveys__answers_judged", "int_surveys__invitations_attributed")
            }

    def _know(self, connection: duckdb.DuckDBPyConnection, person: int) -> None:
        """Whose a key is, and since when a person is of a segment."""
        key, dice = f"customer:crm:{person}", self.dice
        owner = f"p{dice.randint(1, person)}"
        save(connection, "int_identity__keys_resolved", [key, owner, dice.random() < 0.7])
        turn = self._moment()
        version = [f"p{person}", dice.choice("ab"), "m", dice.random() < 0.1, turn]
        save(connection, "int_customers__person_versions", [*version, datetime(9999, 12, 31)])

    def _moment(self) -> datetime:
        """Some time of the last months; now and then one that has not come."""
        back = self.dice.choice([*range(-2, 10), *range(10, 100, 10)])
        day = datetime.combine(self.as_of, datetime.min.time()) - timedelta(days=back)
        return day + timedelta(hours=self.dice.randint(0, 23))

    def _picked(self, values: list[str], count: int) -> list[str]:
        return self.dice.sample(values, min(count, len(values)))

    def _question(self, survey: str) -> list[Any]:
        horizon = self.dice.choice([HORIZONS[survey]] * 4 + ["recovery"])
        row = [f"{survey}|q", survey, survey, "q", survey, "nps", horizon, self.dice.choice("xy")]
        return [*row, 0, self.dice.choice([10, 10, 5]), 1, self.dice.random() < 0.1, self.night]

    def _invitation(self) -> list[Any]:
        survey, dice, sent = self.dice.choice(list(HORIZONS)), self.dice, self._moment()
        key = dice.choice([f"customer:crm:{dice.randint(1, 5)}", "phone:unknown"])
        row = [f"{survey}|i{dice.randint(1, 12)}", survey, "lime", key]
        times = [sent, sent.date()] if dice.random() < 0.9 else [None, None]
        return [*row, *times, dice.random() < 0.1, self.night]

    def _response(self) -> list[Any]:
        survey, dice, at = self.dice.choice(list(HORIZONS)), self.dice, self._moment()
        invitation = dice.choice([f"{survey}|i{dice.randint(1, 12)}", None])
        row = [f"{survey}|r{dice.randint(1, 30)}", survey, invitation, "lime"]
        key = dice.choice([f"customer:crm:{dice.randint(1, 6)}", None])
        times = [at, at + timedelta(minutes=5), at.date()]
        flags = [dice.random() < 0.7, dice.random() < 0.1, dice.random() < 0.15]
        return [*row, key, *times, *flags, self.night]

    def _answer(self) -> list[Any]:
        survey, dice = self.dice.choice(list(HORIZONS)), self.dice
        number = dice.randint(1, 30)
        response = f"{survey}|r{number if dice.random() < 0.9 else dice.randint(1, 30)}"
        row = [f"{survey}|a{number}", survey, response, f"{survey}|q"]
        score = dice.choice([*range(11), None])
        return [*row, score, dice.random() < 0.1, self.night]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> GrowingModels:
    return GrowingModels(tmp_path_factory.mktemp("growing_surveys"), OWN, INPUTS)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.lane)])
def test_nights_that_grow_the_facts_equal_a_rebuild(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed)
    for night in range(1, NIGHTS + 1):
        company.live(changes=60 if night == 1 else 20)
        models.build()
        if night > 1:
            assert company.differences_from_a_rebuild() == {}


def test_a_night_writes_what_changed_alone(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed=3)
    # Days that have not come yet do so within three nights.
    for changes in (60, 0, 0, 0, 0):
        company.live(changes)
        models.build()
    unsent = "select count(*) from int_surveys__invitations_attributed where sent_at is null"
    with models.open() as connection:
        (waiting,) = connection.execute(unsent).fetchall()[0]
    assert company.written() == {
        "int_surveys__answers_judged": 0,
        "int_surveys__invitations_attributed": waiting,
    }
