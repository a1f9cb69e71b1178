"""Surveying: who is asked, who answers, and what satisfaction makes them say."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo.randomness import Flags, Floats, Integers, Topic
from ingestion.demo.recording import Table
from ingestion.demo.world.calls import ANSWERED, KNOWN, empathy
from ingestion.demo.world.population import WAVE_DAYS
from ingestion.demo.world.state import DAY, State

RELATIONSHIP, AFTER_CALL, AFTER_DELIVERY = range(3)
SENT, BOUNCED, OPTED_OUT = range(3)
NONE = -1
"""No answer to a question."""
QUARANTINE_DAYS = 30
ROBOT_EVERY, ROBOT_AT = 1_009, 42
BEST_NPS, BEST_CSAT = 10, 5
INVITED_DESPITE_REFUSAL, MISREMEMBERED = 0.05, 0.06
UNHAPPY, NEUTRAL, HAPPY = range(3)
LONG_WAIT = 60
REPURCHASE_EVERY = 3
WAITED, UNSOLVED, DAMAGED, BILLED_TWICE, IGNORED, LATE = range(6)
"""Themes of complaints, in the order in which ``verbatims`` holds their words."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Invitations of one day: whom, when, what became of them, and what they are about.

    ``base`` is the chance that a person without any feeling answers.
    """

    survey: int
    person: Integers
    at: Integers
    status: Integers
    subject: Integers
    base: float

    @property
    def size(self) -> int:
        """Number of invitations."""
        return len(self.person)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What each invited person would answer; ``theme`` is what a complaint would name."""

    nps: Integers
    csat: Integers
    ces: Integers
    resolved: Integers
    repurchase: Integers
    theme: Integers


def ask_relationship(state: State) -> None:
    """Send today's share of the quarterly wave, and let the people answer."""
    random, people = state.random(Topic.RELATIONSHIP_SURVEY), state.people
    due = (state.day + people.wave_offset) % WAVE_DAYS == 0
    person = np.flatnonzero(due & state.active())
    opted_out = state.opted_out[person]
    written_to = ~opted_out | (random.random(len(person)) < INVITED_DESPITE_REFUSAL)
    person, opted_out = person[written_to], opted_out[written_to]
    size = len(person)
    nothing, no_deed = np.full(size, NONE), np.zeros(size)
    said = Said(
        nps=_recommend(state, random, person, no_deed),
        csat=_satisfied(state, random, person, no_deed),
        ces=nothing,
        resolved=nothing,
        repurchase=_buys_again(state, person),
        theme=nothing,
    )
    status = np.where(random.random(size) < state.world.rates.bounced, BOUNCED, SENT)
    asked = Asked(
        survey=RELATIONSHIP,
        person=person,
        at=state.midnight + 10 * 3_600 + random.integers(0, 3_600, size),
        status=np.where(opted_out, OPTED_OUT, status),
        subject=nothing,
        base=state.world.rates.response_relationship,
    )
    _record(state, random, asked, said)


def ask_after_call(state: State, rows: Integers, calls: Table) -> None:
    """Ask known callers whom an agent answered, at most once in thirty days."""
    random, rates = state.random(Topic.CALL_SURVEY), state.world.rates
    person = calls["person"]
    eligible = (calls["outcome"] == ANSWERED) & (calls["caller"] == KNOWN)
    eligible &= ~state.opted_out[person] & ~state.people.internal[person]
    eligible &= state.surveyed_at[person] + QUARANTINE_DAYS <= state.day
    eligible &= random.random(len(person)) < rates.survey_after_call
    chosen = np.flatnonzero(eligible)
    person, size = person[chosen], len(chosen)
    state.surveyed_at[person] = state.day
    said = _after_call(state, random, {name: part[chosen] for name, part in calls.items()})
    ended = (calls["at"] + calls["wait"] + calls["talk"] + calls["hold"])[chosen]
    asked = Asked(
        survey=AFTER_CALL,
        person=person,
        at=ended + 900,
        status=np.where(random.random(size) < rates.bounced, BOUNCED, SENT),
        subject=rows[chosen],
        base=rates.response_call,
    )
    _record(state, random, asked, said)


def ask_after_delivery(state: State, rows: Integers, orders: Table) -> None:
    """Ask the people of today's e-shop orders; they answer once the parcel has come."""
    random, rates = state.random(Topic.DELIVERY_SURVEY), state.world.rates
    asks = (random.random(len(rows)) < rates.survey_after_delivery) & orders["asked"]
    asks &= ~state.opted_out[orders["person"]] & ~state.people.internal[orders["person"]]
    chosen = np.flatnonzero(asks)
    person, size = orders["person"][chosen], len(chosen)
    late, damaged = orders["late"][chosen], orders["damaged"][chosen]
    deed = np.where(damaged, -1.3, 0.0) + np.where(late, -0.5, 0.1)
    nothing = np.full(size, NONE)
    said = Said(
        nps=_recommend(state, random, person, deed),
        csat=_satisfied(state, random, person, deed),
        ces=nothing,
        resolved=nothing,
        repurchase=nothing,
        theme=np.where(damaged, DAMAGED, np.where(late, LATE, NONE)),
    )
    asked = Asked(
        survey=AFTER_DELIVERY,
        person=person,
        at=orders["at"][chosen] + 2 * DAY + random.integers(0, DAY // 2, size),
        status=np.full(size, SENT),
        subject=rows[chosen],
        base=rates.response_delivery,
    )
    _record(state, random, asked, said)


def answered_by_robots(invitations: Table) -> Table:
    """The invitations, a few of them answered within two seconds by a robot of the mailbox.

    It opens every link that arrives and takes the last option everywhere.
    """
    row = np.arange(len(invitations["at"]))
    robot = (row % ROBOT_EVERY == ROBOT_AT) & (invitations["survey"] == AFTER_DELIVERY)
    said: Table = {
        "started_at": invitations["at"] + 1,
        "ended_at": invitations["at"] + 2,
        "complete": np.full(len(row), True),
        "nps": np.full(len(row), BEST_NPS),
        "csat": np.full(len(row), BEST_CSAT),
        "tone": np.full(len(row), NONE),
    }
    taken = {name: np.where(robot, value, invitations[name]) for name, value in said.items()}
    return invitations | taken | {"robot": robot}


def _after_call(state: State, random: np.random.Generator, calls: Table) -> Said:
    """Answers about a call: what the agent did counts beside the general feeling."""
    weights, person, size = state.world.coefficients, calls["person"], len(calls["person"])
    resolved = calls["resolved"]
    deed = np.where(resolved, weights.csat_resolved, weights.csat_unresolved)
    deed = deed + weights.csat_wait_per_minute * np.minimum(calls["wait"], 300) / 60
    deed = deed + weights.csat_empathy * empathy(calls["agent"])
    ease = weights.ces_intercept + weights.ces_slope * state.satisfaction[person] + 1.2 * deed
    mistaken = random.random(size) < MISREMEMBERED
    theme = np.where(resolved, NONE, UNSOLVED)
    return Said(
        nps=np.full(size, NONE),
        csat=_satisfied(state, random, person, deed),
        ces=scale(ease + random.normal(0, weights.ces_noise, size), 1, 7),
        resolved=np.where(mistaken, ~resolved, resolved).astype(np.int64),
        repurchase=np.full(size, NONE),
        theme=np.where(calls["wait"] > LONG_WAIT, WAITED, theme),
    )


def _recommend(
    state: State, random: np.random.Generator, person: Integers, deed: Floats
) -> Integers:
    weights = state.world.coefficients
    expected = weights.nps_intercept + weights.nps_slope * state.satisfaction[person] + deed
    return scale(expected + random.normal(0, weights.nps_noise, len(person)), 0, 10)


def _satisfied(
    state: State, random: np.random.Generator, person: Integers, deed: Floats
) -> Integers:
    weights = state.world.coefficients
    expected = weights.csat_intercept + weights.csat_slope * state.satisfaction[person] + deed
    return scale(expected + random.normal(0, weights.csat_noise, len(person)), 1, 5)


def _buys_again(state: State, person: Integers) -> Integers:
    """Whether they would buy again, of the third who are asked it."""
    random, weights = state.random(Topic.REPURCHASE), state.world.coefficients
    expected = weights.repurchase_intercept + weights.repurchase_slope * state.satisfaction[person]
    told = scale(expected + random.normal(0, weights.repurchase_noise, len(person)), 1, 5)
    return np.where(person % REPURCHASE_EVERY == 0, told, NONE)


def scale(value: Floats, lowest: int, highest: int) -> Integers:
    """Answers on a scale of whole numbers."""
    return np.clip(np.rint(value), lowest, highest).astype(np.int64)


def _answers(state: State, random: np.random.Generator, asked: Asked) -> Flags:
    """Who answers: happy people a little more, and the extremes of both sides more."""
    weights, felt = state.world.coefficients, state.satisfaction[asked.person]
    logit = np.log(asked.base / (1 - asked.base)) + weights.response_logit * felt
    logit = logit + weights.response_extremes * np.abs(felt) + state.people.response[asked.person]
    answered: Flags = random.random(asked.size) < 1 / (1 + np.exp(-logit))
    return np.asarray(answered & (asked.status == SENT))


def _record(state: State, random: np.random.Generator, asked: Asked, said: Said) -> None:
    """Write down invitations with the visit that followed (0 = none)."""
    rates, size = state.world.rates, asked.size
    answers = _answers(state, random, asked)
    delay = np.minimum(random.lognormal(9.6, 1.3, size), 25.0 * DAY)
    late = random.random(size) < rates.late_answer
    delay = np.where(late, (31 + 9 * random.random(size)) * DAY, delay)
    started = np.where(answers, asked.at + 60 + delay.astype(np.int64), 0)
    seconds = 40 + random.integers(0, 200, size)
    complete = answers & (random.random(size) >= rates.partial)
    mood = np.where(said.csat <= 2, UNHAPPY, np.where(said.csat >= 4, HAPPY, NEUTRAL))
    speaks = random.random(size) < rates.verbatim * np.where(mood == UNHAPPY, 1.6, 0.9)
    words = random.integers(0, 1 << 30, size)
    state.recorder.add(
        "invitations",
        survey=np.full(size, asked.survey),
        person=asked.person,
        at=asked.at,
        status=asked.status,
        subject=asked.subject,
        started_at=started,
        ended_at=np.where(answers, started + seconds, 0),
        complete=complete,
        nps=said.nps,
        csat=np.where(complete | (said.nps == NONE), said.csat, NONE),
        ces=said.ces,
        resolved=said.resolved,
        repurchase=np.where(complete, said.repurchase, NONE),
        tone=np.where(speaks & complete, mood, NONE),
        words=np.where(said.theme >= 0, said.theme, words),
    )
