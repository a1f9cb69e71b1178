"""Who the company knows: persons, the companies they belong to, and its own agents.

What they allow belongs in ``communications``.
"""

from ingestion.entities.columns import (
    EMAIL,
    MARKET,
    PHONE,
    UPDATED_AT,
    Entity,
    flag,
    identifier_of,
    instant,
    number,
    text,
)
from ingestion.stream import Column, ColumnType

ENTITIES = {
    "customers": Entity(
        "One row per version of a customer record of a source.",
        ("customer_number",),
        (
            identifier_of(
                "customer_number", "The customer's number in this source.", required=True
            ),
            identifier_of("account_number", "Account (company) that the person belongs to."),
            Column(
                name="full_name",
                type=ColumnType.PERSON_NAME,
                description="Name of the person; restricted.",
            ),
            EMAIL,
            PHONE,
            text("segment", "Segment that the source assigns."),
            MARKET,
            text("language", "Language that the person prefers."),
            text("preferred_channel", "Channel that the person asked for."),
            flag("is_opted_out", "The person refused to be contacted."),
            flag("is_internal", "Employee or test record; never in a KPI."),
            number("birth_year", "Year of birth.", minimum=1900),
            Column(
                name="merged_into_number",
                type=ColumnType.ID,
                description="Customer of the same source that this record was merged into.",
                outlives_delete=True,
            ),
            text("acquisition_source", "How the person came: campaign, referral, search, store."),
            instant("created_at", "When the record was created."),
            UPDATED_AT,
        ),
    ),
    "accounts": Entity(
        "One row per version of an account (company) record.",
        ("account_number",),
        (
            identifier_of("account_number", "The account's number in this source.", required=True),
            text("account_name", "Name of the company."),
            text("segment", "Segment that the source assigns."),
            text("industry", "Industry of the company."),
            MARKET,
            instant("created_at", "When the record was created."),
            UPDATED_AT,
        ),
    ),
    "agents": Entity(
        "One row per version of an agent record.",
        ("agent_number",),
        (
            identifier_of(
                "agent_number", "The agent's number, as the call center writes it.", required=True
            ),
            Column(
                name="full_name",
                type=ColumnType.PERSON_NAME,
                description="Name of the agent; restricted.",
            ),
            text("team", "Team of the agent."),
            UPDATED_AT,
        ),
    ),
}
