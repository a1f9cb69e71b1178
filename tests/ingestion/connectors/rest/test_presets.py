"""Each preset on the vendor's documented answer: what lands, typed."""

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from ingestion.connectors import rest
from ingestion.connectors.rest.reading import read_stream
from ingestion.errors import ConfigurationError
from ingestion.presets import preset_names, with_preset
from ingestion.settings import Source
from tests.factories.json_server import Answer, Asked, http_server
from tests.factories.vendor import SECRET
from tests.ingestion.connectors.acceptance import as_table, conformed
from tests.ingestion.connectors.rest.world import DIALECTS, RestWorld, auth_of, rest_world

CUSTOMERS = ("source_id", "account_number", "created_at", "updated_at", "segment")
TICKETS = ("source_id", "customer_number", "channel", "queue", "agent_number", "status")
RESPONSES = ("source_id", "is_complete", "is_test", "started_at", "updated_at")
REVIEWS = (
    *("source_id", "site", "product_name", "rating", "review_text", "posted_at"),
    "replied_at",
)
CALLS = (
    *("source_id", "agent_number", "outcome", "entered_at"),
    *("wait_milliseconds", "talk_milliseconds"),
)
ANSWERS = ("source_id", "numeric_value", "choice_code", "answer_text")
EXPECTED: dict[tuple[str, str], tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
    ("bitrix24", "customers"): (
        CUSTOMERS,
        [("10", None, "2026-01-31 07:00:00+00", "2026-02-01 09:30:00+00", None)],
    ),
    ("amocrm", "customers"): (
        CUSTOMERS,
        [("3", "77", "2026-01-31 09:00:00+00", "2026-02-01 07:13:20+00", None)],
    ),
    ("onec", "customers"): (
        CUSTOMERS,
        [("6d0a0b1e-0000-11ec-8000-000000000001", None, None, None, None)],
    ),
    ("hubspot", "customers"): (
        CUSTOMERS,
        [("512", None, "2026-01-31 10:00:00.123+00", "2026-02-01 09:30:00.456+00", "customer")],
    ),
    ("salesforce", "customers"): (
        CUSTOMERS,
        [
            (
                *("0035g000001AbCdAAK", "0015g000001XyZzAAK"),
                *("2026-01-31 10:00:00+00", "2026-02-01 09:30:00+00", None),
            )
        ],
    ),
    ("odoo", "customers"): (
        CUSTOMERS,
        [("25", "14", "2026-01-31 10:00:00+00", "2026-02-01 09:30:00+00", None)],
    ),
    **{
        (name, "customers"): (
            CUSTOMERS,
            [(number, account, "2026-01-31 10:00:00+00", "2026-02-01 09:30:00+00", None)],
        )
        for name, number, account in [
            ("dataverse", "60c4e274-0d87-e711-80e5", "51c5e274-0d87-e711-80e5"),
            ("espocrm", "65ba1c7c4e1f2a0b3", "65ba1c7c4e1f2a0b9"),
            ("suitecrm", "b13a39f8-1c24-c5d0", "11a71596-83e7-624d"),
            ("salesforce_bulk", "0035g000001AbCdAAK", "0015g000001XyZzAAK"),
        ]
    },
    ("zendesk", "tickets"): (
        TICKETS,
        [("35436", "20978392", "web", "98738", "235323", "on_hold")],
    ),
    ("intercom", "tickets"): (
        TICKETS,
        [("471", "6762f0dd1bb69f9f2193bb83", "conversation", None, "991267461", "open")],
    ),
    ("typeform", "survey_answers"): (
        ANSWERS,
        [
            ("form1|21085286190ffad1248d17c4135ee56f|RUqkXSeXBXSd", None, "false", None),
            ("form1|21085286190ffad1248d17c4135ee56f|nps", "9.00", None, None),
            ("form1|21085286190ffad1248d17c4135ee56f|why", None, None, "it is quick"),
        ],
    ),
    ("surveymonkey", "survey_answers"): (
        ANSWERS,
        [
            ("form1|5007154325|319352786", None, "3057839051", None),
            ("form1|5007154325|319352787", None, None, "good"),
        ],
    ),
    ("genesys", "calls"): (
        CALLS,
        [
            (
                "5dd9ba0e-6b1f-4bbb-9d2d-0e2a5b6c7d8e|1f3c2c8e-5d7d-4a37-b1f5-0a1c2f3d4e5f",
                *("u-501", "answered", "2026-01-31 10:00:00.12+00", "25000", "300500"),
            )
        ],
    ),
    ("twilio_voice", "calls"): (
        CALLS,
        [
            (
                "CA10033220066666668888888888888888|voice",
                *(None, "answered", "2026-01-31 10:00:01+00", None, "240000"),
            )
        ],
    ),
    ("twilio_taskrouter", "calls"): (
        CALLS,
        [
            (
                "WT00000000000000000000000000000001|Sales",
                *("WK1", "answered", "2026-01-31 10:00:00+00", None, None),
            )
        ],
    ),
    ("zendesk_talk", "calls"): (
        CALLS,
        [("112233|360001", "12345", "answered", "2026-01-31 10:00:00+00", "30000", "120000")],
    ),
    ("request_tracker", "tickets"): (
        (*TICKETS, "solved_at", "solve_due_at"),
        [
            (
                *("3", None, None, "General", "root", "solved"),
                *("2026-02-01 09:30:00+00", None),
            ),
            ("8", None, None, "General", None, "open", None, None),
        ],
    ),
    ("qualtrics_api", "survey_answers"): (
        ANSWERS,
        [
            ("form1|R_2aBcDeFgHiJkLmN|QID1", "9.00", None, None),
            ("form1|R_2aBcDeFgHiJkLmN|QID3_TEXT", None, None, "it is quick"),
        ],
    ),
    ("qualtrics_api", "survey_responses"): (
        RESPONSES,
        [
            (
                *("form1|R_2aBcDeFgHiJkLmN", "true", "false"),
                *("2026-02-01 09:29:00+00", "2026-02-01 09:30:05.123+00"),
            )
        ],
    ),
    ("google_forms_api", "survey_answers"): (
        ANSWERS,
        [
            ("form1|ACYDBNj0|1dcb2b3a", "9.00", None, None),
            ("form1|ACYDBNj0|3d9e21c1", None, None, "it is quick"),
            # a date, which the masking of words hides
            ("form1|ACYDBNj0|5f00aa21", None, None, "[number]"),
        ],
    ),
    ("google_forms_api", "survey_responses"): (
        (*RESPONSES, "submitted_at"),
        [
            (
                *("form1|ACYDBNj0", "true", None),
                *(None, "2026-02-01 09:30:00.123456+00", "2026-02-01 09:29:00.123456+00"),
            )
        ],
    ),
    ("google_play", "reviews"): (
        REVIEWS,
        [
            (
                *("gp:AOqpTOF", "google_play", "form1", "5.00", "love it"),
                *("2026-01-31 10:00:00+00", "2026-01-31 11:00:00+00"),
            )
        ],
    ),
    ("app_store", "reviews"): (
        REVIEWS,
        [
            (
                *("00000011-2f3a", "app_store", "form1", "4.00", "Good but slow at times"),
                *("2026-01-31 10:00:00+00", None),
            )
        ],
    ),
    ("twilio", "communication_events"): (
        ("source_id", "_op", "event", "occurred_at"),
        [
            (
                *("SM10033220066666668888888888888888|status", "upsert", "delivered"),
                "2026-01-31 10:00:05+00",
            )
        ],
    ),
    ("twilio", "communications"): (
        ("source_id", "channel", "purpose", "sent_at", "updated_at"),
        [
            (
                *("SM10033220066666668888888888888888", "sms", "service"),
                *("2026-01-31 10:00:01+00", "2026-01-31 10:00:05+00"),
            )
        ],
    ),
}
NAMES = ("Bo Berg", "Agent Smith", "bo@example.com", "+15558675310")
"""Persons in the fixtures whom no column may read."""

PERSONAL = {
    "bitrix24": ("Анна Петрова", "anna@example.com", "+7 912 345-67-89"),
    "amocrm": ("Иван Иванов", "ivan@example.com", "+79123456789"),
    "onec": ("ООО Ромашка", "info@romashka.example", "79123456789"),
    "hubspot": ("Bo Berg", "bo@example.com", "+4712345678"),
    "salesforce": ("Ann Lee", "ann@example.com", "+15417543010"),
    **dict.fromkeys(
        ("dataverse", "espocrm", "suitecrm", "salesforce_bulk"),
        ("Ann Lee", "ann@example.com", "+15417543010"),
    ),
    "odoo": ("Brandon Freeman", "brandon@example.com", "+15417543010"),
}


def _source(name: str, stream: str, url: str) -> Source:
    """The preset of a dialect, with a token where it leaves the login to the source."""
    preset = DIALECTS[name].preset
    raw = with_preset(
        {
            "id": "crm",
            "connector": "rest",
            "preset": preset,
            "options": {"base_url": url, "requests_per_minute": None} | auth_of(DIALECTS[name]),
            "streams": {stream: {}},
        }
    )
    settings = raw["streams"][stream]
    if "{each}" in str(settings):
        settings["each"] = ["form1"]
    return Source.model_validate(raw)


@pytest.mark.parametrize(("name", "stream"), EXPECTED)
def test_the_documented_answer_lands_typed(
    name: str, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns, expected = EXPECTED[name, stream]
    with (
        rest_world(name, monkeypatch) as world,
        http_server(_documented(world)) as url,
        duckdb.connect() as connection,
    ):
        source = _source(name, stream, url)
        for variable in ("AUTH_TOKEN", *_named(source)):
            monkeypatch.setenv(variable, SECRET)
        world.stream = stream
        reading = read_stream(source, stream, cursor={}, sleep=world.waits.append)
        first = next(reading)
        found = conformed(world, first, connection)
        written = ", ".join(f'"{column}"::varchar' for column in columns)
        landed = connection.sql(f"select {written} from {found.accepted} order by 1").fetchall()
        clear = connection.sql(f"from {found.restricted}").fetchall() if found.restricted else []

    assert landed == expected
    assert found.count_rejected == 0
    assert set(PERSONAL.get(name, ())) <= {value for row in clear for value in row}
    unmapped = str(as_table(first).column("unmapped").to_pylist())
    assert not any(value in unmapped for value in (*NAMES, *PERSONAL.get(name, ())[2:]))


def _documented(world: RestWorld) -> Callable[[Asked], Answer]:
    """The documented answer, once; what comes before and behind it is the dialect's."""
    dialect, answers = world.vendor.dialect, [world.vendor.dialect.fixture]

    def answer(asked: Asked) -> Answer:
        if dialect.is_job(asked):
            return dialect.answered(world.vendor, asked)
        if not answers:
            return Answer(status=204)
        text = json.dumps(answers.pop()).replace(
            "https://example.amocrm.ru", "http://" + asked.headers["Host"]
        )
        return dialect.as_sent(json.loads(text))

    return answer


def _named(source: Source) -> list[str]:
    auth = source.options.get("auth", {})
    return [value for name, value in auth.items() if name.endswith("_env")]


@pytest.mark.parametrize("preset", preset_names("rest"))
def test_every_stream_of_a_preset_is_accepted(preset: str) -> None:
    streams = with_preset({"connector": "rest", "preset": preset})["streams"]
    for stream in streams:
        name = next(name for name, dialect in DIALECTS.items() if dialect.preset == preset)
        rest.check(_source(name, stream, "https://vendor.example"))


def test_a_preset_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigurationError, match="preset is 'bitrx': connector rest has amocrm, "):
        with_preset({"id": "crm", "connector": "rest", "preset": "bitrx"})


def test_a_source_overrides_its_preset_key_by_key() -> None:
    merged = with_preset(
        {
            "connector": "rest",
            "preset": "onec",
            "conventions": {"phone_region": "RU"},
            "streams": {"orders": {"columns": {"amount": "Сумма", "status": None}}},
        }
    )

    assert list(merged["streams"]) == ["orders"]
    columns = merged["streams"]["orders"]["columns"]
    assert (columns["amount"], columns["order_number"]) == ("Сумма", "Ref_Key")
    assert "status" not in columns
    assert merged["conventions"] == {"time_zone": "Europe/Moscow", "phone_region": "RU"}
