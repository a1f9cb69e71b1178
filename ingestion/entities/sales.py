"""What the company sells: products, orders and their delivery, deals, visits, referrals.

Contracts and money belong in ``billing``.
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
    "orders": Entity(
        "One row per version of an order.",
        ("order_number",),
        (
            identifier_of("order_number", "The order's number in this source.", required=True),
            *CUSTOMER,
            instant("ordered_at", "When the order was placed.", required=True),
            text("status", "State of the order.", "completed", "cancelled", "returned"),
            text("channel", "Channel of the order."),
            text("product_name", "Product or line of business."),
            MARKET,
            money("amount", "Amount in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "products": Entity(
        "One row per version of a product, with its list price.",
        ("product_number",),
        (
            identifier_of("product_number", "The product's number in this source.", required=True),
            text("product_name", "Name of the product, as orders quote it.", required=True),
            text("product_line", "Line of business."),
            flag("has_guide", "A how-to message belongs to every delivery."),
            money("list_price_amount", "List price in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "shipments": Entity(
        "One row per version of a delivery of an order.",
        ("shipment_number",),
        (
            identifier_of("shipment_number", "The delivery's number.", required=True),
            identifier_of("order_number", "Order that is delivered.", required=True),
            identifier_of(
                "order_source_id", "Source instance whose order numbers are quoted; else its own."
            ),
            instant("shipped_at", "When it left."),
            instant("promised_at", "Until when it was promised."),
            instant("delivered_at", "When it arrived; absent while on its way."),
            flag("is_complete", "Everything ordered was in it."),
            flag("is_damaged", "Something arrived damaged."),
            flag("is_correctly_documented", "The right papers came with it."),
            UPDATED_AT,
        ),
    ),
    "opportunities": Entity(
        "One row per version of a sales opportunity.",
        ("opportunity_number",),
        (
            identifier_of(
                "opportunity_number", "The opportunity's number in this source.", required=True
            ),
            identifier_of("account_number", "Account that may buy."),
            *CUSTOMER,
            identifier_of("owner_number", "Salesperson who owns it."),
            text("product_name", "Product offered."),
            text("stage", "Stage as the source names it.", required=True),
            text("outcome", "How it closed; absent while open.", "won", "lost"),
            day("opened_on", "Day it was opened."),
            day("closed_on", "Day it was closed or is expected to."),
            money("amount", "Value in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "opportunity_stages": Entity(
        "One row per version of an opportunity's entry into a stage.",
        ("opportunity_number", "change_number"),
        (
            identifier_of("opportunity_number", "Opportunity that moved.", required=True),
            identifier_of("change_number", "Number of the move.", required=True),
            text("stage", "Stage that was entered, as the source names it.", required=True),
            instant("entered_at", "When it was entered.", required=True),
            UPDATED_AT,
        ),
    ),
    "referrals": Entity(
        "One row per version of a recommendation of one customer to another person.",
        ("referral_number",),
        (
            identifier_of("referral_number", "The referral's number.", required=True),
            *CUSTOMER,
            identifier_of("referred_customer_number", "The person referred, once a customer."),
            text("channel", "How the recommendation was passed on."),
            instant("referred_at", "When it was made.", required=True),
            instant("converted_at", "When the person referred first bought."),
            UPDATED_AT,
        ),
    ),
    "web_events": Entity(
        "One row per version of a step of a visitor on a site or in an app.",
        ("event_number",),
        (
            identifier_of("event_number", "The event's number.", required=True),
            identifier_of("visitor_number", "Visitor (cookie or device)."),
            identifier_of("session_number", "Visit that it belongs to."),
            *CUSTOMER,
            text("page", "Page or screen."),
            text("task", "Task that the visitor works on, such as order or search."),
            text(
                "event",
                "What happened.",
                *("viewed", "started", "completed", "failed"),
                required=True,
            ),
            text("campaign_source", "Campaign or channel that brought the visitor."),
            flag("is_bot", "A machine, not a person."),
            instant("occurred_at", "When it happened.", required=True),
            UPDATED_AT,
        ),
    ),
}
