"""Random streams: one generator per day and topic, and draws that belong to a record.

A day draws only from its own generators, and a record's draws depend on nothing but its key, so
that a day comes out the same whether or not more days follow it.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_MASK = (1 << 64) - 1
_STEPS = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""Odd constants of the SplitMix64 generator and of its splitting."""


class Topic(IntEnum):
    """What a generator is for; a new topic leaves the others as they were."""

    POPULATION = 0
    LIFE = 1
    ORDERS = 2
    CALLS = 3
    CALL_LEGS = 4
    CHATS = 5
    RELATIONSHIP_SURVEY = 6
    CALL_SURVEY = 7
    DELIVERY_SURVEY = 8
    DEALS = 9
    UNKNOWN_CALLERS = 10
    WRITING = 11
    TICKETS = 20
    ADVOCACY = 21
    CAMPAIGNS = 22
    APPOINTMENTS = 23
    SHIPMENTS = 24
    INVOICES = 25
    RENEWALS = 26
    MESSAGES = 27
    MESSAGE_EVENTS = 28
    BROWSING = 29
    FLOOR = 30
    EVALUATIONS = 31
    DESK = 32
    CASES = 33
    REFERRALS = 34
    REPURCHASE = 35
    PANEL = 36
    STAFF = 37
    STAKEHOLDERS = 38
    RECOVERIES = 39


def generator(seed: int, day: int, topic: Topic) -> np.random.Generator:
    """The generator of one day (0 for what has no day) and topic."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, day, int(topic)])))


def pick(random: np.random.Generator, shares: tuple[float, ...], size: int) -> Integers:
    """``size`` indices drawn with ``shares`` as weights."""
    edges = np.cumsum(np.asarray(shares) / np.sum(shares))
    chosen = np.searchsorted(edges, random.random(size), side="right")
    return np.minimum(chosen, len(shares) - 1).astype(np.int64)


def chances(seed: int, topic: Topic, key: Integers, count: int) -> Floats:
    """``count`` rows of evenly spread numbers in [0, 1), one column per key."""
    start = ((seed << 8) + int(topic)) * _STEPS[0] & _MASK
    state = key.astype(np.uint64) * np.uint64(_STEPS[0]) + np.uint64(start)
    steps = np.arange(count, dtype=np.uint64) * np.uint64(_STEPS[1])
    mixed = state[None, :] + steps[:, None]
    for shift, factor in ((30, _STEPS[2]), (27, _STEPS[3])):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def exponential(chance: Floats, mean: float) -> Floats:
    """Waiting times of a mean, from even chances."""
    return np.asarray(-mean * np.log1p(-chance))


def lognormal(chance: Floats, other: Floats, median: float, spread: float) -> Floats:
    """Skewed durations of a median, from two rows of even chances."""
    normal = np.sqrt(-2 * np.log1p(-chance)) * np.cos(2 * np.pi * other)
    return np.asarray(median * np.exp(spread * normal))
