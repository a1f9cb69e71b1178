"""What contracts bring and what things cost: subscriptions, invoices, payments, costs.

Orders belong in ``sales``.
"""

from ingestion.entities.columns import (
    CURRENCY,
    CUSTOMER,
    MARKET,
    UPDATED_AT,
    Entity,
    day,
    flag,
    identifier_of,
    instant,
    money,
    text,
)

ENTITIES = {
    "subscriptions": Entity(
        "One row per version of a subscription or contract.",
        ("subscription_number",),
        (
            identifier_of(
                "subscription_number", "The contract's number in this source.", required=True
            ),
            *CUSTOMER,
            text("plan_name", "Plan of the contract."),
            day("started_on", "First day of service.", required=True),
            day("ended_on", "First day without service; absent while it runs."),
            day("renewal_due_on", "Day on which the contract must be renewed."),
            text("cancel_reason", "Why it ended."),
            flag("is_involuntary", "Ended by a failed payment, not by the customer."),
            flag("is_paused", "Bills nothing for a while, by agreement."),
            flag("is_trial", "On trial: its amount is not earned yet."),
            money("monthly_amount", "Recurring amount per month in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "renewals": Entity(
        "One row per version of a contract's renewal that falls due.",
        ("renewal_number",),
        (
            identifier_of("renewal_number", "The renewal's number.", required=True),
            identifier_of("subscription_number", "Contract to renew.", required=True),
            day("due_on", "Day on which it is due, as last agreed.", required=True),
            day("renewed_on", "Day on which it was renewed."),
            text("outcome", "How it ended.", "renewed", "lost", "void"),
            money("amount", "Value of the renewed term in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "invoices": Entity(
        "One row per version of an invoice.",
        ("invoice_number",),
        (
            identifier_of("invoice_number", "The invoice's number.", required=True),
            *CUSTOMER,
            identifier_of("subscription_number", "Contract that it bills."),
            identifier_of("order_number", "Order that it bills."),
            text("status", "State.", "open", "paid", "void", "disputed", required=True),
            text("notice_channel", "Channel by which it was sent."),
            day("issued_on", "Day it was issued.", required=True),
            day("due_on", "Day on which it is due."),
            money("amount", "Amount in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "payments": Entity(
        "One row per version of a payment.",
        ("payment_number",),
        (
            identifier_of("payment_number", "The payment's number.", required=True),
            identifier_of("invoice_number", "Invoice that it pays."),
            *CUSTOMER,
            text("channel", "Channel of the payment."),
            text("status", "State.", "received", "failed", "refunded", required=True),
            instant("paid_at", "When it was made.", required=True),
            money("amount", "Amount in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "costs": Entity(
        "One row per version of what something cost in a month.",
        ("cost_number",),
        (
            identifier_of("cost_number", "Number of the entry.", required=True),
            text(
                "purpose",
                "What it was spent on.",
                *("acquisition", "retention", "service", "program"),
                required=True,
            ),
            text("channel", "Channel that it was spent on."),
            text("program", "Program or campaign that it was spent on."),
            MARKET,
            day("month_start_date", "First day of the month.", required=True),
            money("amount", "Amount in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
}
