"""Tickets: who writes in, how soon an agent answers, whether it is solved, how that is felt.

What the ticket system makes of them (messages, statuses, spam) belongs in ``desk``.
"""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Integers, Topic, pick
from ingestion.demo.recording import Table
from ingestion.demo.world.calls import empathy
from ingestion.demo.world.state import DAY, State

DESK_AGENTS = 8
"""They are the support agents of the market, who answer tickets between calls."""
CHANNEL_SHARES = (0.5, 0.3, 0.2)
E_MAIL, WEB, CHAT = range(3)
LOW, NORMAL, HIGH, URGENT = range(4)
OPENS_AT, CLOSES_AT = 8 * 3_600, 20 * 3_600
"""Seconds of the business day between which the desk answers."""
NOT_ANSWERED_FEELS_LIKE_DAYS = 4.0
COMPLAINT_REASONS = (config.DELIVERY, config.BILLING, config.TECHNICAL)


def write_in(state: State) -> None:
    """Take today's tickets; what will become of each is drawn with it."""
    random, people, rates = state.random(Topic.TICKETS), state.people, state.world.rates
    base = rates.tickets * people.call_factor * state.quiet()[people.market]
    needy = random.random(people.size) < state.need * rates.ticket_if_needed
    plain = random.random(people.size) < base
    person = np.flatnonzero((needy | plain) & state.active() & ~people.internal)
    size = len(person)
    reason = np.where(
        needy[person], state.need_reason[person], pick(random, config.REASON_SHARES, size)
    )
    state.need[person] *= 0.5
    unhappy = state.satisfaction[person] < -0.5
    complaint = np.isin(reason, COMPLAINT_REASONS) & (random.random(size) < 0.25 + 0.25 * unhappy)
    block: Table = {
        "person": person,
        "at": state.midnight + (random.beta(2.4, 2.2, size) * (DAY - 1)).astype(np.int64),
        "channel": pick(random, CHANNEL_SHARES, size),
        "reason": reason,
        "priority": np.where(complaint, HIGH, pick(random, (0.2, 0.65, 0.1, 0.05), size)),
        "agent": random.integers(0, DESK_AGENTS, size),
        "complaint": complaint,
    }
    block |= _answers(state, random, block)
    block["mood"] = np.where(complaint | unhappy, 0, 1)
    block["words"] = random.integers(0, 1 << 30, size)
    state.recorder.add("tickets", **block)
    _feel(state, block)


def in_hours(at: Integers, spread: Integers) -> Integers:
    """The instants, those outside the desk's hours moved to the first hour after them."""
    second = (at + config.UTC_OFFSET) % DAY
    wait = np.where(second < OPENS_AT, OPENS_AT - second, OPENS_AT + DAY - second)
    outside = (second < OPENS_AT) | (second >= CLOSES_AT)
    return np.where(outside, at + wait + spread % 3_600, at)


def _answers(state: State, random: np.random.Generator, block: Table) -> Table:
    """When each was answered, solved, opened again and solved again; 0 is never."""
    size, rates = len(block["at"]), state.world.rates
    struck = _struck(state, block["person"])
    chance = random.random((4, size))
    slow = np.where(struck, 5.0, 1.0) * np.asarray((1.5, 1.0, 0.6, 0.3))[block["priority"]]
    delay = 1 - 0.3 * empathy(block["agent"])
    delay = delay * slow * random.lognormal(9.1, 0.9, size)
    spread = random.integers(60, 3_600, size)
    unanswered = np.where(struck, rates.unanswered_in_incident, rates.unanswered)
    replied = chance[0] >= unanswered
    replied_at = in_hours(block["at"] + 120 + delay.astype(np.int64), spread)
    work = random.lognormal(10.2, 0.8, (2, size)).astype(np.int64)
    solved = replied & (chance[1] < rates.ticket_solved)
    solved_at = in_hours(replied_at + 60 + work[0], spread)
    reopened = solved & (chance[2] < rates.reopened * np.where(struck, 2.5, 1.0))
    reopened_at = solved_at + 6 * 3_600 + random.integers(0, 54 * 3_600, size)
    resolved = reopened & (chance[3] < rates.ticket_solved)
    return {
        "replied_at": np.where(replied, replied_at, 0),
        "solved_at": np.where(solved, solved_at, 0),
        "reopened_at": np.where(reopened, reopened_at, 0),
        "resolved_at": np.where(resolved, in_hours(reopened_at + 600 + work[1], spread), 0),
    }


def _struck(state: State, person: Integers) -> Flags:
    """Whose tickets wait for the agents that the understaffed queue has not got."""
    struck = state.people.market[person] == config.UNDERSTAFFED.market
    return np.asarray(struck & state.during(config.UNDERSTAFFED))


def _feel(state: State, block: Table) -> None:
    weights, person = state.world.coefficients, block["person"]
    answered = block["replied_at"] > 0
    days = np.where(
        answered, (block["replied_at"] - block["at"]) / DAY, NOT_ANSWERED_FEELS_LIKE_DAYS
    )
    felt = weights.slow_ticket_per_day * np.minimum(days, NOT_ANSWERED_FEELS_LIKE_DAYS)
    felt = felt + weights.ticket_solved * (block["solved_at"] > 0)
    felt = felt + weights.ticket_reopened * (block["reopened_at"] > 0)
    state.moved(person, felt)
    stuck = block["solved_at"] == 0
    state.need[person[stuck]] = 0.3
    state.need_reason[person[stuck]] = block["reason"][stuck]
