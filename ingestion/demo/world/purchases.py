"""Purchases: orders, their delivery, and what becomes of them."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Floats, Integers, Topic, pick
from ingestion.demo.recording import Table
from ingestion.demo.world.state import DAY, State

COMPLETED, CANCELLED, RETURNED, DELETED = range(4)
STORE, APP, WEB, DELIVERY_CHANNEL = range(4)
"""Channels of an order; the last is an order by phone that is brought home."""

LINE_CHANNELS = (
    (0.6, 0.15, 0.05, 0.2),
    (0.7, 0.2, 0.1, 0.0),
    (0.5, 0.2, 0.05, 0.25),
    (0, 0.5, 0.5, 0),
)
DELETED_ORDERS = 0.0004


def purchase(state: State) -> tuple[Integers, Table]:
    """Place and deliver today's orders; returns their row numbers and columns."""
    random, world, people = state.random(Topic.ORDERS), state.world, state.people
    chance = (
        world.rates.orders
        * people.order_factor
        * np.asarray(config.LINE_ORDER_FACTOR)[people.line]
        * np.exp(world.coefficients.order_log_rate * state.satisfaction)
        * state.quiet()[people.market]
    )
    ordered = random.random(people.size) < chance
    persons = np.flatnonzero(ordered & state.active())
    size = len(persons)
    line = np.where(
        random.random(size) < 0.8, people.line[persons], pick(random, config.LINE_SHARES, size)
    )
    second = state.midnight + (random.beta(3.0, 2.4, size) * (DAY - 1)).astype(np.int64)
    channel = _channels(random, line)
    late, damaged = _deliver(state, random, persons, line, channel)
    status, changed_at = _fates(state, random, second, damaged)
    twice = people.second_record[persons] >= 0
    block: Table = {
        "person": persons,
        "at": second,
        "line": line,
        "channel": channel,
        "cents": _amounts(state, random, persons, line),
        "late": late,
        "damaged": damaged,
        "status": status,
        "changed_at": changed_at,
        "second_record": twice & (random.random(size) < 0.5),
    }
    return state.recorder.add("orders", **block), block


def _channels(random: np.random.Generator, line: Integers) -> Integers:
    edges = np.cumsum(np.asarray(LINE_CHANNELS), axis=1)[line]
    passed: Integers = (random.random(len(line))[:, None] > edges).sum(axis=1)
    return np.minimum(passed, 3)


def _deliver(
    state: State, random: np.random.Generator, persons: Integers, line: Integers, channel: Integers
) -> tuple[Integers, Integers]:
    """Whether each order came late and damaged; both move the customer."""
    rates, coefficients = state.world.rates, state.world.coefficients
    chances = random.random((2, len(persons)))
    brought = (line == config.E_SHOP) | (channel == DELIVERY_CHANNEL)
    risk = np.full(len(persons), rates.damaged)
    if state.during(config.DAMAGED):
        struck = (line == config.E_SHOP) & (state.people.market[persons] == config.DAMAGED.market)
        risk[struck] = rates.damaged_in_incident
    late = brought & (chances[0] < rates.late)
    damaged = brought & (chances[1] < risk)
    state.moved(persons[brought & ~late & ~damaged], coefficients.on_time)
    state.moved(persons[late], coefficients.late)
    state.moved(persons[damaged], coefficients.damaged)
    state.needs(persons[late], 0.15, config.DELIVERY)
    state.needs(persons[damaged], 0.4, config.DELIVERY)
    return late, damaged


def _fates(
    state: State, random: np.random.Generator, second: Integers, damaged: Integers
) -> tuple[Integers, Integers]:
    """Final status of each order, and when it got it (0 = it was never changed)."""
    rates, size = state.world.rates, len(second)
    chance, delay = random.random(size), random.random(size)
    returned = chance < np.where(damaged, rates.returned_if_damaged, rates.returned)
    cancelled = ~returned & (chance > 1 - rates.cancelled)
    deleted = ~returned & ~cancelled & (chance > 1 - rates.cancelled - DELETED_ORDERS)
    status = np.select([returned, cancelled, deleted], [RETURNED, CANCELLED, DELETED], COMPLETED)
    days = np.select(
        [returned, cancelled, deleted], [3 + delay * 9, 0.02 + delay * 0.1, 1 + delay], 0
    )
    changed_at = np.where(status == COMPLETED, 0, second + (days * DAY).astype(np.int64))
    return status, changed_at


def _amounts(
    state: State, random: np.random.Generator, persons: Integers, line: Integers
) -> Integers:
    """Amounts in hundredths; prices follow a yearly index, and Rials have no small change."""
    market = state.people.market[persons]
    years = (state.day - state.world.first_day.toordinal()) / 365.25
    level = np.asarray(config.PRICE_LEVEL) * (1 + np.asarray(config.YEARLY_INFLATION)) ** years
    loyalty = 1 + 0.25 * state.segment[persons]
    price: Floats = level[market] * np.asarray(config.LINE_PRICE_FACTOR)[line] * loyalty
    price = price * random.lognormal(-0.18, 0.6, len(persons))
    return np.where(
        market == 0, np.round(price / 10_000) * 1_000_000, np.round(price * 100)
    ).astype(np.int64)
