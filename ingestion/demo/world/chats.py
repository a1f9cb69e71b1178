"""Chats: written contacts, which partners' desks handle."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Topic, pick
from ingestion.demo.world.state import DAY, State

CHAT_AGENTS = 6


def chat(state: State) -> None:
    """Hold today's chats."""
    random, people = state.random(Topic.CHATS), state.people
    weights = state.world.coefficients
    writes = random.random(people.size) < state.world.rates.chats * people.call_factor
    person = np.flatnonzero(writes & state.active() & ~people.internal)
    size = len(person)
    resolved = random.random(size) < 0.8
    state.recorder.add(
        "chats",
        person=person,
        at=state.midnight + (random.beta(2.6, 2.2, size) * (DAY - 1)).astype(np.int64),
        seconds=(90 + random.lognormal(5.6, 0.6, size)).astype(np.int64),
        reason=pick(random, config.REASON_SHARES, size),
        agent=random.integers(0, CHAT_AGENTS, size),
        resolved=resolved,
        channel=pick(random, (0.7, 0.3), size),
        known=random.random(size) < 0.85,
    )
    state.moved(person, np.where(resolved, weights.resolved, weights.unresolved))
