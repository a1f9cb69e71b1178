"""Story: the played history, with all that follows from its events record by record."""

from collections.abc import Callable
from dataclasses import replace

from ingestion.demo.config import World
from ingestion.demo.world import history
from ingestion.demo.world.billing import bill
from ingestion.demo.world.browsing import browse
from ingestion.demo.world.cases import ask_again, open_cases
from ingestion.demo.world.deliveries import deliver
from ingestion.demo.world.desk import work_at_desk
from ingestion.demo.world.evaluations import evaluate
from ingestion.demo.world.floor import watch_floor
from ingestion.demo.world.history import History
from ingestion.demo.world.messages import send

FOLLOWING = (
    *(deliver, bill, send, browse, work_at_desk, open_cases, ask_again),
    *(evaluate, watch_floor),
)
"""What follows from the played days, in this order: later ones use what earlier ones add."""


def play(world: World, progress: Callable[[str], None] = lambda _: None) -> History:
    """Play every day from the first to ``world.until``, and add what followed from it."""
    told = history.play(world, progress)
    for follow in FOLLOWING:
        told = replace(told, tables=told.tables | follow(told))
    progress("played what followed")
    return told
