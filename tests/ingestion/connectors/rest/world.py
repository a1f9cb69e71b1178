"""The declared REST connector in the worlds of the acceptance kit, one for each vendor."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.rest.reading import read_stream
from ingestion.presets import with_preset
from ingestion.settings import Conventions, Source
from tests.factories.json_server import http_server
from tests.factories.vendor import PAGE, SECRET, Dialect, Vendor
from tests.ingestion.connectors.acceptance import World
from tests.ingestion.connectors.rest import (
    call_dialects,
    crm_dialects,
    desk_dialects,
    dialects,
    review_dialects,
    survey_dialects,
)

LINKS = "a page is known by its link alone, so a read that stops begins its window again"
WHOLE = "every read brings everything in one commit"
GONE = "the vendor does not tell what was deleted"
JOB = "a job is begun again: its list is the source's, not ours"
KEPT = "a call that was made is never unmade; records vanish when the vendor no longer keeps them"
OWN: dict[str, Any] = {
    "path": "/records",
    "params": {"changed_since": "{since}"},
    "records": "data.items",
    "paging": {"kind": "page", "size": PAGE},
    "cursor": {"field": "changed", "is_ordered": False},
    "columns": {
        "customer_number": "id",
        "full_name": "title",
        "phone": {"from": "contact.mobile", "default": None},
        "updated_at": "changed",
        "_op": {"from": "gone", "values": {"true": "delete"}, "default": "upsert"},
    },
}
DIALECTS: dict[str, Dialect] = {
    "local": dialects.Local(
        preset=None, records="data.items", number="id", changed="changed", name="title", own=OWN
    ),
    "bitrix24": dialects.Bitrix24(
        preset="bitrix24",
        records="result",
        number="ID",
        changed="DATE_MODIFY",
        name="NAME",
        base=f"/rest/1/{SECRET}/",
    ),
    "amocrm": dialects.AmoCrm(
        preset="amocrm",
        records="_embedded.contacts",
        number="id",
        changed="updated_at",
        name="name",
    ),
    "onec": dialects.OneC(
        preset="onec", records="value", number="Ref_Key", changed="DataVersion", name="Description"
    ),
    "hubspot": dialects.HubSpot(
        preset="hubspot",
        records="results",
        number="id",
        changed="properties.lastmodifieddate",
        name="properties.firstname",
    ),
    "zendesk": dialects.Zendesk(
        preset="zendesk",
        stream="tickets",
        records="tickets",
        number="id",
        changed="generated_timestamp",
        name="priority",
        watched="priority",
    ),
    "salesforce": dialects.Salesforce(
        preset="salesforce", records="records", number="Id", changed="SystemModstamp", name="Name"
    ),
    "odoo": dialects.Odoo(
        preset="odoo", records="", number="id", changed="write_date", name="name"
    ),
    "intercom": dialects.Intercom(
        preset="intercom",
        stream="tickets",
        records="conversations",
        number="id",
        changed="updated_at",
        name="priority",
        watched="priority",
    ),
    "typeform": survey_dialects.Typeform(
        preset="typeform",
        stream="survey_responses",
        landed="form1|{}",
        records="items",
        number="response_id",
        changed="submitted_at",
        name="landed_at",
        watched="started_at",
    ),
    "surveymonkey": survey_dialects.SurveyMonkey(
        preset="surveymonkey",
        stream="survey_responses",
        landed="form1|{}",
        records="data",
        number="id",
        changed="date_modified",
        name="date_created",
        watched="started_at",
    ),
    "twilio": survey_dialects.Twilio(
        preset="twilio",
        stream="communications",
        records="messages",
        number="sid",
        changed="date_updated",
        name="to",
        watched="phone",
    ),
    "genesys": call_dialects.Genesys(
        preset="genesys",
        stream="calls",
        records="conversations",
        number="conversationId",
        changed="conversationStart",
        name="participants.3.userId",
        watched="agent_number",
        landed="{}|1f3c2c8e-5d7d-4a37-b1f5-0a1c2f3d4e5f",
        more={"cursor": {"first": "2026-01-15T00:00:00+00:00"}},
    ),
    "twilio_voice": call_dialects.TwilioVoice(
        preset="twilio_voice",
        stream="calls",
        records="calls",
        number="sid",
        changed="date_updated",
        name="from",
        watched="phone",
        landed="{}|voice",
    ),
    "twilio_taskrouter": call_dialects.TaskRouter(
        preset="twilio_taskrouter",
        stream="calls",
        records="events",
        number="event_data.task_sid",
        changed="event_date",
        name="event_data.worker_sid",
        watched="agent_number",
        landed="{}|Sales",
    ),
    "zendesk_talk": call_dialects.ZendeskTalk(
        preset="zendesk",
        example="zendesk_talk",
        stream="calls",
        records="calls",
        number="id",
        changed="updated_at",
        name="agent_id",
        watched="agent_number",
        landed="{}|360001",
    ),
    "dataverse": crm_dialects.Dataverse(
        preset="dataverse",
        records="value",
        number="contactid",
        changed="modifiedon",
        name="fullname",
    ),
    "espocrm": crm_dialects.EspoCrm(
        preset="espocrm", records="list", number="id", changed="modifiedAt", name="name"
    ),
    "suitecrm": crm_dialects.SuiteCrm(
        preset="suitecrm",
        records="data",
        number="id",
        changed="attributes.date_modified",
        name="attributes.first_name",
    ),
    "salesforce_bulk": crm_dialects.SalesforceBulk(
        preset="salesforce_bulk",
        records="",
        number="Id",
        changed="SystemModstamp",
        name="Name",
    ),
    "request_tracker": desk_dialects.RequestTracker(
        preset="request_tracker",
        stream="tickets",
        records="items",
        number="id",
        changed="LastUpdated",
        name="Priority",
        watched="priority",
    ),
    "qualtrics_api": survey_dialects.Qualtrics(
        preset="qualtrics",
        stream="survey_responses",
        landed="form1|{}",
        records="responses",
        number="responseId",
        changed="values.recordedDate",
        name="values.startDate",
        watched="started_at",
    ),
    "google_forms_api": survey_dialects.GoogleForms(
        preset="google_forms",
        stream="survey_responses",
        landed="form1|{}",
        records="responses",
        number="responseId",
        changed="lastSubmittedTime",
        name="createTime",
        watched="submitted_at",
    ),
    "google_play": review_dialects.GooglePlay(
        preset="google_play",
        stream="reviews",
        records="reviews",
        number="reviewId",
        changed="comments.0.userComment.lastModified.seconds",
        name="comments.0.userComment.reviewerLanguage",
        watched="language",
    ),
    "app_store": review_dialects.AppStore(
        preset="app_store",
        stream="reviews",
        records="data",
        number="id",
        changed="attributes.createdDate",
        name="attributes.territory",
        watched="market",
    ),
}
ASKED = "the vendor sends only the fields that are asked for by name"
BYPASS: dict[str, dict[str, str]] = {
    "local": {"quota_goes_on": LINKS},
    "bitrix24": {"unasked": ASKED},
    "onec": {
        "quota_goes_on": WHOLE,
        "future": WHOLE,
        "fields": "a catalog has no time of change that a column could read",
    },
    "odoo": {"unasked": ASKED},
    "zendesk": {
        "future": "the vendor keeps the position itself",
        "deletes": "a deleted ticket comes as a ticket with the status deleted",
    },
    "intercom": {"deletes": GONE},
    "typeform": {"deletes": GONE},
    "surveymonkey": {"deletes": GONE},
    "twilio": {"quota_goes_on": LINKS, "deletes": GONE},
    "genesys": {"quota_goes_on": JOB, "deletes": KEPT},
    "twilio_voice": {"quota_goes_on": LINKS, "deletes": KEPT},
    "twilio_taskrouter": {"quota_goes_on": LINKS, "deletes": KEPT},
    "dataverse": {
        "future": "the vendor keeps the position itself",
        "fields": "the time of a deleted record is that of reading, so its field may be absent",
    },
    "salesforce_bulk": {"quota_goes_on": JOB, "unasked": ASKED},
    "qualtrics_api": {
        "quota_goes_on": JOB,
        "loop": "an export is one file, so no page follows",
        "unasked": "embedded data may be personal, so nothing lands that nobody mapped",
    },
    "google_forms_api": {"quota_goes_on": LINKS, "deletes": GONE},
    "google_play": {
        "quota_goes_on": LINKS,
        "deletes": GONE,
        "fields": "what is read lies in one list, which is always there",
    },
    "app_store": {
        "quota_goes_on": WHOLE,
        "future": WHOLE,
    },
    "zendesk_talk": {
        "future": "the vendor keeps the position itself",
        "deletes": KEPT,
        "loop": "a page that names itself is the last one",
    },
}


class RestWorld(World):
    """A declared source whose vendor is a local server."""

    def __init__(self, name: str, vendor: Vendor, url: str) -> None:
        self.vendor, self.url = vendor, url
        self.bypass = BYPASS.get(name, {})
        self.stream, self.watched = vendor.dialect.stream, vendor.dialect.watched
        self.more: dict[str, Any] = {}
        self.waits: list[float] = []

    def add(self, count: int, *, together: bool = False) -> None:
        self.vendor.add(count, together=together)

    def change(self, number: int) -> None:
        self.vendor.change(number)

    def remove(self, number: int) -> None:
        self.vendor.remove(number)

    def state(self) -> dict[str, str]:
        living = (row for row in self.vendor.rows.values() if not row.is_deleted)
        dialect = self.vendor.dialect
        return {
            dialect.landed.format(dialect.key(row.number)): dialect.shown(row) for row in living
        }

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        yield from read_stream(
            self.source,
            self.stream,
            cursor=cursor,
            sleep=self.waits.append,
            clock=lambda: self.vendor.now,
        )

    def pass_days(self, days: int) -> None:
        """Let time go by at the vendor."""
        self.vendor.now += timedelta(days=days)

    @property
    def conventions(self) -> Conventions:
        return self.source.conventions_of(self.stream)

    @property
    def source(self) -> Source:
        """The configured source."""
        dialect = self.vendor.dialect
        options: dict[str, Any] = {"base_url": self.url + dialect.base, "requests_per_minute": None}
        if dialect.base:
            options |= {"base_url": None, "base_url_env": "AUTH_URL"}
        raw = with_preset(
            {
                "id": "crm",
                "connector": "rest",
                **({"preset": dialect.preset} if dialect.preset else {}),
                "options": _without_none(options | auth_of(dialect) | self.more),
                "streams": {self.stream: _stream(dialect) if dialect.preset else dialect.own},
            }
        )
        raw["options"].pop("requests_per_minute", None)
        return Source.model_validate(raw)


def _without_none(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def auth_of(dialect: Dialect) -> dict[str, Any]:
    """A token, where a preset has no credentials or lets a login server make them."""
    if dialect.base:
        return {}
    raw = {"connector": "rest", "preset": dialect.preset} if dialect.preset else {}
    auth = with_preset(raw).get("options", {}).get("auth", {})
    if auth.get("kind") in ("basic", "bearer", "api_key"):
        return {}
    return {"auth": dict.fromkeys(auth) | {"kind": "bearer", "token_env": "AUTH_TOKEN"}}


def _stream(dialect: Dialect) -> dict[str, Any]:
    """What differs from the preset: small pages, and the one form that exists."""
    preset = with_preset({"id": "x", "connector": "rest", "preset": dialect.preset})
    stream = preset["streams"][dialect.stream]
    changes: dict[str, Any] = dict(dialect.more)
    if "size" in stream.get("paging", {}):
        changes["paging"] = {"size": PAGE}
    if "size" in stream.get("deletes", {}).get("paging", {}):
        changes["deletes"] = {"paging": {"size": PAGE}}
    if "restart_after" in stream.get("cursor", {}):
        changes["cursor"] = {"restart_after": PAGE}
    if "{each}" in str(stream) and "each" not in stream:
        changes["each"] = ["form1"]
    return changes


@contextmanager
def rest_world(name: str, patch: pytest.MonkeyPatch) -> Iterator[RestWorld]:
    """The declared connector beside the vendor of that name."""
    vendor = Vendor(DIALECTS[name])
    with http_server(vendor, clock=lambda: vendor.now) as url:
        world = RestWorld(name, vendor, url)
        patch.setenv("AUTH_URL", url + vendor.dialect.base)
        for variable, value in _credentials(world).items():
            patch.setenv(variable, value)
        yield world


def _credentials(world: RestWorld) -> dict[str, str]:
    auth = world.source.options.get("auth", {})
    return {value: SECRET for name, value in auth.items() if name.endswith("_env")}
