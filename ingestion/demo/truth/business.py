"""Truth about business: parcels, bills, renewals, messages, consents, prices, deals, visits."""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import client_numbers
from ingestion.demo.recording import rows
from ingestion.demo.truth.columns import Told, day, instant, optional, reached, who
from ingestion.demo.world import History
from ingestion.demo.world.browsing import EVENTS as STEPS
from ingestion.demo.world.browsing import PAGES, TASKS
from ingestion.demo.world.messages import EVENTS
from ingestion.demo.writers import ledger
from ingestion.demo.writers.clients import contract_numbers
from ingestion.demo.writers.messages import MACHINE_STEP, PURPOSES, message_numbers
from ingestion.demo.writers.partner_reports import (
    COSTS,
    cost_entries,
    cost_numbers,
    order_numbers,
    parcel_numbers,
)
from ingestion.demo.writers.site import event_numbers


def business_tables(history: History) -> dict[str, Told]:
    """One table per kind of event, as it happened until the end of the last day."""
    return {
        "shipments": _shipments(history),
        "invoices": _invoices(history),
        "payments": _payments(history),
        "renewals": _renewals(history),
        "products": _products(history),
        "consents": _consents(history),
        "opportunity_stages": _stages(history),
        "communications": _messages(history),
        "communication_events": _message_events(history),
        "web_events": _steps(history),
        "costs": _costs(history),
    }


def _shipments(history: History) -> Told:
    table = history.tables["shipments"]
    table = rows(table, table["shipped_at"] < history.cutoff)
    return who(history, table) | {
        "shipment_number": parcel_numbers(table),
        "order_number": order_numbers(table["order"]),
        "shipped_at": instant(table["shipped_at"]),
        "promised_at": instant(table["promised_at"]),
        "delivered_at": reached(history, table["delivered_at"]),
        "is_late": pa.array(table["late"]),
        "is_complete": pa.array(table["complete"]),
        "is_damaged": pa.array(table["damaged"]),
        "is_correctly_documented": pa.array(table["documented"]),
    }


def _invoices(history: History) -> Told:
    table = history.tables["invoices"]
    table = rows(table, table["issued_at"] < history.cutoff)
    state, _ = ledger.invoice_states(history, table)
    return who(history, table) | {
        "invoice_number": ledger.invoice_numbers(table),
        "subscription_number": contract_numbers(table),
        "status": text.chosen(ledger.INVOICE_STATES, state),
        "notice_channel": text.chosen(ledger.NOTICE_CHANNELS, table["channel"]),
        "issued_on": day(table["issued_day"]),
        "due_on": day(table["due_day"]),
        "fully_paid_at": reached(history, table["paid_at"]),
        "amount": text.decimal(table["cents"]),
    }


def _payments(history: History) -> Told:
    table, state = ledger.shown_payments(history)
    numbers = ledger.invoice_numbers(history.tables["invoices"])
    return who(history, table) | {
        "payment_number": ledger.payment_numbers(history, table),
        "invoice_number": numbers.take(pa.array(table["invoice"])),
        "channel": text.chosen(ledger.NOTICE_CHANNELS, table["channel"]),
        "status": text.chosen(ledger.PAYMENT_STATES, state),
        "paid_at": instant(table["at"]),
        "amount": text.decimal(table["cents"]),
    }


def _renewals(history: History) -> Told:
    table, result = ledger.shown_renewals(history)
    outcome = text.chosen(ledger.RENEWAL_RESULTS, np.maximum(result, 0))
    return who(history, table) | {
        "renewal_number": ledger.renewal_numbers(table),
        "subscription_number": contract_numbers(table),
        "due_on": day(table["due_day"]),
        "renewed_at": reached(history, table["renewed_at"]),
        "outcome": optional(outcome, result >= 0),
        "amount": text.decimal(table["cents"]),
    }


def _products(history: History) -> Told:
    table = ledger.price_versions(history)
    return {
        "product_number": ledger.product_numbers(table["product"]),
        "product_name": ledger.product_names(table["product"]),
        "list_price_amount": text.decimal(table["cents"]),
        "valid_from": instant(table["at"]),
    }


def _consents(history: History) -> Told:
    table = ledger.consent_versions(history)
    return who(history, table) | {
        "is_for_everything": pa.array(table["everything"]),
        "status": text.chosen(ledger.CONSENTS, table["status"]),
        "changed_at": instant(table["at"]),
    }


def _stages(history: History) -> Told:
    table = ledger.deal_steps(history)
    return {
        "opportunity_number": text.joined("D-", text.number(70_000 + table["deal"])),
        "change_number": text.number(1 + table["step"]),
        "stage": text.chosen(ledger.STAGES, table["step"]),
        "entered_at": instant(table["at"]),
    }


def _messages(history: History) -> Told:
    table = history.tables["messages"]
    table = rows(table, table["at"] < history.cutoff)
    return who(history, table) | {
        "message_number": message_numbers(table),
        "channel": text.chosen(ledger.NOTICE_CHANNELS, table["channel"]),
        "purpose": text.chosen(PURPOSES, table["kind"]),
        "is_personalized": pa.array(table["personal"].astype(bool)),
        "is_test": pa.array(table["test"]),
        "is_retrievable": pa.array(~table["lost_body"] & ~table["changed_body"]),
        "sent_at": instant(table["at"]),
    }


def _message_events(history: History) -> Told:
    table = history.tables["message_events"]
    table = rows(table, table["at"] < history.cutoff)
    numbers = message_numbers(history.tables["messages"])
    return {
        "message_number": numbers.take(pa.array(table["message"])),
        "event_number": text.number(table["step"]),
        "event": text.chosen(EVENTS, table["event"]),
        "is_machine": pa.array(table["step"] == MACHINE_STEP),
        "occurred_at": instant(table["at"]),
    }


def _steps(history: History) -> Told:
    table = history.tables["web_events"]
    table = rows(table, table["at"] < history.cutoff)
    return {
        "event_number": event_numbers(table),
        "customer_number": optional(
            client_numbers(table["person"]), table["known"] & ~table["bot"]
        ),
        "page": text.chosen(PAGES, table["page"]),
        "task": text.chosen(TASKS, table["page"]),
        "event": text.chosen(STEPS, table["event"]),
        "is_bot": pa.array(table["bot"]),
        "occurred_at": instant(table["at"]),
    }


def _costs(history: History) -> Told:
    table = cost_entries(history)
    return {
        "cost_number": cost_numbers(table),
        "purpose": text.chosen([purpose for purpose, *_ in COSTS], table["program"]),
        "market": text.chosen(config.MARKETS, table["market"]),
        "month_start_date": day(table["month"]),
        "amount": text.decimal(table["cents"]),
    }
