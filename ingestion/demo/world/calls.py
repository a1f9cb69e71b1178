"""Calls: who calls, how long they wait, what the agent achieves, and how that is felt."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Floats, Integers, Topic, pick
from ingestion.demo.recording import Table
from ingestion.demo.world.state import DAY, State

ANSWERED, ABANDONED, TIMED_OUT, KEY_EXIT, BLOCKED = range(5)
KNOWN, ANONYMOUS, STRANGER = range(3)
"""What the caller's number says."""
NOT, BLIND, ATTENDED, TO_BILLING = range(4)
"""How a call is passed on."""

SUPPORT, SALES, BILLING_DESK = range(3)
TIMEOUT_SECONDS = 300
HOURS = (1, 0.6, 0.4, 0.4, 0.5, 1, 3, 6, 11, 15, 17, 16, 14, 12, 13, 15, 16, 14, 11, 9, 7, 5, 3, 2)
BUSY_HOURS = (10, 11, 15, 16)


@dataclass(frozen=True, kw_only=True)
class Callers:
    """Today's callers: the person (−1 for a stranger) and what each number says."""

    person: Integers
    caller: Integers
    market: Integers
    reason: Integers

    @property
    def size(self) -> int:
        """Number of calls."""
        return len(self.person)


def call(state: State) -> tuple[Integers, Table]:
    """Make today's calls; returns their row numbers and columns."""
    callers = _callers(state)
    random, size = state.random(Topic.CALL_LEGS), callers.size
    kind = np.where((callers.reason == config.ORDER) & (random.random(size) < 0.85), SALES, SUPPORT)
    hour, at = _moments(state, random, callers.market)
    struck = np.full(size, False)
    if state.during(config.UNDERSTAFFED):
        struck = (callers.market == config.UNDERSTAFFED.market) & (kind == SUPPORT)
    outcome, wait, ring, misses = _wait(state, random, np.isin(hour, BUSY_HOURS), struck)
    answered = outcome == ANSWERED
    agent = random.integers(0, np.asarray(config.AGENTS_PER_QUEUE)[kind])
    talk, hold, wrap = _talk(random, callers.reason, answered)
    transfer = _transfer(state, random, callers.reason, kind, answered)
    skill = 0.86 + 0.1 * empathy(agent) - 0.12 * struck - 0.1 * (callers.reason == config.TECHNICAL)
    resolved = answered & (random.random(size) < skill) & (transfer != BLIND)
    block: Table = {
        "person": callers.person,
        "caller": callers.caller,
        "market": callers.market,
        "kind": kind,
        "reason": callers.reason,
        "at": at,
        "outcome": outcome,
        "wait": wait,
        "ring": ring,
        "misses": misses,
        "agent": agent,
        "talk": talk,
        "hold": hold,
        "wrap": wrap,
        "transfer": transfer,
        "resolved": resolved,
        "position": 1 + random.integers(0, 3, size) + 3 * struck,
        "caller_ends": random.random(size) < 0.45,
    }
    rows = state.recorder.add("calls", **block)
    _second_legs(state, random, rows, block)
    _feel(state, block)
    return rows, block


def empathy(agent: Integers) -> Floats:
    """An agent's gift, −1 to 1: the lower number of a team is the warmer one."""
    return np.asarray((1.0, 0.7, 0.5, 0.2, 0.0, -0.3, -0.6, -1.0))[agent]


def _callers(state: State) -> Callers:
    random, rates, people = state.random(Topic.CALLS), state.world.rates, state.people
    base = rates.calls * people.call_factor * state.quiet()[people.market]
    needy = random.random(people.size) < state.need
    plain = random.random(people.size) < base
    person = np.flatnonzero((needy | plain) & state.active())
    size = len(person)
    reason = np.where(
        needy[person], state.need_reason[person], pick(random, config.REASON_SHARES, size)
    )
    state.need[person] = 0.0
    caller = np.where(random.random(size) < rates.anonymous, ANONYMOUS, KNOWN)
    strangers = random.poisson(rates.unknown_callers * people.size)
    return Callers(
        person=np.concatenate([person, np.full(strangers, -1)]),
        caller=np.concatenate([caller, np.full(strangers, STRANGER)]),
        market=np.concatenate(
            [people.market[person], pick(random, config.MARKET_SHARES, strangers)]
        ),
        reason=np.concatenate([reason, pick(random, config.REASON_SHARES, strangers)]),
    )


def _moments(
    state: State, random: np.random.Generator, market: Integers
) -> tuple[Integers, Integers]:
    """Hour on the market's clock and instant of each call; all lie within the business day."""
    hour = pick(random, HOURS, len(market))
    local = hour * 3_600 + random.integers(0, 3_600, len(market))
    return hour, state.midnight + (local - np.asarray(config.MARKET_SHIFT)[market]) % DAY


def _wait(
    state: State, random: np.random.Generator, busy: Flags, struck: Flags
) -> tuple[Integers, Integers, Integers, Integers]:
    """Outcome, wait and ring in seconds, and how many agents let it ring before."""
    size, rates = len(busy), state.world.rates
    chances = random.random((4, size))
    at_once = chances[0] < np.where(struck, 0.15, np.where(busy, 0.66, 0.80))
    ring = random.integers(1, 8, size)
    queued = 8 + random.exponential(np.where(struck, 210.0, np.where(busy, 75.0, 45.0)))
    needed = np.where(at_once, ring + random.integers(0, 6, size), queued).astype(np.int64)
    patience = np.where(
        chances[1] < 0.02, 1 + 4 * random.random(size), 12 + random.exponential(170.0, size)
    )
    patience = patience.astype(np.int64)
    key_at = random.integers(40, 90, size)
    wants_key = chances[2] < 0.08
    outcome = np.full(size, ANSWERED)
    outcome[needed > TIMEOUT_SECONDS] = TIMED_OUT
    wait = np.minimum(needed, TIMEOUT_SECONDS)
    pressed = wants_key & (key_at < wait)
    outcome, wait = np.where(pressed, KEY_EXIT, outcome), np.where(pressed, key_at, wait)
    left = patience < wait
    outcome, wait = np.where(left, ABANDONED, outcome), np.where(left, patience, wait)
    blocked = chances[3] < np.where(struck, rates.blocked_in_incident, rates.blocked)
    outcome, wait = np.where(blocked, BLOCKED, outcome), np.where(blocked, 0, wait)
    answered = outcome == ANSWERED
    ring = np.where(answered, np.minimum(ring, wait), 0)
    misses = np.where(~blocked & (wait > 12) & (random.random(size) < 0.5), 1, 0)
    return outcome, wait.astype(np.int64), ring, misses


def _talk(
    random: np.random.Generator, reason: Integers, answered: Flags
) -> tuple[Integers, Integers, Integers]:
    """Seconds of talk without hold, of hold, and of work after the call."""
    size = len(reason)
    longer = np.asarray((0.8, 0.9, 1.1, 1.45, 0.7))[reason]
    talk = 8 + random.lognormal(5.05, 0.55, size) * longer
    held = random.random(size) < 0.17
    hold = np.where(held, 12 + random.exponential(40.0, size), 0)
    wrap = 4 + random.lognormal(3.2, 0.6, size)

    def whole_seconds(part: Floats) -> Integers:
        return (np.minimum(part, 3_000) * answered).astype(np.int64)

    return whole_seconds(talk), whole_seconds(hold), whole_seconds(wrap)


def _transfer(
    state: State, random: np.random.Generator, reason: Integers, kind: Integers, answered: Flags
) -> Integers:
    size = len(reason)
    chance = state.world.rates.transferred * np.where(reason == config.BILLING, 2.0, 0.8)
    passed = answered & (random.random(size) < chance)
    to_billing = passed & (reason == config.BILLING) & (kind == SUPPORT)
    attended = random.random(size) < 0.4
    return np.select([to_billing, passed & attended, passed], [TO_BILLING, ATTENDED, BLIND], NOT)


def _second_legs(state: State, random: np.random.Generator, rows: Integers, block: Table) -> None:
    """The stay in the billing queue of the calls that support passed on."""
    passed = np.flatnonzero(block["transfer"] == TO_BILLING)
    size = len(passed)
    wait = (2 + random.exponential(22.0, size)).astype(np.int64)
    patience = (15 + random.exponential(220.0, size)).astype(np.int64)
    answered = patience >= wait
    talk, _, wrap = _talk(random, block["reason"][passed], answered)
    end = block["at"] + block["wait"] + block["talk"] + block["hold"]
    state.recorder.add(
        "second_legs",
        call=rows[passed],
        at=end[passed] + 1,
        outcome=np.where(answered, ANSWERED, ABANDONED),
        wait=np.minimum(wait, patience),
        ring=np.where(answered, np.minimum(wait, 3), 0),
        agent=random.integers(0, config.AGENTS_PER_QUEUE[BILLING_DESK], size),
        talk=talk,
        wrap=wrap,
    )


def _feel(state: State, block: Table) -> None:
    """What the calls of known persons do to them, and what they will do next."""
    weights, person = state.world.coefficients, block["person"]
    answered, resolved = block["outcome"] == ANSWERED, block["resolved"]
    felt = weights.wait_per_minute * np.minimum(block["wait"], 300) / 60
    felt = felt + np.where(answered, np.where(resolved, weights.resolved, weights.unresolved), 0)
    felt = felt + np.where(block["outcome"] == ABANDONED, weights.abandoned, 0)
    felt = felt + np.where(block["transfer"] != NOT, weights.transferred, 0)
    felt = felt + np.where(answered, weights.empathy * empathy(block["agent"]), 0)
    known = person >= 0
    state.moved(person[known], felt[known])
    for again, chance in ((~answered, 0.35), (answered & ~resolved, 0.40)):
        back = known & again
        state.need[person[back]] = chance
        state.need_reason[person[back]] = block["reason"][back]
