"""Deliveries: the parcel of every order of the e-shop, late and damaged as the order was."""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Topic, chances
from ingestion.demo.recording import Table, rows
from ingestion.demo.world.history import History
from ingestion.demo.world.purchases import CANCELLED, DELETED
from ingestion.demo.world.state import DAY

PROMISED_DAYS = 3


def deliver(history: History) -> dict[str, Table]:
    """One row per parcel; orders that were cancelled or deleted never left."""
    orders = history.tables["orders"]
    sent = (orders["line"] == config.E_SHOP) & ~np.isin(orders["status"], (CANCELLED, DELETED))
    order = np.flatnonzero(sent)
    mine = rows(orders, order)
    chance = chances(history.world.seed, Topic.SHIPMENTS, order, 5)
    late = mine["late"].astype(bool)
    promised_at = mine["at"] + PROMISED_DAYS * DAY
    in_time = mine["at"] + ((1.2 + 0.7 * chance[0]) * DAY).astype(np.int64)
    too_late = promised_at + ((0.2 + 2.3 * chance[0]) * DAY).astype(np.int64)
    return {
        "shipments": {
            "order": order,
            "person": mine["person"],
            "shipped_at": mine["at"] + ((0.2 + 0.6 * chance[1]) * DAY).astype(np.int64),
            "promised_at": promised_at,
            "delivered_at": np.where(late, too_late, in_time),
            "complete": chance[2] >= 0.015,
            "damaged": mine["damaged"].astype(bool),
            "documented": chance[3] >= 0.008,
            "late": late,
        }
    }
