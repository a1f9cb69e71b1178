"""Messages and what became of them, as the sending service drops them: JSON lines."""

import numpy as np
import pyarrow as pa

from ingestion.demo import text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.output import Output
from ingestion.demo.recording import Table
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.messages import (
    BILL,
    CAMPAIGN,
    EVENTS,
    EXCUSE,
    GUIDE,
    RENEWAL,
    message_keys,
)
from ingestion.demo.writers.drops import drop_json_lines, moments, optional, yes_no
from ingestion.demo.writers.ledger import NOTICE_CHANNELS, invoice_numbers, renewal_numbers
from ingestion.demo.writers.partner_reports import order_numbers

SOURCE = "messages"
PURPOSES = ("billing", "renewal", "onboarding", "service", "marketing")
"""By kind of message."""
TEMPLATES = ("bill", "renewal", "how_to", "excuse", "campaign")
NEW_TEMPLATES_AFTER = 740_000
"""Ordinal of the day after which all templates are in their second version."""
MACHINE_STEP = 2


def write_messages(history: History, directory: Directory, output: Output) -> None:
    """Write the messages sent and their events, by quarter."""
    table = history.tables["messages"]
    cells = _cells(history, directory, table)
    drop_json_lines(history, output, (SOURCE, "sent"), cells, table["at"])
    events = history.tables["message_events"]
    numbers = message_numbers(table).take(pa.array(events["message"]))
    told = {
        "msg": numbers,
        "no": text.number(events["step"]),
        "event": text.chosen(EVENTS, events["event"]),
        "machine": yes_no(events["step"] == MACHINE_STEP),
        "at": moments(events["at"]),
    }
    drop_json_lines(history, output, (SOURCE, "events"), told, events["at"])


def message_numbers(table: Table) -> Strings:
    """Numbers of messages."""
    return text.joined("M-", text.number(message_keys(table)))


def subjects(history: History, table: Table) -> Strings:
    """Number of the invoice, contract's renewal or order that each message is about."""
    tables = history.tables
    orders = order_numbers(tables["shipments"]["order"])
    found = pa.array(np.full(len(table["kind"]), None), pa.string())
    for kinds, numbers in (
        ((BILL,), invoice_numbers(tables["invoices"])),
        ((RENEWAL,), renewal_numbers(tables["renewals"])),
        ((GUIDE, EXCUSE), orders),
    ):
        mine = np.isin(table["kind"], kinds)
        if len(numbers):
            taken = numbers.take(pa.array(np.where(mine, table["about"], 0)))
            found = text.where(mine, taken, found)
    return found


def _cells(history: History, directory: Directory, table: Table) -> dict[str, Strings]:
    person, kind = table["person"], table["kind"]
    version = np.where(text.local_day(table["at"]) > NEW_TEMPLATES_AFTER, 2, 1)
    body = text.joined("b", text.number(message_keys(table) * 7_919 % 999_999_937, 9))
    kept = text.where(table["changed_body"], text.joined(body, "x"), body)
    return {
        "msg": message_numbers(table),
        "client_no": client_numbers(person),
        "to": directory.emails.take(pa.array(person)),
        "by": text.chosen(NOTICE_CHANNELS, table["channel"]),
        "why": text.chosen(PURPOSES, kind),
        "template": text.chosen(TEMPLATES, kind),
        "version": text.number(version),
        "campaign": optional(text.joined("C-", text.number(table["campaign"])), kind == CAMPAIGN),
        "about": subjects(history, table),
        "personal": yes_no(table["personal"]),
        "empty_fields": text.number(table["empty_field"].astype(np.int64)),
        "test": yes_no(table["test"]),
        "archive": text.joined("AR-", text.number(message_keys(table))),
        "body": body,
        "archived_body": optional(kept, ~table["lost_body"]),
        "sent": moments(table["at"]),
    }
