"""The floor of the call center: agents' days, steps in the voice menu, and recordings."""

from datetime import date

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Integers, Topic, chances
from ingestion.demo.recording import Table, rows
from ingestion.demo.world.calls import ANSWERED, BLOCKED, SUPPORT
from ingestion.demo.world.history import History
from ingestion.demo.world.state import DAY

STATES_SINCE, RECORDED_SINCE = date(2026, 2, 15), date(2026, 3, 1)
"""Since when the exchange reports states of the support teams, and since when it records."""
IDLE, RING, HANDLING, BREAK, TRAINING, OTHER = range(6)
STATES = ("idle", "ring", "handling", "break", "training", "other")
SHIFT = 8 * 3_600
MENU_EVERY, SELF_SERVICE_EVERY = 9, 40
ENTERED, SUCCEEDED, QUEUED, HUNG_UP = range(4)
EVENTS = ("entered", "succeeded", "queued", "hung_up")
NODES = ("main", "order_status", "to_agent")
MENU_SECONDS = 8
KEPT_DAYS = 240
ORPHAN_EVERY = 401
CALL, ORPHAN = range(2)


def watch_floor(history: History) -> dict[str, Table]:
    """Stretches of agents' days, steps in the menu, recordings."""
    return {
        "agent_states": _states(history),
        "ivr_events": _menu(history),
        "recordings": _recordings(history),
    }


def _states(history: History) -> Table:
    """Five stretches of each support agent's day, from nine o'clock on the market's clock."""
    first = max(history.world.first_day, STATES_SINCE).toordinal()
    days = np.arange(first, history.world.until.toordinal() + 1)
    team = config.AGENTS_PER_QUEUE[SUPPORT]
    agents = np.arange(len(config.MARKETS) * team)
    day, who = np.repeat(days, len(agents)), np.tile(agents, len(days))
    market, agent = who // team, who % team
    struck = _understaffed(day) & (market == config.UNDERSTAFFED.market)
    chance = chances(history.world.seed, Topic.FLOOR, day * 100 + who, 6)
    here = (chance[0] < 0.86) & ~(struck & (agent >= team // 2))
    day, market, agent, struck = (part[here] for part in (day, market, agent, struck))
    chance = chance[:, here]
    pause = (1_800 + chance[1] * 1_800).astype(np.int64)
    other = (300 + chance[2] * 1_500).astype(np.int64)
    work = SHIFT - pause - other
    ring = (work * (0.02 + 0.02 * chance[3])).astype(np.int64)
    busy = np.where(struck, 0.93, 0.76) + 0.05 * (chance[4] - 0.5) * 2
    handling = ((work - ring) * busy).astype(np.int64)
    seconds = (work - ring - handling, ring, handling, pause, other)
    shift = np.asarray(config.MARKET_SHIFT)[market]
    start = (day - config.EPOCH_ORDINAL) * DAY - config.UTC_OFFSET + 9 * 3_600 - shift
    last = np.where(chance[5] < 0.4, TRAINING, OTHER)
    blocks = []
    for step, (state, spent) in enumerate(zip((*range(4), last), seconds, strict=True)):
        stretch = {"day": day, "market": market, "agent": agent, "at": start}
        named = {
            "ends_at": start + spent,
            "step": np.full(len(day), step),
            "state": np.broadcast_to(state, len(day)),
        }
        blocks.append(stretch | named)
        start = start + spent
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return rows(table, np.lexsort((table["agent"], table["market"], table["ends_at"])))


def _understaffed(day: Integers) -> Flags:
    incident = config.UNDERSTAFFED
    return np.asarray(
        (day >= incident.first_day.toordinal()) & (day <= incident.last_day.toordinal())
    )


def _menu(history: History) -> Table:
    """Steps of a sample of calls, and calls that never left the menu (``contained``)."""
    calls = history.tables["calls"]
    row = np.arange(len(calls["at"]))
    sample, served = row[row % MENU_EVERY == 0], row[row % SELF_SERVICE_EVERY == 13]
    chance = chances(history.world.seed, Topic.FLOOR, served + (1 << 40), 2)
    end = np.where(calls["outcome"][sample] == BLOCKED, HUNG_UP, QUEUED)
    came, asked = calls["at"][sample] - MENU_SECONDS, calls["at"][served] - 7_200
    happy = np.where(chance[0] < 0.78, SUCCEEDED, HUNG_UP)
    stays = 15 + (chance[1] * 60).astype(np.int64)
    blocks = [
        _step(sample, 1, 0, ENTERED, came, contained=False),
        _step(sample, 2, 2, end, came + MENU_SECONDS, contained=False),
        _step(served, 1, 0, ENTERED, asked, contained=True),
        _step(served, 2, 1, happy, asked + stays, contained=True),
    ]
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return rows(table, np.lexsort((table["step"], table["call"], table["at"])))


def _step(
    call: Integers, step: int, node: int, event: Integers | int, at: Integers, *, contained: bool
) -> Table:
    size = len(call)
    return {
        "call": call,
        "contained": np.full(size, contained),
        "step": np.full(size, step),
        "node": np.full(size, node),
        "event": np.broadcast_to(np.asarray(event), size),
        "at": at,
    }


def _recordings(history: History) -> Table:
    """Recordings of answered calls, and a few that belong to no call at all."""
    calls = history.tables["calls"]
    since = (RECORDED_SINCE.toordinal() - config.EPOCH_ORDINAL) * DAY - config.UTC_OFFSET
    row = np.arange(len(calls["at"]))
    chance = chances(history.world.seed, Topic.FLOOR, row + (1 << 41), 2)
    mine = (calls["outcome"] == ANSWERED) & (calls["at"] >= since) & (chance[0] >= 0.03)
    call = np.flatnonzero(mine)
    lost = row[(row % ORPHAN_EVERY == 17) & (calls["at"] >= since)]
    both = np.concatenate([call, lost])
    kind = np.repeat([CALL, ORPHAN], [len(call), len(lost)])
    refused = (chance[1][both] < 0.015) & (kind == CALL)
    begun = calls["at"][both] + calls["wait"][both] + np.where(kind == ORPHAN, 4_000, 0)
    spoken = np.where(kind == CALL, calls["talk"][both] + calls["hold"][both], 61)
    table = {
        "call": both,
        "kind": kind,
        "refused": refused,
        "seconds": np.where(refused, 0, spoken),
        "at": begun,
        "ends_at": begun + spoken,
        "deleted_at": begun + KEPT_DAYS * DAY,
    }
    return rows(table, np.lexsort((table["kind"], table["call"], table["ends_at"])))
