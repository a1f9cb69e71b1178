"""Browsing: visits to the e-shop's site, those that ended in an order and those that did not."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Topic, chances
from ingestion.demo.recording import Table, rows
from ingestion.demo.world.history import History

PAGES = ("home", "search", "checkout")
HOME, SEARCH, CHECKOUT = range(3)
TASKS = ("browse", "search", "order")
VIEWED, STARTED, COMPLETED, FAILED = range(4)
EVENTS = ("viewed", "started", "completed", "failed")
ORDER_EVERY, ABANDONED_EVERY, BOT_EVERY = 5, 5, 8
"""Of which orders the visit was logged, and beside which an abandoned one; bots among these."""
VISIT_OF_ORDER = (
    (-600, HOME, VIEWED),
    (-540, SEARCH, STARTED),
    (-480, SEARCH, COMPLETED),
    (-300, CHECKOUT, STARTED),
    (0, CHECKOUT, COMPLETED),
)
ABANDONED_VISIT = ((0, HOME, VIEWED), (90, CHECKOUT, STARTED), (260, CHECKOUT, FAILED))
SOURCE_KINDS = len(config.ACQUISITION_SOURCES)


def browse(history: History) -> dict[str, Table]:
    """One row per logged step of a visit; ``known`` where the visitor had signed in."""
    orders = history.tables["orders"]
    shop = np.flatnonzero(orders["line"] == config.E_SHOP)
    blocks = []
    for place, (every, first, steps) in enumerate(
        ((ORDER_EVERY, 0, VISIT_OF_ORDER), (ABANDONED_EVERY, 1, ABANDONED_VISIT))
    ):
        order = shop[shop % every == first]
        chance = chances(history.world.seed, Topic.BROWSING, order * 2 + place, 4)
        at = orders["at"][order] - place * (3_600 + (chance[0] * 7_200).astype(np.int64))
        for step, (seconds, page, event) in enumerate(steps):
            blocks.append(
                {
                    "session": order * 2 + place,
                    "step": np.full(len(order), step),
                    "person": orders["person"][order],
                    "known": (chance[1] < 0.6 + 0.2 * (place == 0)),
                    "at": at + seconds,
                    "page": np.full(len(order), page),
                    "event": np.full(len(order), event),
                    "campaign": (chance[2] * SOURCE_KINDS).astype(np.int64),
                    "bot": (order // ABANDONED_EVERY % BOT_EVERY == 1) & (place == 1),
                }
            )
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return {"web_events": rows(table, np.lexsort((table["step"], table["session"], table["at"])))}
