"""What a call center knows of its contacts and its agents' day, and every other touch.

Tickets and evaluations belong in ``service``.
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
    milliseconds,
    text,
)

ENTITIES = {
    "calls": Entity(
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
    "interactions": Entity(
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
            instant("planned_at", "Appointed time, where there was an appointment."),
            instant("started_at", "When it began.", required=True),
            instant("ended_at", "When it ended."),
            UPDATED_AT,
        ),
    ),
    "ivr_events": Entity(
        "One row per version of a step of a call in the voice menu.",
        ("call_number", "step_number"),
        (
            identifier_of("call_number", "The contact's number in the call center.", required=True),
            identifier_of("step_number", "Number of the step in the call.", required=True),
            PHONE,
            text("menu", "Menu that the call came to."),
            text("node", "Node of the menu.", required=True),
            text(
                "event",
                "What happened at the node.",
                *("entered", "succeeded", "queued", "hung_up"),
                required=True,
            ),
            instant("occurred_at", "When it happened.", required=True),
            UPDATED_AT,
        ),
    ),
    "agent_states": Entity(
        "One row per version of a stretch of an agent's day in one state.",
        ("state_number",),
        (
            identifier_of("state_number", "The stretch's number.", required=True),
            identifier_of(
                "agent_number", "The agent's number, as the call center writes it.", required=True
            ),
            text(
                "state",
                "What the agent did.",
                *("idle", "ring", "handling", "break", "training", "other"),
                required=True,
            ),
            instant("started_at", "When it began.", required=True),
            instant("ended_at", "When it ended; absent while it lasts."),
            UPDATED_AT,
        ),
    ),
    "recordings": Entity(
        "One row per version of a recording; its sound is never read.",
        ("recording_number",),
        (
            identifier_of("recording_number", "The recording's number.", required=True),
            identifier_of("call_number", "The contact that was recorded.", required=True),
            flag("is_consent_refused", "The caller refused to be recorded."),
            milliseconds("length_milliseconds", "Length of the recording."),
            instant("recorded_at", "When it began.", required=True),
            instant("deleted_at", "When it was deleted."),
            UPDATED_AT,
        ),
    ),
}
