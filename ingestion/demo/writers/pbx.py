"""Asterisk ``queue_log``: every event of every call, rotated by month.

The last line of the last day is caught while it is being written. The call detail records of
the same calls belong in ``detail_records``.
"""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import (
    STRANGER_BLOCK,
    Directory,
    agent_numbers,
    caller_numbers,
    queue_index,
)
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, length
from ingestion.demo.text import Part, Strings
from ingestion.demo.world import History
from ingestion.demo.world.calls import (
    ABANDONED,
    ANONYMOUS,
    ANSWERED,
    ATTENDED,
    BILLING_DESK,
    BLIND,
    BLOCKED,
    KEY_EXIT,
    NOT,
    TIMED_OUT,
    TO_BILLING,
)
from ingestion.demo.world.state import midnight

SOURCE = "pbx"
CHANNELS_PER_CALL = 4
MENU_SECONDS = 8
RING_MILLISECONDS = 15_000
RELOAD = "NONE|NONE|NONE|CONFIGRELOAD|"
"""What the exchange logs in the last second of every day."""
MISSING_BYTES = 15
LAST_SERIAL = 1 << 40


class _Log:
    """Lines of the log with what orders them: second, call, and step within the call."""

    def __init__(self) -> None:
        self._lines: list[Strings] = []
        self._keys: list[tuple[Integers, Integers, Integers]] = []

    def add(self, keep: Flags, at: Integers, serial: Integers, step: int, *parts: Part) -> None:
        """Write one line for every row that ``keep`` names; the parts follow the second."""
        chosen = np.flatnonzero(keep)
        picked = [part if isinstance(part, str) else part.take(pa.array(chosen)) for part in parts]
        self._lines.append(text.joined(text.number(at[chosen]), "|", *picked, "\n"))
        self._keys.append((at[chosen], serial[chosen], np.full(len(chosen), step)))

    def ordered(self) -> tuple[Strings, Integers]:
        """All lines as the log holds them, with their seconds."""
        at, serial, step = (np.concatenate(key) for key in zip(*self._keys, strict=True))
        order = np.lexsort((step, serial, at))
        return pa.concat_arrays(self._lines).take(pa.array(order)), at[order]


def write_queue_log(history: History, directory: Directory, output: Output) -> None:
    """Write the log of the current month and the rotated ones of the months before."""
    log = _Log()
    calls = history.tables["calls"]
    _members(log, history)
    names = call_ids(calls)
    _first_legs(log, calls, names, caller_ids(calls, directory))
    _second_legs(log, history.tables["second_legs"], calls, names)
    lines, at = log.ordered()
    known = int(np.searchsorted(at, history.cutoff))
    lines, months = lines.slice(0, known), text.month_key(text.local_day(at[:known]))
    current = int(text.month_key(np.asarray([history.world.until.toordinal()]))[0])
    edges = np.flatnonzero(np.diff(months)) + 1
    for part in np.split(np.arange(known), edges):
        month = int(months[part[0]])
        content = text.content(lines.slice(int(part[0]), len(part)))
        if month == current:
            output.drop(SOURCE, "queue_log", content[:-MISSING_BYTES])
        else:
            output.drop(SOURCE, f"queue_log-{_next(month)}01", content)


def reloads(history: History) -> Integers:
    """Seconds of the reloads of all days; the last is half-written until another day follows."""
    first, last = history.world.first_day.toordinal(), history.world.until.toordinal()
    return np.asarray([midnight(day + 1) - 1 for day in range(first, last + 1)])


def call_ids(calls: Table) -> Strings:
    """Unique ids of the calls: the second they reached the exchange, and a counter."""
    serial = np.arange(length(calls)) * CHANNELS_PER_CALL
    return text.joined("demo-", text.number(calls["at"] - MENU_SECONDS), ".", text.number(serial))


def caller_ids(calls: Table, directory: Directory) -> Strings:
    """What the trunk told about each caller."""
    size = length(calls)
    person = calls["person"]
    strangers = STRANGER_BLOCK + np.arange(size) % 4_000_000
    number = np.where(person >= 0, directory.phone_number[person], strangers)
    market = np.where(person >= 0, directory.phone_market[person], calls["market"])
    written = caller_numbers(market, number, np.arange(size) % 2 == 0)
    return text.where(calls["caller"] == ANONYMOUS, "anonymous", written)


def queue_names(calls: Table) -> Strings:
    """Name of the queue that each call came to."""
    return text.chosen(config.QUEUES, queue_index(calls["market"], calls["kind"]))


def _next(month: int) -> int:
    return month + 1 if month % 100 < 12 else month + 89


def _first_legs(log: _Log, calls: Table, names: Strings, callers: Strings) -> None:
    serial, at, outcome = np.arange(length(calls)), calls["at"], calls["outcome"]
    queue = queue_index(calls["market"], calls["kind"])
    head = text.joined(names, "|", queue_names(calls), "|")
    member = text.number(agent_numbers(queue, calls["agent"]))
    agent = text.joined(head, "Agent/", member)
    position = text.number(calls["position"])
    wait, left = text.number(calls["wait"]), at + calls["wait"]
    queued = outcome != BLOCKED
    menu = text.joined(head, "NONE|INFO|ivr_choice|", text.number(calls["kind"] + 1))
    log.add(queued | ~queued, at, serial, 0, menu)
    log.add(queued, at, serial, 1, head, "NONE|ENTERQUEUE||", callers, "|", position)
    missed = text.number(agent_numbers(queue, np.where(calls["agent"] == 0, 1, 0)))
    rung = at + np.maximum(calls["wait"] - calls["ring"] - 1, 0)
    silent = text.joined(head, "Agent/", missed, "|RINGNOANSWER|", str(RING_MILLISECONDS))
    log.add(calls["misses"] > 0, rung, serial, 2, silent)
    bridge = text.joined(
        "demo-", text.number(left - calls["ring"]), ".", text.number(serial * CHANNELS_PER_CALL + 1)
    )
    ring = text.number(calls["ring"])
    log.add(outcome == ANSWERED, left, serial, 3, agent, "|CONNECT|", wait, "|", bridge, "|", ring)
    for code, event in (
        (ABANDONED, "NONE|ABANDON|1|"),
        (TIMED_OUT, "NONE|EXITWITHTIMEOUT|1|"),
        (KEY_EXIT, "NONE|EXITWITHKEY|9|1|"),
    ):
        log.add(outcome == code, left, serial, 4, head, event, position, "|", wait)
    _endings(log, calls, agent, position)


def _endings(log: _Log, calls: Table, agent: Strings, position: Strings) -> None:
    """How answered calls end: by one side, or passed on; then the agent's work after them."""
    serial, answered = np.arange(length(calls)), calls["outcome"] == ANSWERED
    spoken = calls["talk"] + calls["hold"]
    end = calls["at"] + calls["wait"] + spoken
    times = text.joined(text.number(calls["wait"]), "|", text.number(spoken), "|", position)
    transfer, by_caller = calls["transfer"], calls["caller_ends"].astype(bool)
    held = text.joined("|INFO|hold|", text.number(calls["hold"]))
    log.add(answered & (calls["hold"] > 0), end, serial, 5, agent, held)
    plain = answered & (transfer == NOT)
    log.add(plain & by_caller, end, serial, 6, agent, "|COMPLETECALLER|", times)
    log.add(plain & ~by_caller, end, serial, 6, agent, "|COMPLETEAGENT|", times)
    desk = np.isin(transfer, (BLIND, TO_BILLING))
    extension = text.number(np.where(transfer == TO_BILLING, 2_300, 2_900) + calls["market"])
    log.add(desk, end, serial, 6, agent, "|BLINDTRANSFER|", extension, "|internal|", times)
    attended = text.joined("|ATTENDEDTRANSFER|BRIDGE|", text.number(serial), "|", times)
    log.add(transfer == ATTENDED, end, serial, 6, agent, attended)
    after = text.joined("|INFO|acw|", text.number(calls["wrap"]))
    log.add(answered, end + calls["wrap"], serial, 7, agent, after)


def _second_legs(log: _Log, legs: Table, calls: Table, names: Strings) -> None:
    serial, at = legs["call"], legs["at"]
    queue = queue_index(calls["market"][serial], np.full(len(serial), BILLING_DESK))
    head = text.joined(names.take(pa.array(serial)), "|", text.chosen(config.QUEUES, queue), "|")
    agent = text.joined(head, "Agent/", text.number(agent_numbers(queue, legs["agent"])))
    wait, answered = text.number(legs["wait"]), legs["outcome"] == ANSWERED
    left, end = at + legs["wait"], at + legs["wait"] + legs["talk"]
    log.add(at > 0, at, serial, 8, head, "NONE|ENTERQUEUE|||1")
    bridge = text.joined(
        "demo-", text.number(left - legs["ring"]), ".", text.number(serial * CHANNELS_PER_CALL + 3)
    )
    connect = text.joined("|CONNECT|", wait, "|", bridge, "|", text.number(legs["ring"]))
    log.add(answered, left, serial, 9, agent, connect)
    log.add(~answered, left, serial, 9, head, "NONE|ABANDON|1|1|", wait)
    complete = text.joined("|COMPLETECALLER|", wait, "|", text.number(legs["talk"]), "|1")
    log.add(answered, end, serial, 10, agent, complete)
    after = text.joined("|INFO|acw|", text.number(legs["wrap"]))
    log.add(answered, end + legs["wrap"], serial, 11, agent, after)


def _members(log: _Log, history: History) -> None:
    """The start of the exchange, its members, and their daily breaks."""
    sizes = np.tile(config.AGENTS_PER_QUEUE, len(config.MARKETS))
    queue = np.repeat(np.arange(len(config.QUEUES)), sizes)
    agent = text.number(agent_numbers(queue, np.concatenate([np.arange(size) for size in sizes])))
    first = history.world.first_day.toordinal()
    everyone = np.full(len(queue), True)
    none = np.full(len(queue), -1)
    start = np.full(len(queue), midnight(first))
    log.add(everyone[:1], start[:1], none[:1], -2, "NONE|NONE|NONE|QUEUESTART|")
    name = text.chosen(config.QUEUES, queue)
    log.add(everyone, start + 1, none, -1, "CLI|", name, "|Agent/", agent, "|ADDMEMBER|")
    days = np.arange(first, history.world.until.toordinal() + 1)
    who, when = np.tile(np.arange(len(queue)), len(days)), np.repeat(days, len(queue))
    noon = (when - config.EPOCH_ORDINAL) * 86_400 - config.UTC_OFFSET + 12 * 3_600
    noon = noon + who * 97 % 5_400
    all_breaks, nobody = np.full(len(who), True), np.full(len(who), -1)
    head = text.joined("NONE|NONE|Agent/", agent.take(pa.array(who)))
    log.add(all_breaks, noon, nobody, 0, head, "|PAUSE|break")
    log.add(all_breaks, noon + 1_800, nobody, 1, head, "|UNPAUSE|break")
    seconds = reloads(history)
    log.add(seconds > 0, seconds, np.full(len(seconds), LAST_SERIAL), 0, RELOAD)
