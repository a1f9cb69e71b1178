"""Messages: what the company writes to its customers, and what becomes of it.

Bills and renewals are announced, deliveries explained and excused, campaigns sent. Whom a
campaign reaches is decided in ``campaigns``.
"""

import numpy as np

from ingestion.demo.randomness import Integers, Topic, chances, lognormal
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.world.campaigns import (
    CHANNEL_OF_PREFERENCE,
    CHAT,
    E_MAIL,
    PREFERRED_SHARE,
    SMS,
)
from ingestion.demo.world.history import History
from ingestion.demo.world.state import DAY

BILL, RENEWAL, GUIDE, EXCUSE, CAMPAIGN = range(5)
"""Kinds of messages."""
DELIVERED, BOUNCED_HARD, BOUNCED_SOFT, BLOCKED, OPENED, CLICKED, REPLIED = range(7)
UNSUBSCRIBED, COMPLAINED = 7, 8
EVENTS = (
    *("delivered", "bounced_hard", "bounced_soft", "blocked"),
    *("opened", "clicked", "replied", "unsubscribed", "complained"),
)
HOUR = 3_600
EMPTY_FIELD, LOST_BODY, CHANGED_BODY = 0.006, 0.003, 0.002
_KINDS = 8


def send(history: History) -> dict[str, Table]:
    """All messages in the order of their sending, and their events."""
    blocks = [
        _bills(history),
        _renewals(history),
        _guides(history),
        _excuses(history),
        _campaigns(history),
    ]
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    table = rows(table, (table["kind"] == CAMPAIGN) | (table["at"] < _refusals(history, table)))
    table = rows(table, np.lexsort((table["key"], table["kind"], table["at"])))
    chance = chances(history.world.seed, Topic.MESSAGES, message_keys(table), 3)
    table["empty_field"] = (chance[0] < EMPTY_FIELD) & (table["kind"] != EXCUSE)
    table["lost_body"] = chance[1] < LOST_BODY
    table["changed_body"] = (chance[1] >= LOST_BODY) & (chance[1] < LOST_BODY + CHANGED_BODY)
    table["test"] = history.people.internal[table["person"]]
    return {"messages": table, "message_events": _events(history, table)}


def refused_everything(history: History) -> tuple[Integers, Integers]:
    """Persons who refused to be contacted at all, and when."""
    versions = history.tables["versions"]
    refused = versions["opted_out"].astype(bool)
    person, first = np.unique(versions["person"][refused], return_index=True)
    return person, versions["at"][refused][first]


def _refusals(history: History, table: Table) -> Integers:
    """When the receiver of each message refused everything: far in the future for most."""
    at = np.full(history.people.size, np.iinfo(np.int64).max)
    person, since = refused_everything(history)
    at[person] = since
    return at[table["person"]]


def message_keys(table: Table) -> Integers:
    """A number that belongs to each message for ever."""
    return table["key"] * _KINDS + table["kind"]


def _message(
    history: History, kind: int, key: Integers, person: Integers, at: Integers, **given: Integers
) -> Table:
    """Messages of one kind; what is not ``given`` is drawn from their keys."""
    size = len(key)
    chance = chances(history.world.seed, Topic.MESSAGES, key * _KINDS + kind + (1 << 50), 2)
    preferred = CHANNEL_OF_PREFERENCE[history.people.channel[person]]
    table: Table = {
        "kind": np.full(size, kind),
        "key": key,
        "person": person,
        "at": at,
        "about": np.full(size, -1),
        "channel": np.where(chance[0] < PREFERRED_SHARE, preferred, E_MAIL),
        "personal": chance[1] < 0.35,
        "campaign": np.zeros(size, dtype=np.int64),
        "unsubscribes": np.zeros(size, dtype=bool),
    }
    return table | given


def _bills(history: History) -> Table:
    """An announcement of each invoice, a few of them so late that the day is near."""
    invoices = history.tables["invoices"]
    key = invoices["person"] * 100_000 + invoices["issued_day"] - 700_000
    key = key * 2 + invoices["kind"]
    delay = np.where(invoices["forgotten"], 22 * DAY, HOUR)
    about, channel = np.arange(length(invoices)), invoices["channel"]
    return _message(
        *(history, BILL, key, invoices["person"], invoices["issued_at"] + delay),
        about=about,
        channel=channel,
    )


def _renewals(history: History) -> Table:
    """A notice of each renewal that is not settled by then."""
    table = history.tables["renewals"]
    settled = np.maximum(table["renewed_at"], table["lost_at"])
    chosen = np.flatnonzero((settled == 0) | (settled > table["notice_at"]))
    person = table["person"][chosen]
    key = person * 100_000 + table["due_day"][chosen] - 700_000
    return _message(history, RENEWAL, key, person, table["notice_at"][chosen], about=chosen)


def _guides(history: History) -> Table:
    """How to use what came: mostly within a day of the delivery, sometimes before or late."""
    table = history.tables["shipments"]
    chance = chances(history.world.seed, Topic.MESSAGES, table["order"] + (1 << 51), 2)
    hours = np.select(
        [chance[0] < 0.84, chance[0] < 0.91, chance[0] < 0.94],
        [0.5 + 18 * chance[1], 26 + 40 * chance[1], -1 - 10 * chance[1]],
        0.0,
    )
    chosen = np.flatnonzero(hours != 0)
    at = table["delivered_at"][chosen] + (hours[chosen] * HOUR).astype(np.int64)
    return _message(
        history, GUIDE, table["order"][chosen], table["person"][chosen], at, about=chosen
    )


def _excuses(history: History) -> Table:
    """An excuse for each parcel that is not there at the promised time."""
    table = history.tables["shipments"]
    chosen = np.flatnonzero(table["late"])
    at = table["promised_at"][chosen] + HOUR
    return _message(
        history, EXCUSE, table["order"][chosen], table["person"][chosen], at, about=chosen
    )


def _campaigns(history: History) -> Table:
    table = history.tables["campaign_messages"]
    return _message(
        *(history, CAMPAIGN, np.arange(length(table)), table["person"], table["at"]),
        channel=table["channel"],
        personal=table["personal"].astype(bool),
        campaign=table["campaign"],
        unsubscribes=table["unsubscribes"].astype(bool),
    )


def _events(history: History, table: Table) -> Table:
    """What became of each message; the step is the event's number within the message."""
    chance = chances(history.world.seed, Topic.MESSAGE_EVENTS, message_keys(table), 8)
    fate = np.select(
        [chance[0] < 0.008, chance[0] < 0.02, chance[0] < 0.025],
        [BOUNCED_HARD, BOUNCED_SOFT, BLOCKED],
        DELIVERED,
    )
    arrived = fate == DELIVERED
    arrival = table["at"] + 5 + (chance[1] * 90).astype(np.int64)
    e_mail, written = table["channel"] == E_MAIL, table["channel"] != SMS
    machine = arrived & e_mail & (chance[2] < 0.12)
    warm = 0.30 + 0.12 * table["personal"] + 0.2 * (table["channel"] == CHAT)
    warm = warm + 0.12 * (table["kind"] != CAMPAIGN)
    opened = arrived & written & (chance[3] < warm)
    later = (60 + lognormal(chance[4], chance[5], 5_400.0, 1.1)).astype(np.int64)
    clicked = opened & (chance[6] < 0.22)
    replied = arrived & (chance[7] < 0.012)
    leaves = arrived & table["unsubscribes"].astype(bool)
    complained = arrived & (chance[7] > 0.9985) & (table["kind"] == CAMPAIGN)
    blocks = [
        _event(1, fate, np.full(len(fate), True), arrival),
        _event(2, OPENED, machine, arrival + 15),
        _event(3, OPENED, opened, arrival + later),
        _event(4, CLICKED, clicked, arrival + later + 40),
        _event(5, REPLIED, replied, arrival + later + 300),
        _event(6, UNSUBSCRIBED, leaves, arrival + 2 * HOUR),
        _event(7, COMPLAINED, complained, arrival + 3 * HOUR),
    ]
    events = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return rows(events, np.lexsort((events["step"], events["message"], events["at"])))


def _event(step: int, event: Integers | int, mask: Integers, at: Integers) -> Table:
    chosen = np.flatnonzero(mask)
    return {
        "message": chosen,
        "step": np.full(len(chosen), step),
        "event": np.broadcast_to(np.asarray(event), mask.shape)[chosen],
        "at": at[chosen],
    }


def unsubscribed_at(history: History) -> tuple[Integers, Integers]:
    """Persons who unsubscribed, and when."""
    events = history.tables["message_events"]
    mine = rows(events, events["event"] == UNSUBSCRIBED)
    return history.tables["messages"]["person"][mine["message"]], mine["at"]
