"""Flaws that are planted in tickets, bills, messages, reports and drops of partners.

The other planted flaws belong in ``defects``.
"""

import numpy as np
import pyarrow as pa

from ingestion.demo.randomness import Integers
from ingestion.demo.recording import Table, rows
from ingestion.demo.text import Strings
from ingestion.demo.truth.defects import Defects
from ingestion.demo.world import History
from ingestion.demo.world.billing import REGULAR
from ingestion.demo.world.desk import DUPLICATE, SPAM, TICKET
from ingestion.demo.world.floor import ORPHAN
from ingestion.demo.world.messages import CAMPAIGN
from ingestion.demo.writers import ledger
from ingestion.demo.writers.desk import ticket_numbers
from ingestion.demo.writers.floor import recorded_at, recording_numbers
from ingestion.demo.writers.messages import MACHINE_STEP, message_numbers
from ingestion.demo.writers.partner_reports import (
    parcel_numbers,
    referral_numbers,
    referral_rows,
    review_numbers,
    review_rows,
)

NEVER = np.iinfo(np.int64).max


def planted_in_operations(history: History) -> dict[str, list[str]]:
    """All planted flaws of these systems that show at the end of the last day."""
    defects = Defects()
    _desk(defects, history)
    _ledger(defects, history)
    _messages(defects, history)
    _partners(defects, history)
    recordings = history.tables["recordings"]
    lost = (recordings["kind"] == ORPHAN) & (recorded_at(recordings) < history.cutoff)
    numbers = recording_numbers(rows(recordings, lost))
    defects.add("recording_without_call", "pbx_reports", numbers, "kept", "no_call")
    return defects.columns


def _desk(defects: Defects, history: History) -> None:
    desk, cutoff = history.tables["desk_tickets"], history.cutoff

    def shown(name: str) -> Strings:
        return ticket_numbers(rows(desk, (desk[name] > 0) & (desk[name] < cutoff)))

    for defect, name, rule in (
        ("bot_before_agent", "bot_at", "bot"),
        ("auto_reply", "receipt_at", "auto_reply"),
        ("note_before_answer", "note_at", "not_public"),
    ):
        defects.add(defect, "desk", shown(name), "excluded", rule)
    defects.add("reopened_ticket", "desk", shown("reopened_at"), "kept")
    for defect, kind, rule in (
        ("spam_ticket", SPAM, "spam"),
        ("merged_ticket", DUPLICATE, "merged"),
    ):
        mine = rows(desk, (desk["kind"] == kind) & (desk["at"] < cutoff))
        defects.add(defect, "desk", ticket_numbers(mine), "excluded", rule)
    never = (desk["kind"] == TICKET) & (desk["replied_at"] == 0) & (desk["at"] < cutoff)
    defects.add("unanswered_ticket", "desk", ticket_numbers(rows(desk, never)), "kept")


def _ledger(defects: Defects, history: History) -> None:
    invoices = history.tables["invoices"]
    known = invoices["issued_at"] < history.cutoff
    state, _ = ledger.invoice_states(history, invoices)
    void = rows(invoices, known & (state == ledger.VOID))
    defects.add("void_invoice", "crm", ledger.invoice_numbers(void), "excluded", "void")
    wrong = rows(invoices, known & (invoices["kind"] != REGULAR))
    defects.add("billed_twice", "crm", ledger.invoice_numbers(wrong), "kept")
    payments, state = ledger.shown_payments(history)
    numbers = ledger.payment_numbers(history, payments)
    refunded = numbers.filter(pa.array(state == ledger.REFUNDED))
    defects.add("refunded_payment", "crm", refunded, "excluded", "refunded")
    parts = numbers.take(pa.array(ledger.part_payments(payments)))
    defects.add("part_payment", "crm", parts, "kept")
    prices = ledger.price_versions(history)
    product, count = np.unique(prices["product"], return_counts=True)
    changed = ledger.product_numbers(product[count > 1])
    defects.add("price_change", "crm", changed, "kept", "two_versions")


def refused_since(history: History) -> Integers:
    """When each person first refused messages of marketing; far in the future for most."""
    consents = ledger.consent_versions(history)
    since = np.full(history.people.size, NEVER)
    refused = rows(consents, consents["status"] != ledger.GRANTED)
    np.minimum.at(since, refused["person"], refused["at"])
    return since


def _messages(defects: Defects, history: History) -> None:
    messages, events = history.tables["messages"], history.tables["message_events"]
    sent, numbers = messages["at"] < history.cutoff, message_numbers(messages)

    def chosen(mask: np.ndarray) -> Strings:
        return numbers.filter(pa.array(np.asarray(mask & sent)))

    unasked = messages["at"] > refused_since(history)[messages["person"]]
    unasked &= messages["kind"] == CAMPAIGN
    defects.add("written_to_after_refusal", "messages", chosen(unasked), "kept", "opted_out")
    empty = chosen(messages["empty_field"])
    defects.add("empty_merge_field", "messages", empty, "kept", "merge_failure")
    lost = chosen(messages["lost_body"] | messages["changed_body"])
    defects.add("body_not_in_archive", "messages", lost, "kept", "not_retrievable")
    machine = (events["step"] == MACHINE_STEP) & (events["at"] < history.cutoff)
    opened = numbers.take(pa.array(events["message"][machine]))
    defects.add("machine_open", "messages", opened, "excluded", "machine")


def _partners(defects: Defects, history: History) -> None:
    parcels = history.tables["shipments"]
    arrived = parcels["delivered_at"] < history.cutoff
    both = rows(parcels, arrived & parcels["late"] & parcels["damaged"])
    defects.add("late_and_damaged", "partners", parcel_numbers(both), "kept", "one_order")

    def shown(table: Table, flag: str) -> Table:
        return rows(table, table[flag] & (table["at"] < history.cutoff))

    bots = review_numbers(shown(review_rows(history), "bot"))
    defects.add("bot_review", "partners", bots, "excluded", "bot")
    own = referral_numbers(shown(referral_rows(history), "self"))
    defects.add("self_referral", "partners", own, "excluded", "self")
