"""The unified entities: the shapes that mapped files, mapped tables and survey tools land in.

A company with files or tables of its own maps their columns to these in ``sources.yaml`` and
writes no code. Sources with a shape of their own (Asterisk) declare it beside their reader.
"""

from ingestion.stream import Column, ColumnType, StreamSpec
from ingestion.vocabulary import (
    CURRENCY,
    CUSTOMER,
    EMAIL,
    MARKET,
    PHONE,
    UPDATED_AT,
    day,
    flag,
    identifier_of,
    instant,
    milliseconds,
    money,
    text,
)

MAPPED = "mapped"
"""Connector part of the table name for every source that is mapped by configuration."""


_ENTITIES: dict[str, tuple[str, tuple[str, ...], tuple[Column, ...]]] = {
    "customers": (
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
            instant("created_at", "When the record was created."),
            UPDATED_AT,
        ),
    ),
    "accounts": (
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
    "agents": (
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
    "orders": (
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
    "subscriptions": (
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
            money("monthly_amount", "Recurring amount per month in major units."),
            CURRENCY,
            UPDATED_AT,
        ),
    ),
    "opportunities": (
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
    "calls": (
        "One row per version of a call, from a call center without a reader of its own.",
        ("call_number", "queue"),
        (
            identifier_of("call_number", "The contact's number in the call center.", required=True),
            text("queue", "Queue that the contact entered.", required=True),
            identifier_of("agent_number", "Agent who answered."),
            *CUSTOMER,
            PHONE,
            text("direction", "Who called whom.", "inbound", "outbound"),
            text(
                "outcome",
                "How the stay in the queue ended.",
                *("answered", "abandoned", "flow_out", "blocked", "ivr_only"),
                required=True,
            ),
            text("reason", "Contact reason."),
            flag("is_transferred", "Passed on after the answer."),
            instant("entered_at", "When the contact entered the queue.", required=True),
            instant("ended_at", "When the contact ended."),
            milliseconds("wait_milliseconds", "From entry to answer or leaving."),
            milliseconds("talk_milliseconds", "Conversation without hold."),
            milliseconds("hold_milliseconds", "On hold during the conversation."),
            milliseconds("wrap_milliseconds", "After-call work."),
            UPDATED_AT,
        ),
    ),
    "interactions": (
        "One row per version of any other touch: chat, e-mail, visit, message.",
        ("interaction_number",),
        (
            identifier_of(
                "interaction_number", "The touch's number in this source.", required=True
            ),
            *CUSTOMER,
            EMAIL,
            PHONE,
            text("channel", "Channel of the touch.", required=True),
            text("direction", "Who reached whom.", "inbound", "outbound"),
            text("purpose", "Purpose: sales, marketing, service, billing or renewal."),
            text("reason", "Contact reason."),
            text("outcome", "How it ended."),
            identifier_of("agent_number", "Agent who handled it."),
            instant("started_at", "When it began.", required=True),
            instant("ended_at", "When it ended."),
            UPDATED_AT,
        ),
    ),
    "survey_questions": (
        "One row per version of a question, with the scale that gives its answers a meaning.",
        ("survey_number", "question_number"),
        (
            identifier_of("survey_number", "The survey's number in this source.", required=True),
            identifier_of("question_number", "The question's code in the survey.", required=True),
            text("survey_name", "Title of the survey."),
            text("question_text", "Wording of the question."),
            text(
                "metric",
                "What the answers measure.",
                *("nps", "csat", "ces", "resolved", "open", "other"),
                required=True,
            ),
            text("horizon", "Kind of survey.", "relationship", "transactional", "recovery"),
            text("touchpoint", "Touchpoint that the survey asks about."),
            money("scale_minimum", "Lowest answer of the scale."),
            money("scale_maximum", "Highest answer of the scale."),
            Column(
                name="question_version",
                type=ColumnType.INTEGER,
                description="Raised when scale or meaning changes; versions are never mixed.",
                minimum=1,
            ),
            UPDATED_AT,
        ),
    ),
    "survey_invitations": (
        "One row per version of an invitation to a survey.",
        ("survey_number", "invitation_number"),
        (
            identifier_of("survey_number", "The survey's number in this source.", required=True),
            identifier_of("invitation_number", "The invitation's number or token.", required=True),
            *CUSTOMER,
            EMAIL,
            PHONE,
            text("channel", "Channel of the invitation."),
            text("language", "Language of the invitation."),
            text(
                "delivery_status",
                "What became of it.",
                *("sent", "delivered", "bounced", "blocked", "opted_out", "suppressed"),
            ),
            identifier_of("interaction_number", "Interaction that it asks about."),
            instant("sent_at", "When it was sent."),
            instant("completed_at", "When the survey was completed."),
            UPDATED_AT,
        ),
    ),
    "survey_responses": (
        "One row per version of a response: one visit of a person to a survey.",
        ("survey_number", "response_number"),
        (
            identifier_of("survey_number", "The survey's number in this source.", required=True),
            identifier_of("response_number", "The response's number.", required=True),
            identifier_of("invitation_number", "Invitation or token that it answers."),
            *CUSTOMER,
            EMAIL,
            PHONE,
            identifier_of("interaction_number", "Interaction that it is about."),
            identifier_of("agent_number", "Agent that it is about."),
            text("queue", "Queue that it is about."),
            text("channel", "Channel of the answer."),
            text("language", "Language of the answer."),
            flag("is_complete", "The last page was submitted."),
            flag("is_test", "Preview or test; never in a KPI."),
            instant("started_at", "When the person began."),
            instant("submitted_at", "When the response was submitted or last saved."),
            UPDATED_AT,
        ),
    ),
    "survey_answers": (
        "One row per version of the answer to one question of a response.",
        ("survey_number", "response_number", "question_number"),
        (
            identifier_of("survey_number", "The survey's number in this source.", required=True),
            identifier_of("response_number", "The response's number.", required=True),
            identifier_of("question_number", "The question's code in the survey.", required=True),
            money("numeric_value", "Answer on the question's scale."),
            text("choice_code", "Code of the chosen option."),
            Column(
                name="answer_text",
                type=ColumnType.FREE_TEXT,
                description="Words of the person, masked; the original is restricted.",
            ),
            UPDATED_AT,
        ),
    ),
}

SURVEY_ENTITIES = tuple(name for name in _ENTITIES if name.startswith("survey_"))


def entity(name: str, *, connector: str = MAPPED) -> StreamSpec:
    """The stream that lands unified entity ``name`` for ``connector``."""
    description, key, columns = _ENTITIES[name]
    return StreamSpec(
        connector=connector,
        name=name,
        description=description,
        columns=columns,
        key=key,
        version="updated_at",
        updated_at="updated_at",
    )


MAPPED_STREAMS = {name: entity(name) for name in _ENTITIES}
