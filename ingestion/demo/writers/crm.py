"""The CRM: a SQLite database with a company's own tables and words.

It shows the state at the end of the last day; of clients it keeps every saved version, see
``clients``.
"""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.billing import contract_fee
from ingestion.demo.world.purchases import COMPLETED, DELETED
from ingestion.demo.world.state import DAY
from ingestion.demo.writers.clients import (
    MERGED_AT,
    SECOND_RECORD_AFTER,
    client_versions,
    contract_numbers,
    firm_numbers,
    merged,
    to_be_merged,
)
from ingestion.demo.writers.databases import write_database
from ingestion.demo.writers.ledger import LEDGER, ledger

SOURCE = "crm"
FILE = "crm.sqlite"
STATES = ("DONE", "CANCELLED", "RETURNED", "DELETED")
SOLD_VIA = ("store", "app", "web", "phone")
END_REASONS = ("", "price", "service", "moved away", "payment failed")
INDUSTRIES = ("retail", "logistics", "education", "construction")

_TABLES = {
    "client_log": (
        "client_no, firm_no, full_name, email, mobile, tier, city, lang, contact_by, "
        "no_contact, is_test, is_merged, created_at, updated_at, born_in, found_us_by, "
        "merged_with"
    ),
    "firms": "firm_no, firm_name, tier, industry, city, created_at, updated_at",
    "client_orders": (
        "order_no, client_no, placed_at, state, sold_via, business_line, city, amount, "
        "currency, updated_at"
    ),
    "contracts": (
        "contract_no, client_no, plan, started_on, ended_on, renew_by, end_reason, "
        "payment_failed, monthly_fee, currency, updated_at"
    ),
    "deals": (
        "deal_no, firm_no, client_no, seller_no, product, stage, result, opened_on, close_on, "
        "value, currency, updated_at"
    ),
}


def write_crm(history: History, directory: Directory, output: Output) -> None:
    """Write the database as one finished file."""
    tables = {
        "client_log": client_versions(history, directory),
        "firms": _firms(history),
        "client_orders": _orders(history),
        "contracts": _contracts(history),
        "deals": _deals(history),
    }
    write_database(output, SOURCE, FILE, _TABLES | LEDGER, tables | ledger(history))


def client_of(history: History, orders: Table) -> Integers:
    """CRM record that each order is booked on: the second one of a duplicate now and then.

    A merger books the orders of the second record on the first. Files of the franchise are not
    written again, so it never knew the second record of those who will be merged.
    """
    person = orders["person"]
    use = _on_second_record(history, orders) & ~merged(history)[person]
    use &= ~(to_be_merged(history.people)[person] & in_franchise(history, orders))
    return np.where(use, history.people.second_record[person], person)


def _on_second_record(history: History, orders: Table) -> Flags:
    """Whether each order was first booked on the second record."""
    people, person, at = history.people, orders["person"], orders["at"]
    exists = (people.second_record[person] >= 0) & (
        at > people.joined_at[person] + SECOND_RECORD_AFTER
    )
    gone = to_be_merged(people)[person] & (at >= MERGED_AT)
    return np.asarray(orders["second_record"].astype(bool) & exists & ~gone)


def in_franchise(history: History, orders: Table) -> Flags:
    """Whether each order was taken by the franchise partner, not by the CRM."""
    market = history.people.market[orders["person"]]
    return np.asarray((orders["line"] == config.RESTAURANT) & (market == 0))


def _firms(history: History) -> list[Strings]:
    people = history.people
    account, person = np.unique(people.account, return_index=True)
    kept = (account >= 0) & (people.joined_at[person] < history.cutoff)
    account, person = account[kept], person[kept]
    return [
        firm_numbers(account),
        text.joined("DEMO firm ", text.number(account)),
        text.chosen(config.SEGMENTS, people.segment[person]),
        text.chosen(INDUSTRIES, account % len(INDUSTRIES)),
        text.chosen(config.MARKETS, people.market[person]),
        text.clock(people.joined_at[person]),
        text.clock(people.joined_at[person]),
    ]


def _orders(history: History) -> list[Strings]:
    table = history.tables["orders"]
    changed = (table["status"] != COMPLETED) & (table["changed_at"] < history.cutoff)
    gone = changed & (table["status"] == DELETED)
    row = np.flatnonzero(~in_franchise(history, table) & ~gone)
    table = rows(table, row)
    changed = changed[row]
    updated = np.where(changed, table["changed_at"], table["at"])
    moved = _on_second_record(history, table) & merged(history)[table["person"]]
    market = history.people.market[table["person"]]
    return [
        text.joined("O-", text.number(10_000_000 + row)),
        client_numbers(client_of(history, table)),
        text.clock(table["at"]),
        text.chosen(STATES, np.where(changed, table["status"], COMPLETED)),
        text.chosen(SOLD_VIA, table["channel"]),
        text.chosen(config.LINES, table["line"]),
        text.chosen(config.MARKETS, market),
        text.decimal(table["cents"]),
        text.chosen(config.CURRENCIES, market),
        text.clock(np.where(moved, np.maximum(updated, MERGED_AT), updated)),
    ]


def _contracts(history: History) -> list[Strings]:
    table = history.tables["contracts"]
    order = np.lexsort((table["person"], table["started_day"]))
    table = rows(table, order)
    person, start = table["person"], table["started_day"]
    today = history.world.until.toordinal() + 1
    ended = table["ended_day"] > 0
    last = np.where(ended, table["ended_day"], today)
    years = np.maximum((last - 1 - start) // 365, 0)
    renewed = (start + 365 * years - config.EPOCH_ORDINAL) * DAY + 6 * 3_600
    market = history.people.market[person]
    none = pa.scalar(None, pa.string())
    return [
        contract_numbers(table),
        client_numbers(person),
        text.joined(text.chosen(config.LINES, history.people.line[person]), " club"),
        text.day_text(start),
        text.where(ended, text.day_text(np.where(ended, table["ended_day"], start)), none),
        text.day_text(start + 365 * (years + 1)),
        text.where(ended, text.chosen(END_REASONS, table["reason"]), none),
        text.where(table["involuntary"].astype(bool), "yes", "no"),
        text.decimal(contract_fee(history, person)),
        text.chosen(config.CURRENCIES, market),
        text.clock(np.where(ended, table["ended_at"], renewed)),
    ]


def _deals(history: History) -> list[Strings]:
    table = history.tables["deals"]
    person, size = table["person"], length(table)
    closed = table["closed_at"] < history.cutoff
    share = (history.cutoff - table["opened_at"]) / np.maximum(
        table["closed_at"] - table["opened_at"], 1
    )
    step = np.clip((share * 3).astype(np.int64), 0, 2)
    stage = text.chosen(("lead", "offer", "negotiation"), step)
    result = text.where(table["won"].astype(bool), "won", "lost")
    entered = table["opened_at"] + step * (table["closed_at"] - table["opened_at"]) // 3
    return [
        text.joined("D-", text.number(70_000 + np.arange(size))),
        firm_numbers(table["account"]),
        client_numbers(person),
        text.joined("S-", text.number(1 + table["owner"])),
        text.chosen(config.LINES, table["product"]),
        text.where(closed, "closed", stage),
        text.where(closed, result, pa.scalar(None, pa.string())),
        text.day_text(text.local_day(table["opened_at"])),
        text.day_text(text.local_day(table["closed_at"])),
        text.decimal(table["cents"]),
        text.chosen(config.CURRENCIES, history.people.market[person]),
        text.clock(np.where(closed, table["closed_at"], entered)),
    ]
