"""Calls with their persons, and what their days add up to, grow by what is truly another.

The warehouse's own models over tables that stand for what landed and who is who; each night
changes some of it at random, and tells of persons what was not known of them before.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.factories.growing import GrowingModels, days_since_epoch, save

FIRST, NIGHTS, CALLS, PERSONS = date(2026, 3, 1), 5, 40, 6
END = datetime(9999, 12, 31)
OWN = (
    "fct_calls",
    "fct_queue_entries",
    "fct_recounted_call_days",
    "int_calls__affected_days",
    "int_calls__contacts_attributed",
    "int_calls__stays_identified",
    "int_identity__keys_watched",
    "met_contact_center_cells",
    "met_contact_center_concurrency",
)
GROWN = (
    "fct_calls",
    "fct_queue_entries",
    "met_contact_center_cells",
    "met_contact_center_concurrency",
)
TIMES = (
    "wait_milliseconds bigint, talk_milliseconds bigint, hold_milliseconds bigint, "
    "wrap_milliseconds bigint, is_transferred boolean, is_open boolean"
)
STAY = (
    "agent_number varchar, entered_at timestamp, entered_local_at timestamp, "
    "answered_at timestamp, answered_local_at timestamp"
)
INPUTS = {
    "stg_meta__run": "as_of date, as_of_day bigint, change_seq bigint, time_zone varchar",
    "dim_run": "as_of date, time_zone varchar",
    "int_calls__contacts_aggregated": (
        "contact_id varchar primary key, source_id varchar, call_id varchar, "
        "identity_key varchar, entered_at timestamp, entered_local_date date, "
        "answered_at timestamp, answered_local_date date, ended_at timestamp, outcome varchar, "
        f"{TIMES}, is_deleted boolean, change_seq bigint, direction varchar, reason varchar, "
        "first_queue_name varchar, last_queue_name varchar, agent_number varchar, "
        "count_queue_entries integer"
    ),
    "int_calls__asterisk_stays_derived": (
        "source_id varchar, call_id varchar, contact_id varchar, queue_name varchar, "
        f"stay_number integer, {STAY}, left_at timestamp, outcome varchar, {TIMES}, "
        "change_seq bigint, exit_reason varchar"
    ),
    "int_calls__mapped_stays_latest": (
        "queue_entry_id varchar, contact_id varchar, source_id varchar, queue_name varchar, "
        f"{STAY}, ended_at timestamp, outcome varchar, {TIMES}, is_deleted boolean, "
        "change_seq bigint"
    ),
    "stg_asterisk__queue_log": "source_id varchar, call_id varchar, occurred_at timestamp",
    "stg_asterisk__cdr": (
        "source_id varchar, unique_id varchar, started_at timestamp, last_application varchar"
    ),
    "stg_mapped__calls": ("queue_entry_id varchar, entered_at timestamp, wait_milliseconds bigint"),
    "int_identity__keys_resolved": (
        "identity_key varchar primary key, customer_id varchar, is_known boolean"
    ),
    "int_customers__person_versions": (
        "customer_id varchar, segment varchar, market varchar, is_internal boolean, "
        "valid_from timestamp, valid_to timestamp"
    ),
}


class Company:
    """A small company that is called, and learns who called."""

    def __init__(self, models: GrowingModels, seed: int) -> None:
        self.models, self.dice, self.night = models, random.Random(seed), 0
        models.begin()
        with models.open() as connection:
            for person in range(PERSONS):
                save(connection, "int_identity__keys_resolved", [f"k{person}", f"p{person}", True])
                version = [f"p{person}", "new", "m", False, datetime(1900, 1, 1), END]
                save(connection, "int_customers__person_versions", version)

    def live(self, *, calls: int, persons: int, days_back: int = 20) -> None:
        """The next day: calls that came, moved or went, and persons with a new period."""
        self.night += 1
        self.as_of = FIRST + timedelta(days=self.night)
        with self.models.open() as connection:
            connection.execute("delete from raw.stg_meta__run; delete from raw.dim_run")
            run = [self.as_of, days_since_epoch(self.as_of), self.night, "UTC"]
            save(connection, "stg_meta__run", run)
            save(connection, "dim_run", [self.as_of, "UTC"])
            for _ in range(calls):
                self._call(connection)
            for _ in range(persons):
                self._turn(connection, self.dice.randrange(PERSONS), self._moment(days_back))
            for _ in range(persons if days_back else 0):
                self._turn(connection, *self._while_waiting(connection))

    def changed_days(self) -> set[date]:
        """The days that the last night counts again."""
        with self.models.open() as connection:
            found = connection.execute(
                "select event_local_date from fct_recounted_call_days where change_seq = ?",
                [self.night],
            ).fetchall()
        return {day for (day,) in found}

    def _moment(self, days_back: int) -> datetime:
        start = datetime.combine(self.as_of, datetime.min.time())
        back = self.dice.randint(0, days_back) if days_back else 0
        return start - timedelta(days=back) + timedelta(minutes=self.dice.randint(0, 1439))

    def _while_waiting(self, connection: Any) -> tuple[int, datetime]:
        """A caller and a moment between the stays of that call."""
        stays = connection.execute(
            "select cast(call_id as integer), entered_at "
            "from raw.int_calls__asterisk_stays_derived where queue_name = 'q2' order by 1"
        ).fetchall()
        number, entered_at = self.dice.choice(stays)
        return number % PERSONS, entered_at - timedelta(seconds=1)

    def _turn(self, connection: Any, person: int, moment: datetime) -> None:
        """Somebody belongs to another segment from a moment on, or is somebody else."""
        if self.dice.random() < 0.2 and moment.date() < self.as_of:
            key = [f"k{person}", f"p{self.dice.randint(0, person)}", True]
            save(connection, "int_identity__keys_resolved", key)
            return
        connection.execute(
            "delete from raw.int_customers__person_versions "
            "where customer_id = $1 and valid_from >= $2",
            [f"p{person}", moment],
        )
        connection.execute(
            "update raw.int_customers__person_versions set valid_to = $2 "
            "where customer_id = $1 and valid_to > $2",
            [f"p{person}", moment],
        )
        is_internal = self.dice.random() < 0.2
        version = [f"p{person}", self.dice.choice("abc"), "m", is_internal, moment, END]
        save(connection, "int_customers__person_versions", version)

    def _call(self, connection: Any) -> None:
        """A call with one or two stays, anew in place of an earlier version."""
        dice, number = self.dice, str(self.dice.randint(1, CALLS))
        entered, is_answered = self._moment(30), self.dice.random() < 0.7
        answered = entered + timedelta(minutes=dice.randint(0, 90)) if is_answered else None
        left = (answered or entered) + timedelta(minutes=dice.randint(1, 30))
        outcome = "answered" if is_answered else "abandoned"
        times = [60_000 * dice.randint(0, 9), 90_000, 0, 0, False, False]
        connection.execute(
            "delete from raw.int_calls__asterisk_stays_derived where call_id = ?", [number]
        )
        stays = dice.randint(1, 2)
        for stay in range(1, stays + 1):
            at = [entered, entered] if stay == 1 else [left, left]
            row = ["pbx", number, f"pbx:{number}", f"q{stay}", 1, "7", *at, answered, answered]
            row = [*row, left, outcome, *times, self.night]
            save(connection, "int_calls__asterisk_stays_derived", row)
        for event in (entered, left, *([answered] if answered else [])):
            save(connection, "stg_asterisk__queue_log", ["pbx", number, event])
        contact = [f"pbx:{number}", "pbx", number, f"k{int(number) % PERSONS}"]
        contact += [entered, entered.date(), answered, answered and answered.date()]
        contact += [left, outcome, *times, False, self.night]
        save(connection, "int_calls__contacts_aggregated", contact)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> GrowingModels:
    return GrowingModels(tmp_path_factory.mktemp("growing_calls"), OWN, INPUTS, ("kpis",))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.lane)])
def test_nights_that_grow_calls_and_their_days_equal_a_rebuild(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed)
    for night in range(1, NIGHTS + 1):
        company.live(calls=60 if night == 1 else 4, persons=3)
        models.build()
        found = models.differences_from_a_rebuild()
        assert {table: rows for table, rows in found.items() if table in GROWN} == {}


def test_who_is_another_from_today_on_changes_no_day_of_before(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed=3)
    company.live(calls=60, persons=0)
    models.build()
    assert len(company.changed_days()) > 10
    yesterday = company.as_of
    company.live(calls=0, persons=9, days_back=0)
    models.build()
    assert company.changed_days() <= {yesterday}
    with models.open() as connection:
        (written,) = connection.execute(
            "select count(*) from int_calls__contacts_attributed where change_seq = ?",
            [company.night],
        ).fetchall()[0]
    assert written == 0
    found = models.differences_from_a_rebuild()
    assert {table: rows for table, rows in found.items() if table in GROWN} == {}
