"""Asterisk call detail records: ``Master.csv``, one line per leg, written when the leg ends."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import Directory, agent_numbers, queue_index
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, length
from ingestion.demo.text import Part, Strings
from ingestion.demo.world import History
from ingestion.demo.world.calls import BLOCKED
from ingestion.demo.writers.pbx import (
    CHANNELS_PER_CALL,
    MENU_SECONDS,
    SOURCE,
    call_ids,
    caller_ids,
    queue_names,
)

RING_SECONDS = 15


def write_detail_records(history: History, directory: Directory, output: Output) -> None:
    """Write the legs that ended: the caller's, and those of agents who let it ring."""
    calls = history.tables["calls"]
    end = calls["at"] + calls["wait"] + calls["talk"] + calls["hold"]
    legs = history.tables["second_legs"]
    end[legs["call"]] = legs["at"] + legs["wait"] + legs["talk"]
    callers = caller_ids(calls, directory)
    rung = calls["at"] + np.maximum(calls["wait"] - calls["ring"] - 1, 0)
    missed = np.flatnonzero(calls["misses"] > 0)
    silent = _silent_legs(calls, callers, rung).lines().take(pa.array(missed))
    lines = pa.concat_arrays([_caller_legs(calls, callers, end).lines(), silent])
    ended = np.concatenate([end, rung[missed]])
    order = np.lexsort((np.arange(len(ended)), ended))
    order = order[ended[order] < history.cutoff]
    output.drop(SOURCE, "Master.csv", text.content(lines.take(pa.array(order))))


def _serial(calls: Table) -> Integers:
    return np.arange(length(calls)) * CHANNELS_PER_CALL


def _caller_legs(calls: Table, callers: Strings, end: Integers) -> "_Leg":
    """The leg from the trunk to the queue, one of every call."""
    market, serial, names = calls["market"], _serial(calls), call_ids(calls)
    busy = calls["outcome"] == BLOCKED
    start = calls["at"] - MENU_SECONDS
    application = text.where(busy, '"Congestion","', '"Queue","')
    return _Leg(
        source=callers,
        target=text.number(2_000 + queue_index(market, calls["kind"])),
        context="from-trunk",
        channel=text.joined(
            *("PJSIP/trunk-", text.chosen(config.MARKETS, market), "-", text.number(serial, 8))
        ),
        application=text.joined(application, queue_names(calls), ',cn,,,300"'),
        start=start,
        answer=start,
        end=end,
        disposition=text.where(busy, "BUSY", "ANSWERED"),
        unique=names,
        user_field=text.chosen(config.REASONS, calls["reason"]),
        linked=names,
        sequence=serial,
    )


def _silent_legs(calls: Table, callers: Strings, rung: Integers) -> "_Leg":
    """The leg to an agent who let it ring until ``rung``."""
    serial = _serial(calls) + 2
    queue = queue_index(calls["market"], calls["kind"])
    agent = text.number(agent_numbers(queue, np.where(calls["agent"] == 0, 1, 0)))
    start = rung - RING_SECONDS
    return _Leg(
        source=callers,
        target=agent,
        context="agents",
        channel=text.joined("Local/", agent, "@agents-", text.number(serial, 8), ";2"),
        application='"AppDial","(Outgoing Line)"',
        start=start,
        answer=np.zeros_like(rung),
        end=rung,
        disposition="NO ANSWER",
        unique=text.joined("demo-", text.number(start), ".", text.number(serial)),
        user_field="",
        linked=call_ids(calls),
        sequence=serial,
    )


@dataclass(frozen=True, kw_only=True)
class _Leg:
    """The columns of one kind of leg; ``answer`` is 0 where nobody answered."""

    source: Strings
    target: Strings
    context: str
    channel: Strings
    application: Part
    start: Integers
    answer: Integers
    end: Integers
    disposition: Part
    unique: Strings
    user_field: Part
    linked: Strings
    sequence: Integers

    def lines(self) -> Strings:
        """Lines of the classic columns, then ``linkedid`` and ``sequence``."""
        answered: Flags = self.answer > 0
        spoken = text.number(np.where(answered, self.end - self.answer, 0))
        parts: tuple[Part, ...] = (
            *('"","', self.source, '","', self.target, '","', self.context, '","'),
            *('"""" <', self.source, '>","', self.channel, '","",', self.application, ","),
            *('"', _local(self.start), '","', text.where(answered, _local(self.answer), "")),
            *('","', _local(self.end), '",', text.number(self.end - self.start), ",", spoken),
            *(',"', self.disposition, '","DOCUMENTATION","', self.unique, '","'),
            *(self.user_field, '","', self.linked, '",', text.number(self.sequence), "\n"),
        )
        return text.joined(*parts)


def _local(seconds: Integers) -> Strings:
    return text.clock(seconds, config.UTC_OFFSET)
