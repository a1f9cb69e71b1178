"""Facts: the events as a perfect warehouse would know them at the end of the last day."""

import numpy as np

from ingestion.demo import text
from ingestion.demo.names import agent_numbers, queue_index
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.world import History
from ingestion.demo.world.calls import ANSWERED, BILLING_DESK, BLOCKED, KNOWN, NOT
from ingestion.demo.world.state import DAY
from ingestion.demo.world.surveying import AFTER_CALL, AFTER_DELIVERY, NONE, RELATIONSHIP
from ingestion.demo.writers.market_research import previews
from ingestion.demo.writers.surveys import (
    effort_on_old_scale,
    out_of_scale,
    response_numbers,
    survey_index,
)

ANSWER_WINDOW = 30 * DAY
NPS, CSAT, CES, RESOLVED, REPURCHASE = range(5)
METRICS = ("nps", "csat", "ces", "resolved", "other")
COUNTED, LATE, INTERNAL, TEST, OUT_OF_SCALE = range(5)
EXCLUSIONS = (None, "late", "internal", "test", "out_of_scale")
_PERSON = 1 << 32


def segment_at(history: History, person: Integers, at: Integers) -> Integers:
    """Segment of each person at each instant."""
    people, versions = history.people, history.tables["versions"]
    keys = np.concatenate(
        [
            np.arange(people.size) * _PERSON + people.joined_at,
            versions["person"] * _PERSON + versions["at"],
        ]
    )
    segments = np.concatenate([people.segment, versions["segment"]])
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys[order], person * _PERSON + at, side="right") - 1
    found = np.clip(place, 0, len(keys) - 1)
    mine = (place >= 0) & (keys[order][found] // _PERSON == person)
    return np.where(mine, segments[order][found], people.segment[person])


def linkable(history: History, table: Table) -> Flags:
    """Whether the caller's number leads to one person: shown, a customer's, and not shared."""
    people, person = history.people, table["person"]
    shared = np.zeros(people.size, dtype=bool)
    shared[people.shares_phone_with >= 0] = True
    shared[people.shares_phone_with[people.shares_phone_with >= 0]] = True
    return np.asarray((table["caller"] == KNOWN) & (person >= 0) & ~shared[person])


def calls_as_happened(history: History) -> Table:
    """One row per call, with the times of its first stay in a queue."""
    calls = history.tables["calls"]
    queue = queue_index(calls["market"], calls["kind"])
    end = calls["at"] + calls["wait"] + calls["talk"] + calls["hold"]
    legs = history.tables["second_legs"]
    end[legs["call"]] = legs["at"] + legs["wait"] + legs["talk"]
    internal = history.people.internal[calls["person"]] & (calls["caller"] == KNOWN)
    return calls | {
        "row": np.arange(length(calls)),
        "queue": queue,
        "agent_number": agent_numbers(queue, calls["agent"]),
        "day": text.local_day(calls["at"]),
        "answer_day": text.local_day(calls["at"] + calls["wait"]),
        "ended_at": end,
        "transferred": calls["transfer"] != NOT,
        "internal": internal & (calls["person"] >= 0),
        "linkable": linkable(history, calls),
        "segment": segment_at(history, np.maximum(calls["person"], 0), calls["at"]),
        "open": end >= history.cutoff,
    }


def queue_entries(history: History, calls: Table) -> Table:
    """One row per call and queue that it entered: the first stays, then those in billing."""
    legs = history.tables["second_legs"]
    origin = legs["call"]
    first = rows(calls, calls["outcome"] != BLOCKED)
    queue = queue_index(calls["market"][origin], np.full(len(origin), BILLING_DESK))
    second = {
        "row": origin,
        "queue": queue,
        "agent_number": agent_numbers(queue, legs["agent"]),
        "at": legs["at"],
        "outcome": legs["outcome"],
        "wait": legs["wait"],
        "talk": legs["talk"],
        "hold": np.zeros(len(origin), dtype=np.int64),
        "wrap": legs["wrap"],
        "day": text.local_day(legs["at"]),
        "answer_day": text.local_day(legs["at"] + legs["wait"]),
        "internal": calls["internal"][origin],
        "is_first": np.zeros(len(origin), dtype=bool),
    }
    first["is_first"] = np.ones(length(first), dtype=bool)
    return {name: np.concatenate([first[name], column]) for name, column in second.items()}


def visits(history: History) -> Table:
    """One row per response that any survey tool holds."""
    table = history.tables["invitations"]
    table = table | {
        "row": np.arange(length(table)),
        "tool_survey": survey_index(table),
        "number": response_numbers(table, history.cutoff),
        "preview": previews(table),
        "flawed": out_of_scale(table),
        "internal": history.people.internal[table["person"]],
    }
    table = rows(table, (table["ended_at"] > 0) & (table["ended_at"] < history.cutoff))
    call = np.maximum(table["subject"], 0) * (table["survey"] == AFTER_CALL)
    calls = history.tables["calls"]
    queue = np.full(length(table), NONE)
    if length(calls):
        asked = queue_index(calls["market"][call], calls["kind"][call])
        queue = np.where(table["survey"] == AFTER_CALL, asked, NONE)
    return table | {
        "queue": queue,
        "day": text.local_day(table["ended_at"]),
        "segment": segment_at(history, table["person"], table["ended_at"]),
        "market": history.people.market[table["person"]],
    }


def answers_as_given(history: History) -> Table:
    """One row per answered question with a score, and why it does not count if it does not."""
    table = visits(history)
    old_scale = (table["survey"] == AFTER_CALL) & (table["tool_survey"] == 1)
    values = {
        NPS: np.where(table["flawed"], 11, table["nps"]),
        CSAT: table["csat"],
        CES: np.where(old_scale, effort_on_old_scale(table["ces"]), table["ces"]),
        RESOLVED: table["resolved"],
        REPURCHASE: table["repurchase"],
    }
    parts = []
    for metric, value in values.items():
        given = np.flatnonzero(_asked(table["survey"], metric) & (value != NONE))
        part = rows(table, given)
        part["metric"], part["value"] = np.full(len(given), metric), value[given]
        part["scale_maximum"] = np.full(len(given), (10, 5, 7, 1, 5)[metric])
        if metric == CES:
            part["scale_maximum"] = np.where(old_scale[given], 5, 7)
        parts.append(part)
    both = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return both | {"exclusion": _exclusions(both)}


def _asked(survey: Integers, metric: int) -> Flags:
    asked = {
        NPS: (RELATIONSHIP, AFTER_DELIVERY),
        CSAT: (RELATIONSHIP, AFTER_CALL, AFTER_DELIVERY),
        CES: (AFTER_CALL,),
        RESOLVED: (AFTER_CALL,),
        REPURCHASE: (RELATIONSHIP,),
    }
    return np.isin(survey, asked[metric])


def _exclusions(table: Table) -> Integers:
    late = table["ended_at"] > table["at"] + ANSWER_WINDOW
    late &= table["survey"] != AFTER_DELIVERY
    flawed = table["flawed"] & (table["metric"] == NPS)
    conditions = [flawed, table["preview"] | table["robot"], table["internal"], late]
    return np.select(conditions, [OUT_OF_SCALE, TEST, INTERNAL, LATE], COUNTED)


def is_handled(entries: Table) -> Flags:
    """Stays that an agent answered."""
    return np.asarray(entries["outcome"] == ANSWERED)
