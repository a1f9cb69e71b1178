"""Panels: customers, staff and stakeholders whom research houses ask about us.

Customers answer what an own survey has no room for, a third of the questions each. What is
asked after a touch belongs in ``surveying``.
"""

from datetime import date

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Floats, Integers, Topic
from ingestion.demo.recording import (
    FEATURES,
    PANEL_ITEMS,
    RIVALS,
    STAFF_ITEMS,
    STAKEHOLDER_ITEMS,
    TASKS,
    Table,
)
from ingestion.demo.world.calls import SUPPORT, empathy
from ingestion.demo.world.state import State
from ingestion.demo.world.surveying import NONE, scale

PANELISTS_PER_DAY = 3
"""A panel does not grow with the company: one panelist a day and third of the questions."""
EXPERIENCE, WISHES, MARKET = range(3)
STAFF_PER_TEAM, STAKEHOLDERS_PER_GROUP = 12, 9
WAVE_MONTHS, STAFF_DAY, STAKEHOLDER_DAY = (3, 9), 10, 20
STAKEHOLDERS = (
    *("customers", "employees", "candidates", "partners", "suppliers"),
    *("distributors", "shareholders", "media", "public", "prospects"),
)
OPINIONS = (0.5, 0.4, 0.1, 0.3, 0.2, 0.1, 0.3, -0.4, -0.1, -0.2)
"""How much better than the others each group of stakeholders thinks of us."""
REMEMBERED_DAYS = 180
LIKE, MUST_BE, NEUTRAL, LIVE_WITH, DISLIKE = range(1, 6)
WISHED = ((LIKE, NEUTRAL), (MUST_BE, DISLIKE), (LIKE, DISLIKE))
"""What most answer when a feature is there and when it is not: it delights, must be, or is
one-dimensional."""


def ask_panel(state: State) -> None:
    """Ask today's panelists, and let each answer one third of the questions."""
    random = state.random(Topic.PANEL)
    people = np.flatnonzero(state.active() & ~state.people.internal)
    size = min(PANELISTS_PER_DAY, len(people))
    person = random.choice(people, size, replace=False)
    felt = state.satisfaction[person] * state.world.coefficients.panel_slope
    answers = (
        _experience(random, felt),
        _wishes(random, size) | _wallet(state, random, person),
        _market(random, felt) | _site(random, felt),
    )
    part = np.arange(size)
    given = {
        name: np.where(part == place, told, NONE)
        for place, asked in enumerate(answers)
        for name, told in asked.items()
    }
    at = state.midnight + 9 * 3_600 + random.integers(0, 12 * 3_600, size)
    state.recorder.add("panel", person=person, at=at, **{name: given[name] for name in PANEL_ITEMS})


def _experience(random: np.random.Generator, felt: Floats) -> Table:
    """What the last visit was like, and what was expected of it."""

    def told(expected: Floats | float, highest: int) -> Integers:
        return scale(expected + random.normal(0, 0.8, len(felt)), 1, highest)

    enjoyable = told(3.4 + felt, 5)
    return {
        "meetsneeds": told(4.0 + felt, 5),
        "easy": told(3.8 + felt, 5),
        "enjoyable": np.where(random.random(len(felt)) < 0.05, NONE, enjoyable),
        "actual[speed]": told(5.0 + felt, 7),
        "expected[speed]": told(5.6, 7),
        "actual[staff]": told(5.5 + felt, 7),
        "expected[staff]": told(5.2, 7),
    }


def _wishes(random: np.random.Generator, size: int) -> Table:
    """How they would feel with a feature and without it; a fifth answers at random."""
    answers: Table = {}
    for feature, wished in zip(FEATURES, WISHED, strict=True):
        for half, usual in zip(("functional", "dysfunctional"), wished, strict=True):
            other = random.integers(LIKE, DISLIKE + 1, size)
            told = np.where(random.random(size) < 0.2, other, usual)
            answers[f"{half}[{feature}]"] = told
    return answers


def _wallet(state: State, random: np.random.Generator, person: Integers) -> Table:
    """A month's spend with us and elsewhere, in the reporting currency; our rank of the brands."""
    size, slope = len(person), state.world.coefficients.wallet_slope
    share = 0.55 + slope * state.satisfaction[person] + random.normal(0, 0.15, size)
    share = np.clip(share, 0.05, 1.0)
    category = config.PRICE_LEVEL[0] * random.lognormal(0.3, 0.4, size)
    own = np.rint(category * share).astype(np.int64)
    brands = 1 + random.integers(0, 4, size)
    rank = np.minimum(1 + np.floor((1 - share) * brands).astype(np.int64), brands)
    return {
        "wallet_own": own,
        "wallet_others": np.rint(category).astype(np.int64) - own,
        "wallet_rank": rank,
        "wallet_brands": brands,
    }


def _market(random: np.random.Generator, felt: Floats) -> Table:
    """Whether they would recommend us and whichever competitors they know."""
    size = len(felt)
    answers: Table = {"own": scale(7.9 + 2 * felt + random.normal(0, 1.4, size), 0, 10)}
    for rival, fame in zip(RIVALS, (7.6, 6.8), strict=True):
        told = scale(fame + 0.4 * felt + random.normal(0, 1.6, size), 0, 10)
        answers[f"rival[{rival}]"] = np.where(random.random(size) < 0.75, told, NONE)
    return answers


def _site(random: np.random.Generator, felt: Floats) -> Table:
    """How easy ordering and finding was on the site, for those who remember doing it."""
    answers: Table = {}
    for task, ease in zip(TASKS, (4.6, 5.4), strict=True):
        told = scale(ease + 1.2 * felt + random.normal(0, 1.1, len(felt)), 1, 7)
        answers[f"easy[{task}]"] = np.where(random.random(len(felt)) < 0.8, told, NONE)
    return answers


def ask_staff(state: State) -> None:
    """Ask the staff of every team twice a year; the warm like to work here, the overrun do not."""
    if not _is_wave(state, STAFF_DAY):
        return
    random, weights = state.random(Topic.STAFF), state.world.coefficients
    team = np.repeat(np.arange(len(config.TEAMS)), STAFF_PER_TEAM)
    kinds = len(config.QUEUE_KINDS)
    market = team // len(config.SHIFTS) // kinds
    mood = weights.employee_warmth * team_warmth(team)
    mood = mood + weights.employee_slope * _felt_by_market(state)[market]
    struck = (market == config.UNDERSTAFFED.market) & (
        team // len(config.SHIFTS) % kinds == SUPPORT
    )
    mood = mood + weights.employee_understaffed * (struck & _is_remembered(state))
    size = len(team)
    engaged = {
        name: scale(3.6 + 0.45 * mood + random.normal(0, 0.9, size), 1, 5)
        for name in STAFF_ITEMS[1:]
    }
    state.recorder.add(
        "staff",
        team=team,
        at=state.midnight + 8 * 3_600 + random.integers(0, 9 * 3_600, size),
        enps=scale(7.6 + mood + random.normal(0, 1.5, size), 0, 10),
        **engaged,
    )


def team_warmth(team: Integers) -> Floats:
    """Mean gift of each team's agents."""
    size = np.asarray(config.AGENTS_PER_QUEUE)[team // len(config.SHIFTS) % len(config.QUEUE_KINDS)]
    early = (size + 1) // 2
    is_late = team % len(config.SHIFTS) == 1
    agent = np.arange(max(config.AGENTS_PER_QUEUE))
    first, last = np.where(is_late, early, 0), np.where(is_late, size, early)
    mine = (agent >= first[:, None]) & (agent < last[:, None])
    return np.asarray((mine * empathy(agent)).sum(axis=1) / mine.sum(axis=1))


def ask_stakeholders(state: State) -> None:
    """Ask ten groups twice a year what they think of us; some leave an item out or two."""
    if not _is_wave(state, STAKEHOLDER_DAY):
        return
    random, slope = state.random(Topic.STAKEHOLDERS), state.world.coefficients.reputation_slope
    group = np.repeat(np.arange(len(STAKEHOLDERS)), STAKEHOLDERS_PER_GROUP)
    size = len(group)
    opinion = 4.8 + np.asarray(OPINIONS)[group] + slope * _felt_by_market(state).mean()
    opinion = opinion + random.normal(0, 0.7, size)
    answers = {}
    for name in STAKEHOLDER_ITEMS:
        told = scale(opinion + random.normal(0, 0.6, size), 1, 7)
        answers[name] = np.where(random.random(size) < 0.06, NONE, told)
    state.recorder.add(
        "stakeholders",
        stakeholder=group,
        at=state.midnight + 10 * 3_600 + random.integers(0, 8 * 3_600, size),
        **answers,
    )


def _is_wave(state: State, day: int) -> bool:
    today = date.fromordinal(state.day)
    return today.month in WAVE_MONTHS and today.day == day


def _is_remembered(state: State) -> bool:
    """Whether the understaffed weeks have begun, and not long ago."""
    since = state.day - config.UNDERSTAFFED.first_day.toordinal()
    return 0 <= since < REMEMBERED_DAYS


def _felt_by_market(state: State) -> Floats:
    active: Flags = state.active()
    markets = range(len(config.MARKETS))
    kept = [state.satisfaction[active & (state.people.market == place)] for place in markets]
    return np.asarray([felt.mean() if len(felt) else 0.0 for felt in kept])
