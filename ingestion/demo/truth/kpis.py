"""KPI values by day and month, computed from the events; definitions as in the KPI registry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np

from ingestion.demo import config, text
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Column, Table, rows
from ingestion.demo.truth.facts import CES, COUNTED, CSAT, NPS, is_handled
from ingestion.demo.world import History
from ingestion.demo.world.calls import ABANDONED, ANSWERED
from ingestion.demo.world.surveying import BOUNCED, OPTED_OUT, RELATIONSHIP

THRESHOLD_SECONDS = 20
SHORT_ABANDON_SECONDS = 5
SECONDS = 0.001
"""Times are summed as milliseconds and told as seconds."""
RESPONSE_WINDOW_DAYS = 30
CURRENT_CES_MAXIMUM = 7
HORIZONS = ("relationship", "transactional")
COMPANY = ("all",)
DAY_AND_MONTH = ("day", "month")
Grain = tuple[str, tuple[str, ...], Integers]
"""Name of a grain, its keys, and the index of each row's key (−1 for none)."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One KPI over rows: what each adds to both parts, and the day it belongs to."""

    kpi: str
    day: Integers
    numerator: Column
    denominator: Column
    factor: float
    horizon: str = ""


@dataclass
class Values:
    """Collects KPI values as columns."""

    columns: dict[str, list[Column]] = field(default_factory=dict)

    def add(self, measure: Measure, grains: Iterable[Grain], periods: tuple[str, ...]) -> None:
        """Sum both parts by grain and period; a ratio without a base is left out."""
        starts = {"day": measure.day, "month": _month_start(measure.day)}
        for grain in grains:
            for period in periods:
                self._add(measure, grain, period, starts[period])

    def _add(self, measure: Measure, grain: Grain, period: str, start: Integers) -> None:
        name, keys, key = grain
        kept = key >= 0
        cell, place = np.unique(start[kept] * len(keys) + key[kept], return_inverse=True)
        top = np.bincount(place, measure.numerator[kept], len(cell)).astype(np.int64)
        base = np.bincount(place, measure.denominator[kept], len(cell)).astype(np.int64)
        has_base = base > 0
        cell, top, base = cell[has_base], top[has_base], base[has_base]
        size = len(cell)
        for column, content in {
            "kpi_id": np.full(size, measure.kpi),
            "horizon": np.full(size, measure.horizon),
            "grain_name": np.full(size, name),
            "grain_key": np.asarray(keys)[cell % len(keys)],
            "period_type": np.full(size, period),
            "period_start": (cell // len(keys) - config.EPOCH_ORDINAL).astype("datetime64[D]"),
            "numerator": top,
            "denominator": base,
            "value": measure.factor * top / base,
        }.items():
            self.columns.setdefault(column, []).append(content)

    def table(self) -> Table:
        """All values."""
        return {name: np.concatenate(parts) for name, parts in self.columns.items()}


def kpi_values(history: History, calls: Table, entries: Table, answers: Table) -> Table:
    """Every KPI value that the simulator knows."""
    values = Values()
    _scores(values, answers)
    contacts = rows(entries, entries["is_first"] & ~entries["internal"])
    _queue(values, contacts, _company(contacts["day"]))
    counted = rows(entries, ~entries["internal"])
    _queue(values, counted, ("queue", config.QUEUES, counted["queue"]))
    _handling(values, counted)
    _transfers(values, rows(calls, ~calls["internal"]))
    _retention(values, history)
    _response_rate(values, history)
    return values.table()


def _month_start(day: Integers) -> Integers:
    days = (day - config.EPOCH_ORDINAL).astype("datetime64[D]")
    starts = days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return starts + config.EPOCH_ORDINAL


def _scores(values: Values, answers: Table) -> None:
    counted = rows(answers, answers["exclusion"] == COUNTED)
    relationship = counted["survey"] == RELATIONSHIP
    score, metric = counted["value"], counted["metric"]
    is_current_scale = (metric != CES) | (counted["scale_maximum"] == CURRENT_CES_MAXIMUM)
    for place, horizon in enumerate(HORIZONS):
        mine = (relationship == (place == 0)) & is_current_scale
        for kpi, code, part, factor in (
            ("K-NPS", NPS, (score >= 9).astype(np.int64) - (score <= 6), 100.0),
            ("K-CSAT", CSAT, score >= 4, 100.0),
            ("K-CES", CES, score, 1.0),
        ):
            kept = mine & (metric == code)
            table = rows(counted, kept)
            grains: list[Grain] = [
                _company(table["day"]),
                ("market", config.MARKETS, table["market"]),
                ("segment", config.SEGMENTS, table["segment"]),
                ("queue", config.QUEUES, table["queue"]),
            ]
            measure = Measure(
                kpi=kpi,
                horizon=horizon,
                day=table["day"],
                numerator=part[kept],
                denominator=np.ones_like(table["day"]),
                factor=factor,
            )
            values.add(measure, grains, DAY_AND_MONTH)


def _company(day: Integers) -> Grain:
    return "company", COMPANY, np.zeros_like(day)


def _queue(values: Values, entries: Table, grain: Grain) -> None:
    """Service level, abandonment and speed of answer, by the day of entry."""
    answered, left = is_handled(entries), entries["outcome"] == ABANDONED
    short: Flags = left & (entries["wait"] <= SHORT_ABANDON_SECONDS)
    wait = entries["wait"]
    in_time = answered & (wait <= THRESHOLD_SECONDS)
    for kpi, numerator, denominator, factor in (
        ("K-SL", in_time, ~short, 100.0),
        ("K-ABN", left & ~short, ~short, 100.0),
        ("K-ASA", wait * answered * 1_000, answered, SECONDS),
    ):
        measure = Measure(
            kpi=kpi,
            day=entries["day"],
            numerator=numerator,
            denominator=denominator,
            factor=factor,
        )
        values.add(measure, [grain], DAY_AND_MONTH)


def _handling(values: Values, entries: Table) -> None:
    """Handling time, by the day of the answer: of each stay in a queue, and of whole contacts."""
    handled = rows(entries, is_handled(entries))
    spent = (handled["talk"] + handled["hold"] + handled["wrap"]) * 1_000
    stays = ("queue", config.QUEUES, handled["queue"])
    first_answer = np.full(handled["row"].max(initial=-1) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first_answer, handled["row"], handled["answer_day"])
    for grain, day, denominator in (
        (stays, handled["answer_day"], np.ones_like(spent)),
        (_company(spent), first_answer[handled["row"]], handled["is_first"].astype(np.int64)),
    ):
        measure = Measure(
            kpi="K-AHT", day=day, numerator=spent, denominator=denominator, factor=SECONDS
        )
        values.add(measure, [grain], DAY_AND_MONTH)


def _transfers(values: Values, calls: Table) -> None:
    """Contacts passed on, by the day of the answer."""
    handled = rows(calls, calls["outcome"] == ANSWERED)
    measure = Measure(
        kpi="K-XFER",
        day=handled["answer_day"],
        numerator=handled["transferred"],
        denominator=np.ones_like(handled["answer_day"]),
        factor=100.0,
    )
    values.add(measure, [_company(handled["answer_day"])], DAY_AND_MONTH)


def _retention(values: Values, history: History) -> None:
    """Persons with a contract on the first day of a month who have one on the next first."""
    table, people = history.tables["contracts"], history.people
    for start, after in _whole_months(history):
        held = _active(table, start, people.size)
        kept = held & _active(table, after, people.size)
        person = np.flatnonzero(held)
        day = np.full(len(person), start)
        measure = Measure(
            kpi="K-RET",
            day=day,
            numerator=kept[person],
            denominator=np.ones_like(day),
            factor=100.0,
        )
        grains = [_company(day), ("market", config.MARKETS, people.market[person])]
        values.add(measure, grains, ("month",))


def _whole_months(history: History) -> list[tuple[int, int]]:
    """First day of each wholly generated month, and of the month after it."""
    first, until = history.world.first_day, history.world.until.toordinal() + 1
    starts = [date(first.year, first.month, 1)]
    while starts[-1].toordinal() <= until:
        last = starts[-1]
        starts.append(date(last.year + last.month // 12, last.month % 12 + 1, 1))
    days = [start.toordinal() for start in starts if first <= start and start.toordinal() <= until]
    return list(pairwise(days))


def _active(table: Table, day: int, size: int) -> Flags:
    running = (table["started_day"] <= day) & (
        (table["ended_day"] == 0) | (table["ended_day"] > day)
    )
    active = np.zeros(size, dtype=bool)
    active[table["person"][running]] = True
    return active


def _response_rate(values: Values, history: History) -> None:
    """Completed over delivered, by the day of sending, of cohorts whose window is over."""
    table = history.tables["invitations"]
    ripe = text.local_day(table["at"]) + RESPONSE_WINDOW_DAYS <= history.world.until.toordinal() + 1
    mine = (table["survey"] <= 1) & ~history.people.internal[table["person"]]
    mine &= ripe & (table["at"] < history.cutoff)
    mine &= (table["status"] != BOUNCED) & (table["status"] != OPTED_OUT)
    sent = rows(table, mine)
    done = sent["complete"].astype(bool) & (sent["ended_at"] < history.cutoff)
    day = text.local_day(sent["at"])
    for place, horizon in enumerate(HORIZONS):
        chosen = sent["survey"] == place
        measure = Measure(
            kpi="K-RR",
            horizon=horizon,
            day=day[chosen],
            numerator=done[chosen],
            denominator=np.ones_like(day[chosen]),
            factor=100.0,
        )
        market = history.people.market[sent["person"]][chosen]
        grains = [_company(day[chosen]), ("market", config.MARKETS, market)]
        values.add(measure, grains, DAY_AND_MONTH)
