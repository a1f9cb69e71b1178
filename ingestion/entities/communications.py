"""What the company writes to its customers, what became of it, what they allow.

What customers write belongs in ``service``.
"""

from ingestion.entities.columns import (
    CUSTOMER,
    EMAIL,
    PHONE,
    UPDATED_AT,
    Entity,
    flag,
    identifier_of,
    instant,
    number,
    text,
)

ENTITIES = {
    "communications": Entity(
        "One row per version of a message that the company sent to one person.",
        ("message_number",),
        (
            identifier_of("message_number", "The message's number.", required=True),
            *CUSTOMER,
            EMAIL,
            PHONE,
            text("channel", "Channel of the message.", required=True),
            text(
                "purpose",
                "Why it was sent.",
                *("marketing", "sales", "service", "billing", "renewal", "onboarding"),
                required=True,
            ),
            text("template", "Template it was made from."),
            text("template_version", "Version of the template."),
            text("campaign", "Campaign that it belongs to."),
            identifier_of("about_number", "Order, invoice or contract that it is about."),
            flag("is_personalized", "More than the name was made for the person."),
            number("count_merge_failures", "Fields of the template that stayed empty.", minimum=0),
            flag("is_test", "A test; never in a KPI."),
            identifier_of("archive_number", "Where the sent text is kept."),
            text("body_hash", "Hash of the sent text."),
            text("archived_body_hash", "Hash of the text found in the archive."),
            instant("sent_at", "When it was sent.", required=True),
            UPDATED_AT,
        ),
    ),
    "communication_events": Entity(
        "One row per version of what became of a message.",
        ("message_number", "event_number"),
        (
            identifier_of("message_number", "Message that it is about.", required=True),
            identifier_of("event_number", "Number of the event.", required=True),
            text(
                "event",
                "What became of it.",
                *("delivered", "bounced_hard", "bounced_soft", "blocked"),
                *("opened", "clicked", "replied", "unsubscribed", "complained"),
                required=True,
            ),
            flag("is_machine", "Opened or clicked by a machine, not a person."),
            instant("occurred_at", "When it happened.", required=True),
            UPDATED_AT,
        ),
    ),
    "consents": Entity(
        "One row per version of what a person allows, per channel and purpose.",
        ("customer_number", "channel", "purpose"),
        (
            identifier_of(
                "customer_number",
                "The customer's number in the source named by customer_source_id.",
                required=True,
            ),
            identifier_of(
                "customer_source_id", "Source instance whose customer numbers are quoted."
            ),
            text("channel", "Channel; any for all of them.", required=True),
            text("purpose", "Purpose; any for all of them.", required=True),
            text("status", "What holds.", "granted", "denied", "revoked", required=True),
            instant("changed_at", "Since when it holds.", required=True),
            UPDATED_AT,
        ),
    ),
}
