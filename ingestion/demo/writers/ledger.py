"""The CRM's ledger: prices, invoices, payments, renewals, consents and the stages of deals.

They stand in the CRM's database, see ``crm``.
"""

from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import client_numbers
from ingestion.demo.randomness import Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.billing import DOUBLE, FAILED, REGULAR, REST
from ingestion.demo.world.messages import refused_everything, unsubscribed_at
from ingestion.demo.world.state import midnight
from ingestion.demo.writers.clients import contract_numbers

LEDGER = {
    "price_list": "product_no, product, line, has_guide, price, currency, valid_since",
    "invoices": (
        "invoice_no, client_no, contract_no, state, sent_by, issued_on, due_on, amount, "
        "currency, updated_at"
    ),
    "payments": (
        "payment_no, invoice_no, client_no, paid_by, state, paid_at, amount, currency, updated_at"
    ),
    "renewals": (
        "renewal_no, contract_no, due_on, renewed_on, result, amount, currency, updated_at"
    ),
    "consent_log": "client_no, channel, purpose, state, since",
    "deal_stages": "deal_no, step, stage, entered",
}
INVOICE_STATES = ("open", "paid", "void", "disputed")
OPEN, PAID, VOID, DISPUTED = range(4)
PAYMENT_STATES = ("received", "failed", "refunded")
RECEIVED, DECLINED, REFUNDED = range(3)
NOTICE_CHANNELS = ("e_mail", "sms", "chat")
RENEWAL_RESULTS = ("renewed", "lost", "void")
STAGES = ("lead", "offer", "negotiation", "closed")
CONSENTS = ("granted", "denied", "revoked")
GRANTED, DENIED, REVOKED = range(3)
PRICES_SINCE = (date(2020, 1, 1), date(2025, 3, 21), date(2026, 3, 21))
NEW_E_SHOP_PRICE_SINCE = date(2026, 10, 5)
DISPUTED_AFTER = 5 * 86_400
CLUB = " club"


def ledger(history: History) -> dict[str, list[Strings]]:
    """Columns of every table of the ledger."""
    return {
        "price_list": _prices(history),
        "invoices": _invoices(history),
        "payments": _payments(history),
        "renewals": _renewals(history),
        "consent_log": _consents(history),
        "deal_stages": _stages(history),
    }


def price_versions(history: History) -> Table:
    """Every saved price: product, version, instant, and hundredths."""
    products = np.arange(2 * len(config.LINES))
    dates = [(product, day) for day in PRICES_SINCE for product in products.tolist()]
    dates.append((config.E_SHOP, NEW_E_SHOP_PRICE_SINCE))
    product = np.asarray([product for product, _ in dates])
    version = np.arange(len(dates)) // len(products)
    line = product % len(config.LINES)
    price = config.PRICE_LEVEL[0] * np.asarray(config.LINE_PRICE_FACTOR)[line]
    price = price * (1 + config.YEARLY_INFLATION[0]) ** version
    price = np.where(product >= len(config.LINES), price * 0.1, price)
    at = np.asarray([midnight(day.toordinal()) for _, day in dates])
    table = {
        "product": product,
        "version": version,
        "at": at,
        "cents": np.round(price / 1_000).astype(np.int64) * 100_000,
    }
    return rows(table, at < history.cutoff)


def product_numbers(product: Integers) -> Strings:
    """Numbers of products."""
    return text.joined("P-", text.number(1 + product, 3))


def product_names(product: Integers) -> Strings:
    """Names of products as orders and contracts quote them."""
    return text.chosen([*config.LINES, *(line + CLUB for line in config.LINES)], product)


def _prices(history: History) -> list[Strings]:
    table = price_versions(history)
    product, size = table["product"], length(table)
    line = product % len(config.LINES)
    return [
        product_numbers(product),
        product_names(product),
        text.chosen(config.LINES, line),
        text.where(product == config.E_SHOP, "yes", "no"),
        text.decimal(table["cents"]),
        pa.array(np.full(size, config.CURRENCIES[0])),
        text.clock(table["at"]),
    ]


def invoice_numbers(table: Table) -> Strings:
    """Numbers of invoices: the client, the day, and whether it was a mistake."""
    return text.joined(
        *("I-", text.number(table["person"] + 100_001), "-", text.number(table["issued_day"])),
        text.where(table["kind"] == REGULAR, "", "-B"),
    )


def invoice_states(history: History, table: Table) -> tuple[Integers, Integers]:
    """State of each invoice at the end of the last day, and since when."""
    cutoff = history.cutoff
    disputed_at = table["issued_at"] + DISPUTED_AFTER
    paid = (table["paid_at"] > 0) & (table["paid_at"] < cutoff)
    void = (table["void_at"] > 0) & (table["void_at"] < cutoff)
    disputed = (table["kind"] != REGULAR) & ~void & (disputed_at < cutoff)
    disputed &= (table["void_at"] == 0) | (disputed_at < table["void_at"])
    state = np.select([paid, void, disputed], [PAID, VOID, DISPUTED], OPEN)
    since = np.select(
        [paid, void, disputed],
        [table["paid_at"], table["void_at"], disputed_at],
        table["issued_at"],
    )
    return state, since


def _invoices(history: History) -> list[Strings]:
    table = history.tables["invoices"]
    table = rows(table, table["issued_at"] < history.cutoff)
    state, since = invoice_states(history, table)
    return [
        invoice_numbers(table),
        client_numbers(table["person"]),
        contract_numbers(table),
        text.chosen(INVOICE_STATES, state),
        text.chosen(NOTICE_CHANNELS, table["channel"]),
        text.day_text(table["issued_day"]),
        text.day_text(table["due_day"]),
        text.decimal(table["cents"]),
        text.chosen(config.CURRENCIES, history.people.market[table["person"]]),
        text.clock(since),
    ]


def payment_numbers(history: History, table: Table) -> Strings:
    """Numbers of payments: the invoice and the step."""
    numbers = invoice_numbers(history.tables["invoices"]).take(pa.array(table["invoice"]))
    return text.joined("Z-", numbers, "-", text.number(table["step"]))


def shown_payments(history: History) -> tuple[Table, Integers]:
    """The payments that were made by then, in order, and the state of each."""
    table = history.tables["payments"]
    order = np.lexsort((table["step"], table["invoice"], table["at"]))
    table = rows(table, order[table["at"][order] < history.cutoff])
    refunded = (table["step"] == DOUBLE) & (table["refunded_at"] < history.cutoff)
    failed = table["step"] == FAILED
    return table, np.select([refunded, failed], [REFUNDED, DECLINED], RECEIVED)


def _payments(history: History) -> list[Strings]:
    table, state = shown_payments(history)
    since = np.where(state == REFUNDED, table["refunded_at"], table["at"])
    invoices = invoice_numbers(history.tables["invoices"])
    return [
        payment_numbers(history, table),
        invoices.take(pa.array(table["invoice"])),
        client_numbers(table["person"]),
        text.chosen(NOTICE_CHANNELS, table["channel"]),
        text.chosen(PAYMENT_STATES, state),
        text.clock(table["at"]),
        text.decimal(table["cents"]),
        text.chosen(config.CURRENCIES, history.people.market[table["person"]]),
        text.clock(since),
    ]


def part_payments(table: Table) -> Integers:
    """Row numbers of the second parts among some payments."""
    return np.flatnonzero(table["step"] == REST)


def renewal_numbers(table: Table) -> Strings:
    """Numbers of renewals: the client and the day on which it is due."""
    return text.joined(
        "N-", text.number(table["person"] + 100_001), "-", text.number(table["due_day"])
    )


def shown_renewals(history: History) -> tuple[Table, Integers]:
    """The renewals that are known by then, and the result of each (−1 for none yet)."""
    table = history.tables["renewals"]
    table = rows(table, table["known_at"] < history.cutoff)
    renewed = (table["renewed_at"] > 0) & (table["renewed_at"] < history.cutoff)
    lost = (table["lost_at"] > 0) & (table["lost_at"] < history.cutoff)
    return table, np.select([renewed, lost & table["void"], lost], [0, 2, 1], -1)


def _renewals(history: History) -> list[Strings]:
    table, result = shown_renewals(history)
    none = pa.scalar(None, pa.string())
    renewed = result == 0
    since = np.select(
        [renewed, result > 0], [table["renewed_at"], table["lost_at"]], table["known_at"]
    )
    day = text.day_text(text.local_day(np.maximum(table["renewed_at"], table["known_at"])))
    return [
        renewal_numbers(table),
        contract_numbers(table),
        text.day_text(table["due_day"]),
        text.where(renewed, day, none),
        text.where(result >= 0, text.chosen(RENEWAL_RESULTS, np.maximum(result, 0)), none),
        text.decimal(table["cents"]),
        text.chosen(config.CURRENCIES, history.people.market[table["person"]]),
        text.clock(since),
    ]


def consent_versions(history: History) -> Table:
    """What each person allows, every version: marketing first, then refusals of everything."""
    people, size = history.people, history.people.size
    leaver, left_at = unsubscribed_at(history)
    person, refused_at = refused_everything(history)
    table = {
        "person": np.concatenate([np.arange(size), leaver, person]),
        "at": np.concatenate([people.joined_at, left_at, refused_at]),
        "everything": np.repeat([False, False, True], [size, len(leaver), len(person)]),
        "status": np.concatenate(
            [
                np.where(people.refuses_marketing, DENIED, GRANTED),
                np.full(len(leaver) + len(person), REVOKED),
            ]
        ),
    }
    table = rows(table, np.lexsort((table["person"], table["at"])))
    return rows(table, table["at"] < history.cutoff)


def _consents(history: History) -> list[Strings]:
    table = consent_versions(history)
    size = length(table)
    return [
        client_numbers(table["person"]),
        pa.array(np.full(size, "any")),
        text.where(table["everything"], "any", pa.array(np.full(size, "marketing"))),
        text.chosen(CONSENTS, table["status"]),
        text.clock(table["at"]),
    ]


def deal_steps(history: History) -> Table:
    """Every entry of a deal into a stage: a third of its way between each of them."""
    deals = history.tables["deals"]
    size = length(deals)
    deal, step = np.tile(np.arange(size), len(STAGES)), np.repeat(np.arange(len(STAGES)), size)
    opened = deals["opened_at"][deal]
    at = opened + step * (deals["closed_at"][deal] - opened) // 3
    table = {"deal": deal, "step": step, "at": at}
    return rows(table, at < history.cutoff)


def _stages(history: History) -> list[Strings]:
    table = deal_steps(history)
    return [
        text.joined("D-", text.number(70_000 + table["deal"])),
        text.number(1 + table["step"]),
        text.chosen(STAGES, table["step"]),
        text.clock(table["at"]),
    ]
