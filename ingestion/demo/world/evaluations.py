"""Evaluations: calls that a listener scored, item by item, and the talk with the agent after."""

import numpy as np

from ingestion.demo.randomness import Integers, Topic, chances
from ingestion.demo.recording import Table
from ingestion.demo.world.calls import ANSWERED, empathy
from ingestion.demo.world.history import History
from ingestion.demo.world.state import DAY

ITEMS = ("greeting", "empathy", "solution", "compliance", "closing")
GREETING, EMPATHY, SOLUTION, COMPLIANCE, CLOSING = range(5)
POINTS = (10, 20, 40, 20, 10)
EVALUATED_EVERY, CALIBRATED_EVERY, EVALUATORS = 71, 10, 4
LIVE, RECORDED, CALIBRATION = range(3)
MODES = ("live", "recorded", "calibration")
COACHED_BELOW = 75


def evaluate(history: History) -> dict[str, Table]:
    """One row per item of an evaluation; −1 points where the item does not apply."""
    calls = history.tables["calls"]
    row = np.arange(len(calls["at"]))
    scored = row[(row % EVALUATED_EVERY == 3) & (calls["outcome"] == ANSWERED)]
    again = scored[scored // EVALUATED_EVERY % CALIBRATED_EVERY == 0]
    call = np.concatenate([scored, again])
    second = np.repeat([0, 1], [len(scored), len(again)])
    chance = chances(history.world.seed, Topic.EVALUATIONS, call * 2 + second, 10)
    points = _points(calls, call, chance)
    fails = (points[COMPLIANCE] >= 0) & (chance[9] < 0.03)
    earned = np.where(points >= 0, points, 0).sum(axis=0) * ~fails
    possible = (np.asarray(POINTS)[:, None] * (points >= 0)).sum(axis=0)
    evaluated_at = calls["at"][call] + DAY + (chance[5] * 2 * DAY).astype(np.int64)
    coached = earned * 100 < COACHED_BELOW * possible
    delay = (DAY + chance[6] * 6 * DAY).astype(np.int64)
    mode = np.where(chance[7] < 0.15, LIVE, RECORDED)
    head = {
        "call": call,
        "second": second,
        "evaluator": (chance[8] * (EVALUATORS - 1)).astype(np.int64) + second,
        "mode": np.where(second == 1, CALIBRATION, mode),
        "at": np.where(mode == LIVE, calls["at"][call] + 1_200, evaluated_at),
        "coached_at": np.where(coached & (second == 0), evaluated_at + delay, 0),
    }
    blocks = [
        head
        | {
            "item": np.full(len(call), item),
            "points": points[item],
            "fails": fails & (item == COMPLIANCE),
        }
        for item in range(len(ITEMS))
    ]
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return {"evaluations": table}


def _points(calls: Table, call: Integers, chance: np.ndarray) -> Integers:
    """Points per item: warm agents show empathy, and a solved call has its solution."""
    warm = empathy(calls["agent"][call])
    solved = calls["resolved"][call].astype(bool)
    full = (
        chance[0] < 0.85,
        chance[1] < 0.6 + 0.3 * warm,
        chance[2] < np.where(solved, 0.92, 0.3),
        chance[3] < 0.9,
        chance[4] < 0.8,
    )
    most = np.asarray(POINTS)[:, None]
    points = np.where(np.stack(full), most, most // 2)
    points[COMPLIANCE][chance[8] > 0.85] = -1
    return points.astype(np.int64)
