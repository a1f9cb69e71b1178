"""Random streams: one generator per day and topic.

A day draws only from its own generators, so that a day comes out the same whether or not more
days follow it.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


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


def generator(seed: int, day: int, topic: Topic) -> np.random.Generator:
    """The generator of one day (0 for what has no day) and topic."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, day, int(topic)])))


def pick(random: np.random.Generator, shares: tuple[float, ...], size: int) -> Integers:
    """``size`` indices drawn with ``shares`` as weights."""
    edges = np.cumsum(np.asarray(shares) / np.sum(shares))
    chosen = np.searchsorted(edges, random.random(size), side="right")
    return np.minimum(chosen, len(shares) - 1).astype(np.int64)
