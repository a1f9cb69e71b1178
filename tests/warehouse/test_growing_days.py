"""Cells of days that are made anew where what they read changed equal those all made anew.

The warehouse's own models on tables that stand for their inputs; each night some rows come, change,
move to another day or go, and now and then a table without days changes too.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories.growing import GrowingModels, save
from tests.factories.texts import SAME_HASH

FIRST, DAYS = date(2026, 3, 1), 60
OWN = ("met_billing_cells", "met_kpi_cell_components", "met_value_entries", "met_voc_cells")
SEEDS = ("contact_costs", "kpi_grains", "kpis", "value_margins")
GRAINS = (
    *("market", "segment", "touchpoint", "channel", "survey", "question", "queue", "agent"),
    *("team", "product", "reason", "purpose", "template", "location", "owner"),
    *("acquisition_source", "stage", "feature", "stakeholder", "competitor", "task"),
)
INPUTS = {
    "met_kpi_cells": (
        "place integer primary key, local_date date, kpi_id varchar, definition_version integer, "
        "statistic varchar, numerator bigint, denominator bigint, n bigint, "
        "sum_of_squares decimal(38, 0), sum_denominator_squares decimal(38, 0), "
        f"sum_cross_products decimal(38, 0), {', '.join(f'{name}_key varchar' for name in GRAINS)}"
    ),
    "met_invoices": (
        "place integer primary key, due_on date, paid_in_full_on date, market varchar, "
        "is_judged boolean, is_paid_on_time boolean, is_channel_known boolean, "
        "is_paid_by_notice_channel boolean, is_paid_late boolean, days_late integer, "
        "reporting_hundredths bigint, reporting_real_hundredths bigint, segment varchar, "
        "notice_channel varchar, is_judged_by_due_day boolean, is_paid_by_due_day boolean, "
        "is_notice_due boolean, is_noticed_in_time boolean"
    ),
    "met_voc_statements": (
        "place integer primary key, stated_local_date date, market varchar, sentiment varchar, "
        "polarity decimal(9, 4), has_two_words boolean, has_positive_emotion boolean, "
        "has_negative_emotion boolean, segment varchar, touchpoint varchar, channel varchar"
    ),
    "fct_orders": (
        "place integer primary key, ordered_local_date date, customer_id varchar, "
        "status varchar, amount decimal(18, 2), product_name varchar, currency_code varchar, "
        "is_internal boolean"
    ),
    "met_value_payments": (
        "place integer primary key, paid_local_date date, customer_id varchar, status varchar, "
        "amount decimal(18, 2), product_name varchar, currency_code varchar, is_of_order boolean"
    ),
    "fct_interactions": (
        "place integer primary key, started_local_date date, customer_id varchar, "
        "touch_kind varchar, outcome varchar, channel varchar, purpose varchar, "
        "direction varchar, is_internal boolean"
    ),
    "dim_exchange_rates": (
        "currency_code varchar primary key, exchange_rate decimal(18, 6), valid_from date, "
        "valid_to date"
    ),
    "dim_price_index": "currency_code varchar, month_start_date date, price_index decimal(18, 4)",
    "dim_run": "place integer primary key, as_of date, currency_code varchar",
}
CHANGES = (
    "delete from raw.met_voc_statements where stated_local_date = (select max(stated_local_date) "
    "from raw.met_voc_statements)",
    "update raw.value_margins set margin_rate = margin_rate / 2",
    "update raw.kpis set grains = 'company' where kpi_id = 'K-SENT' and statistic = 'value'",
    "update raw.dim_run set currency_code = 'AED'",
)
"""A day that empties, and tables without days."""


class Company:
    """A small company whose rows are others every night."""

    def __init__(self, models: GrowingModels, seed: int) -> None:
        self.models, self.dice, self.as_of = models, random.Random(seed), FIRST
        models.begin()
        with models.open() as connection:
            save(connection, "dim_exchange_rates", ["IRR", 1, date(1900, 1, 1), date.max])
            for code in ("IRR", "AED"):
                save(connection, "dim_price_index", [code, date(2026, 2, 1), 150])

    def live(self, changes: int) -> None:
        """The next day, with some rows that came, changed, moved or went."""
        self.as_of += timedelta(days=1)
        rows: dict[str, Callable[[], list[Any]]] = {
            "met_kpi_cells": self._cell,
            "met_invoices": self._invoice,
            "met_voc_statements": self._statement,
            "fct_orders": self._order,
            "met_value_payments": self._payment,
            "fct_interactions": self._interaction,
        }
        with self.models.open() as connection:
            connection.execute("delete from raw.dim_run")
            save(connection, "dim_run", [1, self.as_of, "IRR"])
            for table, row in rows.items():
                for _ in range(changes):
                    save(connection, table, [self.dice.randint(1, 120), self._day(), *row()])
                if changes:
                    going = self.dice.randint(1, 120)
                    connection.execute(f"delete from raw.{table} where place = {going}")

    def _day(self) -> date:
        return self.as_of - timedelta(days=self.dice.randint(1, DAYS))

    def _cell(self) -> list[Any]:
        n = self.dice.randint(1, 9)
        statistic = self.dice.choice(["value", "mean"])
        return ["K-SENT", 1, statistic, n, n, n, n, None, None, self.dice.choice("ns")]

    def _invoice(self) -> list[Any]:
        paid_on, is_paid = self.dice.choice([self._day(), None]), self.dice.random() < 0.6
        row = [paid_on, self.dice.choice("ns"), True, is_paid, paid_on is not None, is_paid]
        return [*row, not is_paid, self.dice.randint(1, 9), self.dice.randint(1, 99), 5]

    def _statement(self) -> list[Any]:
        feeling = self.dice.choice(["positive", "negative", "mixed", None])
        return [self.dice.choice("ns"), feeling, 0.5, self.dice.random() < 0.9, True, False]

    def _order(self) -> list[Any]:
        status = self.dice.choice(["completed", "returned", "cancelled"])
        return [self.dice.choice("abc"), status, self.dice.randint(-9, 99), "book", "IRR", False]

    def _payment(self) -> list[Any]:
        status = self.dice.choice(["received", "refunded"])
        row = [self.dice.choice("abc"), status, self.dice.randint(1, 99), "book", "IRR"]
        return [*row, status == "refunded"]

    def _interaction(self) -> list[Any]:
        kind = self.dice.choice(["call", "ticket"])
        row = [self.dice.choice(["a", "b", None]), kind, "answered", "phone", "service"]
        return [*row, "inbound", self.dice.random() < 0.1]

    def days_made(self) -> dict[str, int]:
        """How many days each model made anew in the last night."""
        with self.models.open() as connection:
            return dict(
                connection.execute(
                    "select model, count(*) from meta.meta_model_days where is_changed group by all"
                ).fetchall()
            )


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> GrowingModels:
    return GrowingModels(tmp_path_factory.mktemp("growing_days"), OWN, INPUTS, SEEDS)


@pytest.fixture
def company(models: GrowingModels, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.chdir(models.root)
    return Company(models, seed=1)


def test_nights_that_make_changed_days_equal_a_rebuild(company: Company) -> None:
    company.live(changes=150)
    company.models.build()
    for change in CHANGES:
        company.live(changes=3)
        with company.models.open() as connection:
            connection.execute(change)
        company.models.build()
        assert company.models.differences_from_a_rebuild() == {}, change


def test_a_night_makes_the_days_that_changed_and_no_other(company: Company) -> None:
    company.live(changes=150)
    company.models.build()
    everything = company.days_made()
    assert set(everything) == set(OWN)
    company.live(changes=0)
    company.models.build()
    assert company.days_made() == {}
    company.live(changes=1)
    company.models.build()
    changed = company.days_made()
    assert set(changed) == set(OWN)
    assert all(0 < changed[name] < 10 < everything[name] for name in OWN)


def test_a_model_that_missed_nights_makes_all_that_changed_since(company: Company) -> None:
    company.live(changes=150)
    company.models.build()
    for _ in range(2):
        company.live(changes=2)
        company.models.build("--exclude", "met_voc_cells")
    company.models.build()
    assert company.models.differences_from_a_rebuild() == {}


def test_a_text_in_which_two_numbers_change_is_seen(company: Company) -> None:
    company.live(changes=150)
    for text in SAME_HASH:
        with company.models.open() as connection:
            connection.execute(f"update raw.met_voc_statements set touchpoint = '{text}'")
        company.models.build()
    assert company.models.differences_from_a_rebuild() == {}
