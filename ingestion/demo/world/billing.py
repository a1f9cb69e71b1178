"""Billing: invoices of contracts, how they are paid, and contracts that fall due for renewal.

Customers who feel well pay in time more often. A wrong bill is a second invoice; where the error
is corrected, it is void on that day, else it stays disputed.
"""

import numpy as np

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Floats, Integers, Topic, chances, exponential
from ingestion.demo.recording import Table, length
from ingestion.demo.world.campaigns import CHANNEL_OF_PREFERENCE, E_MAIL, SMS
from ingestion.demo.world.history import History
from ingestion.demo.world.life import MOVED_AWAY
from ingestion.demo.world.state import DAY

QUARTER, HALF_YEAR = 91, 182
TERM_DAYS = 30
YEAR = 365
ANNOUNCED_DAYS = 90
REGULAR, WRONG = range(2)
FAILED, FIRST, REST, DOUBLE = range(4)
"""Steps of paying: an attempt that failed, the payment, its second part, one made twice."""
PART_EVERY, DOUBLE_EVERY, VOID_EVERY, FAILED_EVERY = 23, 61, 83, 31
NEVER_PAID = 0.025


def contract_fee(history: History, person: Integers) -> Integers:
    """Monthly fee in hundredths, by market, line and first segment."""
    people = history.people
    level = np.asarray(config.PRICE_LEVEL)[people.market[person]] * 0.1
    level = level * np.asarray(config.LINE_PRICE_FACTOR)[people.line[person]]
    fee: Floats = np.round(level * (1 + 0.3 * people.segment[person])) * 100
    return fee.astype(np.int64)


def bill(history: History) -> dict[str, Table]:
    """Invoices, payments and renewals."""
    invoices = _invoices(history)
    payments = _payments(history, invoices)
    return {
        "invoices": invoices | {"paid_at": _paid_at(invoices, payments)},
        "payments": payments,
        "renewals": _renewals(history),
    }


def at_hour(day: Integers, hour: float | Floats) -> Integers:
    """The instant of an hour on the business clock of days given as ordinals."""
    seconds = (day - config.EPOCH_ORDINAL) * DAY - config.UTC_OFFSET
    return np.asarray(seconds + np.asarray(hour * 3_600).astype(np.int64))


def each(first: Integers, beyond: Integers) -> tuple[Integers, Integers]:
    """Every whole number from ``first`` to before ``beyond``, row by row: row and number."""
    count = np.maximum(beyond - first, 0)
    row = np.repeat(np.arange(len(first)), count)
    start = np.cumsum(count) - count
    return row, first[row] + np.arange(len(row)) - start[row]


def _beyond(history: History) -> Integers:
    """First day on which each contract no longer runs, or that has not been played."""
    ended = history.tables["contracts"]["ended_day"]
    return np.where(ended > 0, ended, history.world.until.toordinal() + 1)


def _invoices(history: History) -> Table:
    """Regular invoices, and those by mistake, in the order of their days."""
    people, contracts = history.people, history.tables["contracts"]
    person, started = contracts["person"], contracts["started_day"]
    period = np.where(people.segment[person] > 0, QUARTER, HALF_YEAR)
    opening = np.maximum(history.world.first_day.toordinal() - started, 0)
    row, term = each(-(-opening // period), -(-(_beyond(history) - started) // period))
    wrong = history.tables["billing_errors"]
    size, extra = len(row), length(wrong)
    who = np.concatenate([person[row], wrong["person"]])
    issued = np.concatenate([started[row] + term * period[row], wrong["day"]])
    months = np.where(people.segment[who] > 0, 3, 6)
    table = {
        "person": who,
        "started_day": np.concatenate([started[row], wrong["started_day"]]),
        "issued_day": issued,
        "due_day": issued + TERM_DAYS,
        "kind": np.repeat([REGULAR, WRONG], [size, extra]),
        "cents": contract_fee(history, who) * months,
        "corrected_day": np.concatenate([np.zeros(size, np.int64), wrong["corrected_day"]]),
    }
    order = np.lexsort((table["kind"], who, issued))
    table = {name: column[order] for name, column in table.items()}
    return table | _handled(history, table)


def _handled(history: History, table: Table) -> Table:
    """When each invoice was sent and voided, and by which channel it came."""
    chance = chances(history.world.seed, Topic.INVOICES, invoice_keys(table), 6)
    regular, row = table["kind"] == REGULAR, np.arange(length(table))
    mistaken = regular & (row % VOID_EVERY == 9)
    void_day = np.where(mistaken, table["issued_day"] + 3, table["corrected_day"])
    preferred = CHANNEL_OF_PREFERENCE[history.people.channel[table["person"]]]
    return {
        "issued_at": at_hour(table["issued_day"], 6 + chance[0]),
        "void_at": np.where(void_day > 0, at_hour(void_day, 15.0), 0),
        "channel": np.where(chance[1] < 0.8, preferred, E_MAIL),
        "forgotten": chance[2] < 0.06,
    }


def invoice_keys(table: Table) -> Integers:
    """A number that belongs to each invoice for ever."""
    return (table["person"] * 100_000 + table["issued_day"] - 700_000) * 2 + table["kind"]


def _payments(history: History, invoices: Table) -> Table:
    """Every payment of the invoices that are paid at all, in no order."""
    chance = chances(history.world.seed, Topic.INVOICES, invoice_keys(invoices) + (1 << 50), 6)
    row = np.arange(length(invoices))
    pays = (invoices["kind"] == REGULAR) & (invoices["void_at"] == 0) & (chance[0] >= NEVER_PAID)
    base = history.people.base[invoices["person"]]
    in_time = chance[1] < np.clip(0.86 + 0.08 * base, 0.5, 0.97)
    early = invoices["issued_day"] + 2 + (chance[2] * (TERM_DAYS - 2)).astype(np.int64)
    late = invoices["due_day"] + 1 + exponential(chance[2], 12.0).astype(np.int64)
    at = at_hour(np.where(in_time, early, late), 9 + 10 * chance[3])
    parts = pays & (row % PART_EVERY == 5)
    share = np.where(parts, invoices["cents"] * 6 // 10, invoices["cents"])
    channel = np.where(chance[4] < 0.72, invoices["channel"], SMS)
    blocks = []
    for step, mask, moment, cents in (
        (FAILED, pays & (row % FAILED_EVERY == 7), at - 2 * DAY, invoices["cents"]),
        (FIRST, pays, at, share),
        (REST, parts, at + 12 * DAY, invoices["cents"] - share),
        (DOUBLE, pays & (row % DOUBLE_EVERY == 3), at + 600, invoices["cents"]),
    ):
        blocks.append(_block(step, mask, {"at": moment, "cents": cents, "channel": channel}))
    table = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return table | {
        "person": invoices["person"][table["invoice"]],
        "refunded_at": np.where(table["step"] == DOUBLE, table["at"] + 9 * DAY, 0),
    }


def _block(step: int, mask: Flags, columns: Table) -> Table:
    chosen = np.flatnonzero(mask)
    held = {name: column[chosen] for name, column in columns.items()}
    return {"invoice": chosen, "step": np.full(len(chosen), step)} | held


def _paid_at(invoices: Table, payments: Table) -> Integers:
    """When the last cent of each invoice came; 0 for never."""
    paid = np.zeros(length(invoices), dtype=np.int64)
    counts = np.isin(payments["step"], (FIRST, REST))
    np.maximum.at(paid, payments["invoice"][counts], payments["at"][counts])
    return paid


def _renewals(history: History) -> Table:
    """One row per anniversary that a contract came near to; known 90 days before."""
    contracts = history.tables["contracts"]
    started, ended = contracts["started_day"], contracts["ended_day"]
    opening = np.maximum(history.world.first_day.toordinal() + ANNOUNCED_DAYS - started, 1)
    horizon = _beyond(history) + ANNOUNCED_DAYS - started
    row, year = each(-(-opening // YEAR), -(-horizon // YEAR))
    person, due = contracts["person"][row], started[row] + year * YEAR
    chance = chances(history.world.seed, Topic.RENEWALS, person * 100_000 + due - 700_000, 4)
    in_time = chance[0] < np.clip(0.86 + 0.07 * history.people.base[person], 0.5, 0.97)
    early, late = due - 2 - (chance[1] * 45).astype(np.int64), due + 1 + (chance[1] * 40) // 1
    renewed_day = np.where(in_time, early, late.astype(np.int64))
    lost = (ended[row] > 0) & (ended[row] <= renewed_day)
    return {
        "person": person,
        "started_day": started[row],
        "due_day": due,
        "known_at": at_hour(due - ANNOUNCED_DAYS, 5.0),
        "renewed_at": np.where(lost, 0, at_hour(renewed_day, 8 + 9 * chance[2])),
        "lost_at": np.where(lost, contracts["ended_at"][row], 0),
        "void": contracts["reason"][row] == MOVED_AWAY,
        "notice_at": at_hour(due - np.where(chance[3] < 0.12, 8, 45), 10.0),
        "cents": contract_fee(history, person) * 12,
    }
