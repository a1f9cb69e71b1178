"""What survey tools know: questions, invitations, responses, answers.

Public reviews belong in ``service``.
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
    money,
    text,
)
from ingestion.stream import Column, ColumnType

ENTITIES = {
    "survey_questions": Entity(
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
                *("wallet_own", "wallet_others", "wallet_rank", "wallet_brands"),
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
    "survey_invitations": Entity(
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
    "survey_responses": Entity(
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
    "survey_answers": Entity(
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
