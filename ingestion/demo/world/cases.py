"""Cases: somebody must call back whoever would not recommend us, or has complained.

Some of those who would not recommend us are asked again once their case is closed.
"""

import numpy as np

from ingestion.demo.randomness import Topic, chances, lognormal
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.world.history import History
from ingestion.demo.world.state import DAY
from ingestion.demo.world.surveying import NONE, RELATIONSHIP, scale
from ingestion.demo.world.tickets import DESK_AGENTS

DETRACTOR, COMPLAINT = range(2)
REASONS = ("detractor", "complaint")
WORST_PASSIVE = 7
DUE_DAYS = 2
TAKEN = 0.6
ASKED_AGAIN = 0.4


def open_cases(history: History) -> dict[str, Table]:
    """One row per case, in the order of their opening; 0 where a step was never taken."""
    asked, tickets = history.tables["invitations"], history.tables["tickets"]
    answered = (asked["survey"] == RELATIONSHIP) & asked["complete"].astype(bool)
    answered &= (asked["nps"] != NONE) & (asked["nps"] < WORST_PASSIVE)
    response = np.flatnonzero(answered & ~history.people.internal[asked["person"]])
    ticket = np.flatnonzero(tickets["complaint"].astype(bool))
    nothing = np.full(length(tickets) + length(asked), -1)
    table: Table = {
        "reason": np.repeat([DETRACTOR, COMPLAINT], [len(response), len(ticket)]),
        "person": np.concatenate([asked["person"][response], tickets["person"][ticket]]),
        "response": np.concatenate([response, nothing[: len(ticket)]]),
        "ticket": np.concatenate([nothing[: len(response)], ticket]),
        "opened_at": np.concatenate(
            [asked["ended_at"][response] + 1_800, tickets["at"][ticket] + 900]
        ),
    }
    key = np.concatenate([response * 2, ticket * 2 + 1])
    chance = chances(history.world.seed, Topic.CASES, key, 7)
    contacted_at = table["opened_at"] + lognormal(chance[1], chance[2], 0.7 * DAY, 0.7).astype(
        np.int64
    )
    resolved_at = contacted_at + 600 + (chance[3] * 2.5 * DAY).astype(np.int64)
    contacted, cancelled = chance[4] < 0.93, chance[5] < 0.03
    resolved = contacted & (chance[5] < 0.9)
    table |= {
        "owner": (chance[0] * DESK_AGENTS).astype(np.int64),
        "due_at": table["opened_at"] + DUE_DAYS * DAY,
        "contacted_at": np.where(contacted & ~cancelled, contacted_at, 0),
        "resolved_at": np.where(resolved & ~cancelled, resolved_at, 0),
        "cancelled_at": np.where(cancelled, contacted_at, 0),
    }
    kept = np.flatnonzero((chance[6] < TAKEN) & (table["opened_at"] > 0))
    order = kept[np.argsort(table["opened_at"][kept], kind="stable")]
    return {"cases": {name: column[order] for name, column in table.items()} | {"key": key[order]}}


def ask_again(history: History) -> dict[str, Table]:
    """One row per detractor who answered again; who was called in time came round more often."""
    cases, weights = history.tables["cases"], history.world.coefficients
    chance = chances(history.world.seed, Topic.RECOVERIES, cases["key"], 4)
    asked = (cases["reason"] == DETRACTOR) & (cases["resolved_at"] > 0)
    answers = asked & (chance[0] < ASKED_AGAIN)
    cases, chance = rows(cases, answers), chance[:, answers]
    in_time = cases["contacted_at"] <= cases["due_at"]
    expected = weights.recovered_intercept + weights.recovered_in_time * in_time
    expected = expected + weights.recovered_slope * history.people.base[cases["person"]]
    noise = np.sqrt(-2 * np.log1p(-chance[1])) * np.cos(2 * np.pi * chance[2])
    table = {
        "person": cases["person"],
        "key": cases["key"],
        "at": cases["resolved_at"] + DAY + (chance[3] * 3 * DAY).astype(np.int64),
        "nps": scale(expected + 1.4 * noise, 0, 10),
    }
    return {"recoveries": rows(table, np.argsort(table["at"], kind="stable"))}
