"""Life of a customer: contracts begin and end, segments and consents change, bills go wrong."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Integers, Topic
from ingestion.demo.world.state import State

NO_REASON, PRICE, SERVICE, MOVED_AWAY, PAYMENT_FAILED = range(5)


def live(state: State) -> None:
    """One day of everybody's life."""
    random = state.random(Topic.LIFE)
    size = state.people.size
    chances = random.random((7, size))
    state.satisfaction += state.world.coefficients.reversion_per_day * (
        state.people.base - state.satisfaction
    )
    state.need *= 0.6
    _change_versions(state, chances[0], chances[1])
    _begin_contracts(state, chances[2])
    _end_contracts(state, chances[3], chances[4])
    _bill(state, chances[5], chances[6])


def _change_versions(state: State, change: np.ndarray, refuse: np.ndarray) -> None:
    rates = state.world.rates
    active = state.active() & ~state.people.internal
    moves = active & (change < rates.segment_change)
    better = state.satisfaction > -0.2
    target = np.clip(state.segment + np.where(better, 1, -1), 0, len(config.SEGMENTS) - 1)
    moves &= target != state.segment
    refuses = active & (refuse < rates.opt_out)
    state.segment = np.where(moves, target, state.segment)
    state.opted_out |= refuses
    changed = np.flatnonzero(moves | refuses)
    state.recorder.add(
        "versions",
        person=changed,
        at=state.midnight + 3 * 3_600 + changed % 600,
        segment=state.segment[changed],
        opted_out=state.opted_out[changed],
    )


def _begin_contracts(state: State, chance: np.ndarray) -> None:
    people = state.people
    due = people.contract_day + config.EPOCH_ORDINAL
    is_first_day = state.day == state.world.first_day.toordinal()
    planned = people.has_contract & ((due == state.day) | (is_first_day & (due <= state.day)))
    again = chance < state.world.rates.new_contract * np.exp(0.5 * state.satisfaction)
    again &= state.active() & ~people.internal
    begins = (planned | again) & (state.contract_since == 0) & ~state.gone
    started = np.where(planned, np.minimum(due, state.day), state.day)
    state.contract_since = np.where(begins, started, state.contract_since)


def _end_contracts(state: State, chance: np.ndarray, kind: np.ndarray) -> None:
    """End contracts by a hazard that satisfaction lowers; a part of those leaves for good."""
    rates, coefficients = state.world.rates, state.world.coefficients
    hazard = rates.churn * np.exp(coefficients.churn_log_hazard * state.satisfaction)
    running = (state.contract_since > 0) & (state.contract_since < state.day)
    ended = np.flatnonzero(running & (chance < hazard))
    involuntary = kind[ended] < rates.involuntary
    unhappy = state.satisfaction[ended] < -0.3
    other = np.where(kind[ended] < 0.6, PRICE, MOVED_AWAY)
    reason = np.where(involuntary, PAYMENT_FAILED, np.where(unhappy, SERVICE, other))
    record_contracts(state, ended, involuntary, reason)
    state.contract_since[ended] = 0
    state.gone[ended] = ~involuntary & (kind[ended] > 0.4)


def record_contracts(state: State, persons: Integers, involuntary: Flags, reason: Integers) -> None:
    """Write down the contracts of ``persons`` that end today."""
    state.recorder.add(
        "contracts",
        person=persons,
        started_day=state.contract_since[persons],
        ended_day=np.full(len(persons), state.day + 1),
        ended_at=state.midnight + 14 * 3_600 + persons % 3_600,
        involuntary=involuntary,
        reason=reason,
    )


def _bill(state: State, chance: np.ndarray, fate: np.ndarray) -> None:
    """Bill contracts wrongly now and then; the incident is put right with an apology."""
    world, people = state.world, state.people
    running = (state.contract_since > 0) & state.active()
    wrong = running & (chance < world.rates.billing_error)
    in_incident = np.zeros(people.size, dtype=bool)
    if state.during(config.BILLING_ERROR):
        in_incident = running & (people.market == config.BILLING_ERROR.market) & (chance < 0.25)
    hit = np.flatnonzero(wrong | in_incident)
    state.moved(hit, world.coefficients.billing_error)
    state.needs(hit, 0.5, config.BILLING)
    state.recovery_on = np.where(
        in_incident | (wrong & (fate < 0.3)), state.day + 4, state.recovery_on
    )
    state.recorder.add(
        "billing_errors",
        person=hit,
        started_day=state.contract_since[hit],
        day=np.full(len(hit), state.day),
        corrected_day=np.where(state.recovery_on[hit] > state.day, state.recovery_on[hit], 0),
    )
    recovered = np.flatnonzero(state.recovery_on == state.day)
    state.moved(recovered, world.coefficients.recovery)
    state.need[recovered] = 0.0


def end_of_history(state: State) -> None:
    """Write down the contracts that still run, with an end that never came."""
    running = np.flatnonzero(state.contract_since > 0)
    never = np.zeros(len(running), dtype=np.int64)
    state.recorder.add(
        "contracts",
        person=running,
        started_day=state.contract_since[running],
        ended_day=never,
        ended_at=never,
        involuntary=never.astype(bool),
        reason=never,
    )
