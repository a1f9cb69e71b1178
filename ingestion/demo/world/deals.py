"""Deals: what the sales team offers to accounts."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Topic
from ingestion.demo.world.state import DAY, State

OWNERS = 6


def deal(state: State) -> None:
    """Open today's deals; how and when each will close is drawn with it."""
    random, people = state.random(Topic.DEALS), state.people
    contacts = np.flatnonzero((people.account >= 0) & state.active())
    size = min(random.poisson(people.size * 0.0004), len(contacts))
    person = random.permutation(contacts)[:size]
    opened_at = state.midnight + 9 * 3_600 + random.integers(0, 8 * 3_600, size)
    days = 4 + random.lognormal(3.7, 0.6, size)
    level = np.asarray(config.PRICE_LEVEL)[people.market[person]]
    chance = 1 / (1 + np.exp(-(0.35 + 0.5 * state.satisfaction[person])))
    state.recorder.add(
        "deals",
        account=people.account[person],
        person=person,
        owner=random.integers(0, OWNERS, size),
        product=people.line[person],
        opened_at=opened_at,
        closed_at=opened_at + (days * DAY).astype(np.int64),
        won=random.random(size) < chance,
        cents=(np.round(level * random.lognormal(3.0, 0.7, size)) * 100).astype(np.int64),
    )
