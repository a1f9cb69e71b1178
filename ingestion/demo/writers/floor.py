"""Reports of the exchange: agents' states, steps in the voice menu, recordings, as CSV."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo import text
from ingestion.demo.names import Directory, agent_numbers, queue_index
from ingestion.demo.output import Output
from ingestion.demo.randomness import Integers
from ingestion.demo.recording import Table
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.calls import SUPPORT
from ingestion.demo.world.floor import EVENTS, MENU_SECONDS, NODES, ORPHAN, STATES
from ingestion.demo.writers.drops import drop_csv, moments, optional, told_twice, yes_no
from ingestion.demo.writers.pbx import call_ids, caller_ids

SOURCE = "pbx_reports"


def write_floor(history: History, directory: Directory, output: Output) -> None:
    """Write the three reports, by quarter."""
    _states(history, output)
    _menu(history, directory, output)
    _recordings(history, output)


def state_numbers(table: Table) -> Strings:
    """Numbers of stretches: the day, the agent, and the stretch's place in the day."""
    return text.joined(
        *("S-", text.number(table["day"]), "-", state_agents(table), "-"),
        text.number(table["step"]),
    )


def state_agents(table: Table) -> Strings:
    """Numbers of the agents whose day it is."""
    queue = queue_index(table["market"], np.full(len(table["market"]), SUPPORT))
    return text.number(agent_numbers(queue, table["agent"]))


def _states(history: History, output: Output) -> None:
    table = history.tables["agent_states"]
    cells = {
        "no": state_numbers(table),
        "agent": state_agents(table),
        "state": text.chosen(STATES, table["state"]),
        "from": moments(table["at"]),
        "until": moments(table["ends_at"]),
    }
    drop_csv(history, output, (SOURCE, "agent_states"), cells, table["ends_at"])


def menu_calls(history: History, table: Table) -> Strings:
    """Ids of the calls in the menu; those that never left it have ids of their own."""
    calls = history.tables["calls"]
    ids = call_ids(calls).take(pa.array(table["call"]))
    began = text.number(calls["at"][table["call"]] - 7_200)
    served = text.joined("demo-", began, ".m", text.number(table["call"]))
    return text.where(table["contained"], served, ids)


def _menu(history: History, directory: Directory, output: Output) -> None:
    table, calls = history.tables["ivr_events"], history.tables["calls"]
    callers = caller_ids(calls, directory).take(pa.array(table["call"]))
    cells = {
        "call": menu_calls(history, table),
        "step": text.number(table["step"]),
        "caller": optional(callers, pc.not_equal(callers, "anonymous")),
        "menu": pa.array(np.full(len(table["call"]), "main")),
        "node": text.chosen(NODES, table["node"]),
        "event": text.chosen(EVENTS, table["event"]),
        "at": moments(table["at"]),
    }
    drop_csv(history, output, (SOURCE, "menu"), cells, table["at"])


def recording_numbers(table: Table) -> Strings:
    """Numbers of recordings."""
    return text.joined(text.chosen(("R-", "RX-"), table["kind"]), text.number(table["call"], 8))


def recorded_at(table: Table) -> Integers:
    """When each recording is told of."""
    told: Integers = table["ends_at"] + MENU_SECONDS
    return told


def recorded_calls(history: History, table: Table) -> Strings:
    """Ids of the recorded calls; an orphan names one that never was."""
    ids = call_ids(history.tables["calls"]).take(pa.array(table["call"]))
    return text.where(table["kind"] == ORPHAN, text.joined(ids, "-x"), ids)


def deletions(history: History, table: Table) -> Integers:
    """When each recording was deleted, 0 for those that are still kept."""
    deleted = table["deleted_at"]
    return np.where(deleted < history.cutoff, deleted, 0)


def _recordings(history: History, output: Output) -> None:
    table = history.tables["recordings"]
    table = told_twice(table, recorded_at(table), deletions(history, table))
    cells = {
        "no": recording_numbers(table),
        "call": recorded_calls(history, table),
        "refused": yes_no(table["refused"]),
        "length_ms": text.number(table["seconds"] * 1_000),
        "begun": moments(table["at"]),
        "deleted": moments(table["deleted_at"], table["later"]),
        "said": moments(table["said"]),
    }
    drop_csv(history, output, (SOURCE, "recordings"), cells, table["said"])
