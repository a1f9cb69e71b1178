"""Values of periods that are made anew where a part changed equal those all made anew.

The warehouse's own models from parts to revisions, on tables that stand for the parts; each night
changes some at random, and hands over some values as published.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.factories.growing import GrowingModels, days_since_epoch, save
from tests.factories.texts import SAME_HASH

FIRST, NIGHTS, DAYS = date(2026, 1, 28), 6, 70
OWN = (
    "fct_published_kpi_values",
    "int_run__kpi_values_published",
    "mart_cx_kpi_history",
    "met_kpi_duration_quantiles",
    "met_kpi_revisions",
    "met_kpi_values",
    "met_kpi_wanted_quantiles",
    "met_recounted_durations",
    "met_recounted_kpi_periods",
    "met_recounted_waits",
    "met_service_desk_medians",
)
VALUES = (
    "mart_cx_kpi_history",
    "met_kpi_duration_quantiles",
    "met_kpi_values",
    "met_service_desk_medians",
)
SEEDS = ("kpi_grains", "kpi_targets", "kpis", "t_quantiles")
KEY = "kpi_id varchar, definition_version integer, statistic varchar, "
PARTS = (
    "numerator bigint, denominator bigint, n bigint, sum_of_squares decimal(38, 0), "
    "sum_denominator_squares decimal(38, 0), sum_cross_products decimal(38, 0)"
)
GRAINS = ("market", "segment", "channel", "queue", "agent")
OTHER_GRAINS = (
    *("touchpoint", "survey", "question", "team", "product", "reason", "purpose", "template"),
    *("location", "owner", "acquisition_source", "stage", "feature", "stakeholder"),
    *("competitor", "task"),
)
GRAIN_KEYS = ", ".join(f"{name}_key varchar" for name in (*GRAINS, *OTHER_GRAINS))
INPUTS = {
    "stg_meta__run": "as_of date, as_of_day bigint, change_seq bigint",
    "dim_run": "as_of date, frozen_at timestamp, currency_code varchar, run_id varchar",
    "dim_sources": "status varchar, data_through timestamp",
    "met_periods": (
        "calendar_date date, period_type varchar, period_start date, period_end date, "
        "prior_period_start date"
    ),
    "met_kpi_components": (
        f"place integer primary key, {KEY} grain_name varchar, grain_key varchar, "
        f"component_date date, {PARTS}"
    ),
    "met_kpi_period_values": (
        f"place integer primary key, {KEY} grain_name varchar, grain_key varchar, "
        f"period_type varchar, period_start date, {PARTS}, n_with_immature bigint, "
        "value double, standard_error double, ci_low double, ci_high double"
    ),
    "met_kpi_durations": (
        "place integer primary key, kpi_id varchar, definition_version integer, "
        f"local_date date, milliseconds bigint, count_values bigint, {GRAIN_KEYS}"
    ),
    "met_service_desk_waits": (
        f"place integer primary key, {KEY} grains varchar, period_types varchar, "
        f"local_date date, milliseconds bigint, count_ended integer, {GRAIN_KEYS}"
    ),
    "stg_published__cx_kpi": (
        "load_seq bigint, operation varchar, kpi_id varchar, definition_version integer, "
        "statistic varchar, grain_name varchar, grain_key varchar, period_type varchar, "
        "period_start date, period_end date, revision integer, numerator bigint, "
        "denominator bigint, value double, unit varchar, n bigint, standard_error double, "
        "ci_low double, ci_high double, low_n boolean, suppressed boolean, mature_share double, "
        "data_through timestamp, prior_value double, delta double, delta_significant boolean, "
        "currency_code varchar, target double, status varchar, computed_at timestamp, "
        "run_id varchar"
    ),
    "meta_streams": "stream varchar primary key, seen_load_seq bigint",
}
PUBLISHED = INPUTS["stg_published__cx_kpi"].replace(",", " ").split()[4::2]
GOING = {"met_kpi_components": 37, "met_kpi_period_values": 5, "met_kpi_durations": 37}
"""Of which input one row in how many goes in a night."""

PERIODS = """
    insert into raw.met_periods
    with days as (
        select cast(unnest(range(date '2025-12-01', date '2026-05-01', interval 1 day)) as date)
            as calendar_date
    ),
    periods as (
        select calendar_date, kind as period_type,
            cast(date_trunc(kind, calendar_date) as date) as period_start
        from days cross join (values ('day'), ('week'), ('month')) as kinds (kind)
    ),
    ends as (
        select period_type, period_start, max(calendar_date) + 1 as period_end,
            lag(period_start) over (partition by period_type order by period_start)
                as prior_period_start
        from periods group by period_type, period_start
    )
    select calendar_date, period_type, period_start, period_end, prior_period_start
    from periods inner join ends using (period_type, period_start)
"""


class Company:
    """A small company whose parts of KPIs are others every night."""

    def __init__(self, models: GrowingModels, seed: int) -> None:
        self.models, self.dice, self.night = models, random.Random(seed), 0
        models.begin()
        with models.open() as connection:
            connection.execute(PERIODS)
            connection.execute(
                "update raw.kpis set minimum_cell = 10, maturity_days = 3 where kpi_id = 'K-CSAT'"
            )
            connection.execute("update raw.kpis set maturity_days = 2 where statistic = 'p90'")
            save(connection, "dim_sources", ["fresh", datetime(2026, 3, 1)])
            save(connection, "meta_streams", ["published__cx_kpi", 0])

    def live(self, changes: int) -> None:
        """The next day, with some parts that came, changed, moved or went."""
        self.night += 1
        as_of = self.as_of = FIRST + timedelta(days=self.night)
        with self.models.open() as connection:
            connection.execute("delete from raw.stg_meta__run; delete from raw.dim_run")
            frozen_at = datetime(1970, 1, 1) + timedelta(microseconds=self.night)
            save(connection, "stg_meta__run", [as_of, days_since_epoch(as_of), self.night])
            save(connection, "dim_run", [as_of, frozen_at, "IRR", f"night {self.night}"])
            for _ in range(changes):
                save(connection, "met_kpi_components", self._component())
                save(connection, "met_kpi_period_values", self._period_value())
                save(connection, "met_kpi_durations", self._duration())
                save(connection, "met_service_desk_waits", self._wait())
            for table, places in GOING.items() if self.night > 1 and changes else ():
                connection.execute(f"delete from raw.{table} where place % {places} = {self.night}")

    def publish(self) -> None:
        """Hand over most closed values as published, as after a night."""
        columns = ", ".join(PUBLISHED)
        with self.models.open() as connection:
            connection.execute(
                f"""
                insert into raw.stg_published__cx_kpi (load_seq, operation, {columns})
                select {self.night}, 'upsert', {columns} from mart_cx_kpi_history
                where is_current and period_end < date '{self.as_of}' - 20
                    and hash(grain_key, period_start) % 5 <> {self.night % 5}
                """
            )
            connection.execute(f"update raw.meta_streams set seen_load_seq = {self.night}")

    def rows_made(self) -> int:
        """How many values the last night made anew."""
        with self.models.open() as connection:
            (count,) = connection.execute(
                "select count(*) from meta.met_recounted_kpi_periods as changed "
                "inner join met_kpi_values using (kpi_id, period_type, period_start) "
                f"where changed.change_seq = {self.night}"
            ).fetchall()[0]
        return int(count)

    def _day(self) -> date:
        """A day of the last months; now and then one that has not come."""
        return self.as_of - timedelta(days=self.dice.choice([-3, *range(1, DAYS), 1, 2, 3]))

    def _cell(self) -> list[str]:
        name, *keys = self.dice.choice([["company"] * 2, ["market", "north", "south", "west"]])
        return [name, self.dice.choice(keys)]

    def _component(self) -> list[Any]:
        dice, n = self.dice, self.dice.randint(0, 40)
        kpi, statistic = dice.choice([("K-NPS", "value"), ("K-CSAT", "value"), ("K-CSAT", "mean")])
        got = dice.randint(0, n)
        row = [dice.randint(1, 150), kpi, 1, statistic, *self._cell(), self._day()]
        return [*row, got, n, n, got, None, None]

    def _period_value(self) -> list[Any]:
        dice, n = self.dice, self.dice.randint(0, 200)
        place = dice.randint(0, 7)
        cell, start = ["market", "ns"[place % 2]], date(2026, 1 + place // 2, 1)
        row = [place, "K-RET", 1, "value", *cell, "month", start]
        return [*row, dice.randint(0, n), n, n, 0, None, None, n]

    def _duration(self) -> list[Any]:
        dice = self.dice
        row = [dice.randint(1, 80), dice.choice(["K-FRT", "K-RES"]), 1, self._day()]
        return [*row, 1000 * dice.randint(1, 9), dice.randint(1, 3), dice.choice("ns")]

    def _wait(self) -> list[Any]:
        dice = self.dice
        row = [dice.randint(1, 60), "K-FRT", 1, "median_censored", "company|market", "month"]
        return [*row, self._day(), 1000 * dice.randint(1, 9), dice.randint(0, 1), dice.choice("ns")]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> GrowingModels:
    return GrowingModels(tmp_path_factory.mktemp("growing_periods"), OWN, INPUTS, SEEDS)


@pytest.mark.parametrize(
    "seed", [pytest.param(1, marks=pytest.mark.lane), pytest.param(2, marks=pytest.mark.soak)]
)
def test_nights_that_make_changed_periods_equal_a_rebuild(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed)
    for night in range(1, NIGHTS + 1):
        company.live(changes=150 if night == 1 else 4)
        models.build()
        found = models.differences_from_a_rebuild()
        assert {table: rows for table, rows in found.items() if table in VALUES} == {}
        company.publish()
    with models.open() as connection:
        assert connection.execute("select max(revision) from mart_cx_kpi_history").fetchone() > (0,)


def test_a_night_without_news_makes_what_its_day_made_mature(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed=3)
    company.live(changes=150)
    models.build()
    everything = company.rows_made()
    company.live(changes=0)
    models.build()
    assert 0 < company.rows_made() < everything / 4
    company.live(changes=0)
    models.build("--exclude", "met_kpi_values+")
    company.live(changes=0)
    models.build()
    found = models.differences_from_a_rebuild()
    assert {table: rows for table, rows in found.items() if table in VALUES} == {}


def test_a_key_in_which_two_numbers_change_is_seen(
    models: GrowingModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.root)
    company = Company(models, seed=4)
    company.live(changes=150)
    for text in SAME_HASH:
        company.live(changes=0)
        with models.open() as connection:
            connection.execute("update raw.met_kpi_components set grain_key = ?", [text])
            connection.execute("update raw.met_kpi_durations set market_key = ?", [text])
            connection.execute("update raw.met_service_desk_waits set market_key = ?", [text])
        models.build()
    found = models.differences_from_a_rebuild()
    assert {table: rows for table, rows in found.items() if table in VALUES} == {}
