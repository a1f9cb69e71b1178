"""The desk's view of tickets: duplicates and spam beside them, messages, and statuses."""

import numpy as np

from ingestion.demo.randomness import Flags, Integers, Topic, chances
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.world.history import History
from ingestion.demo.world.state import DAY
from ingestion.demo.world.tickets import CHAT, E_MAIL

TICKET, DUPLICATE, SPAM = range(3)
"""Kinds of rows: a duplicate is merged into its ticket, spam has no sender that we know."""
DUPLICATE_EVERY, SPAM_EVERY = 29, 37
DUPLICATE_AFTER, SPAM_AFTER = 600, 1_000
NEW, OPEN, PENDING, SOLVED, CLOSED = range(5)
STATUSES = ("new", "open", "pending", "solved", "closed")
CUSTOMER, AGENT, BOT, AUTO_REPLY = range(4)
AUTHORS = ("customer", "agent", "bot", "auto_reply")
QUESTION, BOT_ANSWER, RECEIPT, NOTE, ANSWER, FOLLOW_UP, SOLUTION, COMPLAINT, LAST_WORD = range(
    1, 10
)
"""Messages of a ticket, by number."""
CLOSED_AFTER, GIVEN_UP_AFTER = 4 * DAY, 45 * DAY
"""When the system closes a solved ticket, and one that nobody has solved."""


def work_at_desk(history: History) -> dict[str, Table]:
    """Tickets as the desk knows them, their messages and their changes of status."""
    desk = _desk(history)
    return {
        "desk_tickets": desk,
        "ticket_messages": _messages(desk),
        "ticket_changes": _changes(desk),
    }


def _desk(history: History) -> Table:
    tickets = history.tables["tickets"]
    row = np.arange(length(tickets))
    blocks = []
    for kind, chosen, after in (
        (TICKET, row, 0),
        (DUPLICATE, row[row % DUPLICATE_EVERY == 9], DUPLICATE_AFTER),
        (SPAM, row[row % SPAM_EVERY == 6], SPAM_AFTER),
    ):
        block = rows(tickets, chosen)
        if kind != TICKET:
            never = dict.fromkeys(("replied_at", "solved_at", "reopened_at", "resolved_at"))
            block |= {name: np.zeros(len(chosen), dtype=np.int64) for name in never}
        block["at"] = block["at"] + after
        blocks.append(block | {"row": chosen, "kind": np.full(len(chosen), kind)})
    desk = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return desk | _habits(history, desk)


def _habits(history: History, desk: Table) -> Table:
    """When the desk's other messages were written; 0 where there is none."""
    chance = chances(history.world.seed, Topic.DESK, desk["row"] * 4 + desk["kind"], 4)
    plain, replied = desk["kind"] == TICKET, desk["replied_at"] > 0
    bot = plain & (desk["channel"] == CHAT) & (chance[0] < 0.6)
    receipt = plain & (desk["channel"] == E_MAIL) & (chance[0] < 0.6)
    note = plain & replied & (chance[1] < 0.2)
    asks = plain & (desk["solved_at"] > 0) & (chance[2] < 0.22)
    noted_at = desk["at"] + ((desk["replied_at"] - desk["at"]) * 0.4).astype(np.int64)
    between = desk["replied_at"] + ((desk["solved_at"] - desk["replied_at"]) * 0.5).astype(np.int64)
    return {
        "bot_at": np.where(bot, desk["at"] + 8, 0),
        "receipt_at": np.where(receipt, desk["at"] + 40, 0),
        "note_at": np.where(note, noted_at, 0),
        "follow_up_at": np.where(asks, between, 0),
    }


def _messages(desk: Table) -> Table:
    blocks = [
        _message(desk, number, author, at, public=number != NOTE)
        for number, author, at in (
            (QUESTION, CUSTOMER, desk["at"]),
            (BOT_ANSWER, BOT, desk["bot_at"]),
            (RECEIPT, AUTO_REPLY, desk["receipt_at"]),
            (NOTE, AGENT, desk["note_at"]),
            (ANSWER, AGENT, desk["replied_at"]),
            (FOLLOW_UP, CUSTOMER, desk["follow_up_at"]),
            (SOLUTION, AGENT, np.where(desk["follow_up_at"] > 0, desk["solved_at"], 0)),
            (COMPLAINT, CUSTOMER, desk["reopened_at"]),
            (LAST_WORD, AGENT, desk["resolved_at"]),
        )
    ]
    return _joined(blocks)


def _message(desk: Table, number: int, author: int, at: Integers, *, public: bool) -> Table:
    chosen = np.flatnonzero(at > 0)
    return {
        "ticket": chosen,
        "number": np.full(len(chosen), number),
        "author": np.full(len(chosen), author),
        "public": np.full(len(chosen), public),
        "at": at[chosen],
    }


def _changes(desk: Table) -> Table:
    """Every change of status, numbered in the order in which they can come."""
    plain = desk["kind"] == TICKET
    taken = np.where(desk["note_at"] > 0, desk["note_at"], desk["replied_at"])
    last = np.where(desk["reopened_at"] > 0, desk["resolved_at"], desk["solved_at"])
    given_up = np.maximum(desk["at"], desk["reopened_at"]) + GIVEN_UP_AFTER
    closed = np.where(last > 0, last + CLOSED_AFTER, given_up)
    blocks = [
        _change(number, status, at)
        for number, (status, at) in enumerate(
            (
                (NEW, desk["at"]),
                (OPEN, taken),
                (PENDING, np.where(desk["follow_up_at"] > 0, desk["replied_at"] + 30, 0)),
                (OPEN, desk["follow_up_at"]),
                (SOLVED, desk["solved_at"]),
                (OPEN, desk["reopened_at"]),
                (SOLVED, desk["resolved_at"]),
                (CLOSED, np.where(plain, closed, desk["at"] + 1_200)),
            ),
            start=1,
        )
    ]
    return _joined(blocks)


def _change(number: int, status: int, at: Integers) -> Table:
    chosen = np.flatnonzero(at > 0)
    return {
        "ticket": chosen,
        "number": np.full(len(chosen), number),
        "status": np.full(len(chosen), status),
        "at": at[chosen],
    }


def _joined(blocks: list[Table]) -> Table:
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return rows(table, np.lexsort((table["number"], table["ticket"], table["at"])))


def shown(desk: Table, cutoff: int) -> Flags:
    """The tickets that exist by then."""
    return np.asarray(desk["at"] < cutoff)


def current(history: History) -> Table:
    """Status, last change and last solution of every ticket at the end of the last day."""
    desk, changes = history.tables["desk_tickets"], history.tables["ticket_changes"]
    size, known = length(desk), rows(changes, changes["at"] < history.cutoff)
    status, changed = np.full(size, NEW), desk["at"].copy()
    status[known["ticket"]] = known["status"]
    changed[known["ticket"]] = known["at"]
    solved = np.zeros(size, dtype=np.int64)
    found = known["status"] == SOLVED
    solved[known["ticket"][found]] = known["at"][found]
    is_solved = np.isin(status, (SOLVED, CLOSED))
    return {"status": status, "changed_at": changed, "solved_at": np.where(is_solved, solved, 0)}
