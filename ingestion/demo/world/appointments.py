"""Appointments: what orders of the clinic are, and the wait despite the appointed time."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Integers, Topic
from ingestion.demo.recording import Table
from ingestion.demo.world.purchases import COMPLETED
from ingestion.demo.world.state import State

CLINIC = config.LINES.index("clinic")
QUARTER_HOUR = 900
DOCTORS = 5
OVERRUN_EVERY = 9
"""A doctor's every so many days run late."""


def appoint(state: State, order_rows: Integers, orders: Table) -> None:
    """Receive today's patients; those who cancelled or are deleted never came."""
    random = state.random(Topic.APPOINTMENTS)
    mine = np.flatnonzero((orders["line"] == CLINIC) & (orders["status"] == COMPLETED))
    size, person = len(mine), orders["person"][mine]
    agent = random.integers(0, DOCTORS, size)
    overrun = (state.day + agent) % OVERRUN_EVERY == 0
    wait = random.exponential(np.where(overrun, 26.0, 6.0), size)
    planned = orders["at"][mine] // QUARTER_HOUR * QUARTER_HOUR
    started = planned + (60 * (wait - 2)).astype(np.int64)
    state.recorder.add(
        "appointments",
        order=order_rows[mine],
        person=person,
        planned_at=planned,
        started_at=started,
        ended_at=started + random.integers(600, 2_400, size),
        agent=agent,
    )
    weight = state.world.coefficients.appointment_wait_per_minute
    state.moved(person, weight * np.minimum(wait, 60))
