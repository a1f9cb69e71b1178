"""Tables that a replication tool landed: each preset on tables of that form."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ingestion.batches import raw_rows
from ingestion.conform import conform
from ingestion.connectors import sql
from ingestion.presets import preset_names, with_preset
from ingestion.settings import Source
from ingestion.sql import connect
from tests.ingestion.connectors.acceptance import as_table

SYNCED = {"_fivetran_synced": "2026-03-02 10:00:00"}
DAY = "2026-03-01 10:00:00"
ACTIVE = {"_fivetran_active": 1, **SYNCED}

Table = list[dict[str, Any]]


def columns(names: str, **values: Any) -> dict[str, Any]:
    """A row in which only ``values`` are known."""
    return dict.fromkeys(names.split()) | values | SYNCED


PERSON = "email phone property_email property_country name organization_id locale"
TICKET = "via_channel requester_id group_id assignee_id type priority description"
LANDED: dict[str, dict[str, Table]] = {
    "landed_zendesk": {
        "ticket": [
            columns(TICKET, id=1, status="hold", created_at=DAY, updated_at=DAY),
            columns(TICKET, id=2, status="deleted", created_at=DAY, updated_at=DAY),
        ],
        "ticket_comment": [
            columns("", id=7, ticket_id=1, user_id=5, public=1, body="Hi", created=DAY),
            columns("", id=8, ticket_id=1, user_id=6, public=0, body="Ok", created=DAY),
            columns("", id=9, ticket_id=1, user_id=None, public=0, body="auto", created=DAY),
        ],
        "ticket_field_history": [
            columns("user_id", ticket_id=1, field_name="status", updated=DAY, value="on-hold"),
            columns("user_id", ticket_id=1, field_name="priority", updated=DAY, value="high"),
        ],
        "user": [
            columns(PERSON, id=5, role="end-user", created_at=DAY, updated_at=DAY),
            columns(PERSON, id=6, role="agent", created_at=DAY, updated_at=DAY),
        ],
    },
    "landed_salesforce": {
        "account": [
            columns("name type industry billing_country", id="001", is_deleted=1),
            columns("name type industry billing_country", id="002", is_deleted=0),
        ],
        "contact": [
            columns(
                "account_id name email phone mailing_country master_record_id",
                **{"id": "003", "is_deleted": 0, "created_date": DAY, "system_modstamp": DAY},
            ),
        ],
        "opportunity": [
            columns(
                "account_id owner_id amount",
                **{"id": "006", "stage_name": "Closed", "is_won": 0, "is_closed": 1},
                **{"is_deleted": 0, "created_date": DAY, "close_date": "2026-03-01"},
            ),
        ],
    },
    "landed_hubspot": {
        "contact": [
            columns(
                "property_email property_lastname",
                id=1,
                property_createdate=DAY,
                _fivetran_deleted=1,
            ),
        ],
        "company": [
            columns(
                "property_name property_industry property_country property_createdate",
                **{"id": 4, "is_deleted": 0},
            ),
        ],
        "deal": [
            columns(
                "owner_id property_createdate property_closedate property_amount",
                **{"deal_id": 2, "is_deleted": 0, "deal_pipeline_stage_id": "s1"},
            ),
        ],
        "deal_pipeline_stage": [
            columns("", stage_id="s1", label="Won", closed_won=1, is_closed=1),
        ],
        "deal_contact": [{"deal_id": 2, "contact_id": 9}, {"deal_id": 2, "contact_id": 8}],
        "ticket": [
            columns(
                "property_hs_pipeline property_hubspot_owner_id property_hs_ticket_category "
                "property_hs_ticket_priority property_closed_date",
                **{"id": 3, "is_deleted": 0, "property_createdate": DAY},
                property_hs_pipeline_stage="t1",
            ),
        ],
        "ticket_pipeline_stage": [columns("", stage_id="t1", is_closed=1)],
        "ticket_contact": [{"ticket_id": 3, "contact_id": 8}],
    },
    "landed_intercom": {
        "contact_history": [
            columns(
                "name email phone role location_country unsubscribed_from_emails",
                **{"id": "c", "created_at": DAY, "updated_at": DAY} | ACTIVE,
            ),
        ],
        "conversation_history": [
            columns(
                "source_type assignee_id priority",
                **{"id": "v", "state": "open", "created_at": DAY, "updated_at": DAY},
                _fivetran_active=0,
            ),
            columns(
                "source_type assignee_id priority",
                **{"id": "v", "state": "snoozed", "created_at": DAY, "updated_at": DAY},
                _fivetran_active=1,
            ),
        ],
        "conversation_contact_history": [{"conversation_id": "v", "contact_id": "c"} | ACTIVE],
        "conversation_part_history": [
            {"id": "p", "conversation_id": "v", "author_type": "admin", "author_id": 1}
            | {"part_type": "note", "body": "x", "created_at": DAY, "updated_at": DAY}
            | ACTIVE,
        ],
    },
    "landed_qualtrics": {
        "survey_response": [
            columns(
                "recipient_email distribution_channel user_language ip_address",
                **{"id": "R_1", "survey_id": "SV", "finished": 1, "status": 0},
                **dict.fromkeys(("start_date", "recorded_date", "last_modified_date"), DAY),
            ),
        ],
        "question_response": [
            columns("question_option_key text", response_id="R_1", question_id="Q1", value="9"),
        ],
        "question": [
            columns(
                "question_text", id="Q1", survey_id="SV", data_export_tag="NPS", _fivetran_deleted=0
            ),
        ],
    },
    "landed_twilio": {
        "call": [
            columns(
                "to from",
                **{"id": "CA", "direction": "outbound-api", "status": "no-answer"},
                **{"to": "15550100", "duration": 80, "queue_time": 0},
                **dict.fromkeys(("start_time", "end_time", "updated_at"), f"{DAY}.000000 UTC"),
            ),
        ],
        "message": [
            columns("to", id="SM", direction="outbound-api", status="read", date_sent=DAY)
            | {"updated_at": DAY},
        ],
    },
}
EXPECTED = {
    "landed_zendesk": {
        "tickets": [("1", "on_hold"), ("2", "deleted")],
        "ticket_messages": [
            ("1|7", "customer"),
            ("1|8", "agent"),
            ("1|9", "system"),
        ],
        "ticket_status_changes": [(f"1|{DAY}", "on_hold")],
        "customers": [("5", None)],
    },
    "landed_salesforce": {
        "accounts": [("002", None)],
        "customers": [("003", None)],
        "opportunities": [("006", "lost")],
    },
    "landed_hubspot": {
        "customers": [],
        "accounts": [("4", None)],
        "opportunities": [("2", "won")],
        "tickets": [("3", "closed")],
    },
    "landed_intercom": {
        "customers": [("c", None)],
        "tickets": [("v", "pending")],
        "ticket_messages": [("v|p", "agent")],
    },
    "landed_qualtrics": {
        "survey_responses": [("SV|R_1", None)],
        "survey_answers": [("SV|R_1|Q1", "9.00")],
        "survey_questions": [("SV|Q1", "nps")],
    },
    "landed_twilio": {
        "calls": [("CA|15550100", "abandoned")],
        "communications": [("SM", "sms")],
        "communication_events": [("SM|read", "opened")],
    },
}
"""Key and the column of which the values are translated, by preset and stream."""

TRANSLATED = {
    **{"tickets": "status", "ticket_status_changes": "status", "ticket_messages": "author_kind"},
    **{"opportunities": "outcome", "calls": "outcome", "communications": "channel"},
    **{"communication_events": "event", "survey_answers": "numeric_value"},
    "survey_questions": "metric",
}


def database(path: Path, tables: dict[str, Table]) -> None:
    with sqlite3.connect(path) as connection:
        for name, rows in tables.items():
            names = ", ".join(f'"{column}"' for column in rows[0])
            connection.execute(f'create table "{name}" ({names})')
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(
                f'insert into "{name}" ({names}) values ({marks})',
                [[*row.values()] for row in rows],
            )


def test_every_preset_is_tried() -> None:
    assert set(preset_names("sql")) == set(LANDED)


@pytest.mark.parametrize("preset", LANDED)
def test_living_rows_of_landed_tables_land_and_deleted_ones_are_missing_among_the_keys(
    preset: str, tmp_path: Path
) -> None:
    database(tmp_path / "landed.sqlite", LANDED[preset])
    place = {"url_env": None, "url": "sqlite:///{inbox}/landed.sqlite"}
    block = {"id": "desk", "connector": "sql", "preset": preset, "options": place}
    source = Source.model_validate(with_preset(block))
    sql.check(source)

    found: dict[str, list[tuple[Any, ...]]] = {}
    with connect(threads=1) as connection:
        for stream in sql.configured(source):
            spec, shown = sql.STREAMS[stream], TRANSLATED.get(stream, "null")
            found[stream] = []
            for batch in sql.read(source, stream, cursor={}, inbox=tmp_path):
                if batch.keys_only:
                    assert as_table(batch).num_rows == len(found[stream])
                    continue
                typed = conform(
                    connection,
                    raw_rows(batch, source, spec),
                    spec=spec,
                    conventions=source.conventions_of(stream),
                    source_id=source.id,
                    key=b"a key that only the tests know",
                )
                assert typed.count_rejected == 0
                assert batch.cursor["position"] == SYNCED["_fivetran_synced"]
                found[stream] += connection.execute(
                    f"select source_id, {shown}::varchar from {typed.accepted} order by 1"
                ).fetchall()
                extra = connection.execute(f"select _extra from {typed.accepted}").fetchall()
                assert not any(text for (text,) in extra)

    assert found == EXPECTED[preset]
