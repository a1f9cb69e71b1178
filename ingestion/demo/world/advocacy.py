"""Advocacy: reviews that people post, and friends whom promoters bring."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Floats, Integers, Topic, chances, pick
from ingestion.demo.recording import Table
from ingestion.demo.world.state import DAY, State
from ingestion.demo.world.surveying import DAMAGED, NONE

SITES = 3
MOST_STARS = 5
REFERRAL_LEAD_DAYS = 40
NOBODY = -1


def review(state: State, orders: Table) -> None:
    """Post today's reviews: the extremes of both sides write, and those of damaged parcels."""
    random, people, rates = state.random(Topic.ADVOCACY), state.people, state.world.rates
    weights = state.world.coefficients
    urge = np.exp(weights.review_extremes * np.abs(state.satisfaction))
    hurt = np.zeros(people.size, dtype=bool)
    hurt[orders["person"][orders["damaged"]]] = True
    chance = np.where(hurt, rates.review_if_damaged, rates.reviews * urge)
    writes = random.random(people.size) < chance
    person = np.flatnonzero(writes & state.active() & ~people.internal)
    size = len(person)
    at = state.midnight + 9 * 3_600 + random.integers(0, 14 * 3_600, size)
    expected = weights.review_intercept + weights.review_slope * state.satisfaction[person]
    expected = expected + weights.review_damaged * hurt[person]
    stars = np.rint(expected + random.normal(0, weights.review_noise, size))
    delay = (3_600 + random.exponential(1.8 * DAY, size)).astype(np.int64)
    state.recorder.add(
        "reviews",
        person=person,
        at=at,
        rating=np.clip(stars, 1, MOST_STARS).astype(np.int64),
        line=np.where(hurt[person], config.E_SHOP, people.line[person]),
        site=pick(random, (0.5, 0.3, 0.2), size),
        theme=np.where(hurt[person], DAMAGED, NONE),
        replied_at=np.where(random.random(size) < 0.62, at + delay, 0),
        words=random.integers(0, 1 << 30, size),
    )


def refer(state: State) -> None:
    """Let promoters bring friends: those who will join by referral, and others who never will."""
    random, people = state.random(Topic.REFERRALS), state.people
    friend = np.flatnonzero(_referral_day(state) == state.day)
    happy = np.exp(state.world.coefficients.referral_log_rate * state.satisfaction)
    weight = np.where(state.active() & ~people.internal, np.maximum(happy - 0.8, 0), 0.0)
    lost = random.poisson(state.world.rates.referrals * people.size)
    size = len(friend) + lost
    if not weight.any():
        return
    person = _drawn(random, weight, size)
    referred = np.concatenate([friend, np.full(lost, NOBODY)])
    state.recorder.add(
        "referrals",
        person=person,
        at=state.midnight + 8 * 3_600 + random.integers(0, 12 * 3_600, size),
        referred=referred,
        converted_at=np.where(referred >= 0, people.joined_at[referred], 0),
        channel=pick(random, (0.5, 0.3, 0.2), size),
    )


def _drawn(random: np.random.Generator, weight: Floats, size: int) -> Integers:
    edges = np.cumsum(weight)
    chosen: Integers = np.searchsorted(edges, random.random(size) * edges[-1], side="right")
    return chosen


def _referral_day(state: State) -> Integers:
    """Ordinal of the day on which each person who came by referral was recommended, else 0."""
    people = state.people
    lead = chances(state.world.seed, Topic.REFERRALS, np.arange(people.size), 1)[0]
    joined = (people.joined_at + config.UTC_OFFSET) // DAY + config.EPOCH_ORDINAL
    day = joined - 1 - (lead * REFERRAL_LEAD_DAYS).astype(np.int64)
    return np.where(people.acquired == config.REFERRAL, day, 0)
