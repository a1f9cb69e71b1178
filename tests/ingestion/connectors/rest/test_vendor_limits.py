"""Limits and traps of vendors that no other module of the room tries: ``docs/traps.md``.

The numbers here are the vendors', as the connector's README quotes them; the presets must stay
within them.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from ingestion.errors import RefusedRequestError
from ingestion.presets import with_preset
from tests.factories.json_server import Answer
from tests.factories.vendor import PAGE, put
from tests.ingestion.connectors.acceptance import Held, as_table, batches_of
from tests.ingestion.connectors.rest.world import RestWorld, rest_world

Open = Callable[[str], AbstractContextManager[RestWorld]]

PAGES = [
    ("amocrm", "limit", 250),
    ("app_store", "limit", 200),
    ("bitrix24", "size", 50),
    ("espocrm", "maxSize", 200),
    ("espocrm", "size", 200),
    ("google_forms", "pageSize", 5000),
    ("google_play", "maxResults", 100),
    ("hubspot", "limit", 200),
    ("intercom", "per_page", 150),
    ("request_tracker", "per_page", 100),
    ("surveymonkey", "per_page", 100),
    ("twilio", "PageSize", 1000),
    ("twilio_taskrouter", "PageSize", 1000),
    ("twilio_voice", "PageSize", 1000),
    ("typeform", "page_size", 1000),
    ("zendesk", "size", 1000),
]
PACES = {
    "amocrm": 7 * 60,
    "app_store": 3500 / 60,
    "bitrix24": 2 * 60,
    "genesys": 300,
    "google_forms": 180,
    "hubspot": 5 * 60,
    "intercom": 10_000,
    "surveymonkey": 120,
    "typeform": 2 * 60,
    "zendesk": 10,
}
AT_LEAST = [
    ("genesys", "overlap_minutes", 3 * 1440),
    ("hubspot", "settle_minutes", 5),
    ("onec", "overlap_minutes", 35 * 1440),
    ("twilio", "overlap_minutes", 3 * 1440),
    ("twilio_voice", "overlap_minutes", 2 * 1440),
]
AT_MOST = [
    ("dataverse", "expires_days", 29),
    ("genesys", "slice_days", 31),
    ("google_play", "keeps_days", 7),
    ("google_play", "requests_per_run", 200),
    ("qualtrics", "every_days", 7),
    ("qualtrics", "response_megabytes", 1843),
    ("salesforce_bulk", "every_days", 31),
    ("salesforce_bulk", "maxRecords", 50_000),
    # five hundred a day, of two streams
    ("surveymonkey", "requests_per_run", 250),
    ("twilio_taskrouter", "keeps_days", 30),
]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return partial(rest_world, patch=monkeypatch)


def preset(name: str) -> dict[str, Any]:
    return with_preset({"id": "x", "connector": "rest", "preset": name})


def said(settings: Any, key: str) -> Iterator[int]:
    """Every value that stands under ``key``, wherever."""
    if isinstance(settings, dict):
        yield from (value for name, value in settings.items() if name == key)
        settings = list(settings.values())
    if isinstance(settings, list):
        for value in settings:
            yield from said(value, key)


@pytest.mark.parametrize(("name", "key", "most"), [*PAGES, *AT_MOST])
def test_no_preset_asks_for_more_than_its_vendor_gives(name: str, key: str, most: int) -> None:
    found = list(said(preset(name), key))

    assert found
    assert max(found) <= most


@pytest.mark.parametrize(("name", "key", "least"), AT_LEAST)
def test_every_preset_reads_again_what_its_vendor_changes_late(
    name: str, key: str, least: int
) -> None:
    found = list(said(preset(name), key))

    assert found
    assert min(found) >= least


@pytest.mark.parametrize("name", PACES)
def test_no_preset_asks_more_often_than_its_vendor_allows(name: str) -> None:
    assert 1 <= preset(name)["options"]["requests_per_minute"] <= PACES[name]


def rows_of(world: RestWorld) -> list[dict[str, Any]]:
    return [row for batch in batches_of(world) for row in as_table(batch).to_pylist()]


def test_an_empty_field_that_is_written_as_false_is_none(opened: Open) -> None:
    empty = {"parent_id": False, "email": False, "phone": False}
    with opened("odoo") as world:
        world.add(1)
        world.vendor.rows[1].shape = lambda record: record | empty

        row = rows_of(world)[0]

    assert [row[name] for name in ("account_number", "email", "phone")] == [None, None, None]


def test_a_deleted_ticket_is_one_with_the_status_deleted(opened: Open) -> None:
    with opened("zendesk") as world:
        world.add(2)
        world.remove(1)

        assert {row["status"] for row in rows_of(world)} == {"open", "deleted"}


def test_an_answer_without_content_is_an_empty_list(opened: Open) -> None:
    with opened("amocrm") as world:
        world.vendor.misbehave = lambda count: Answer(status=204, body=b"")

        assert rows_of(world) == []


def test_statuses_of_the_vendor_s_own_pipeline_are_won_and_lost() -> None:
    outcome = preset("amocrm")["streams"]["opportunities"]["columns"]["outcome"]

    assert outcome["values"] == {"142": "won", "143": "lost"}


def test_every_page_of_a_search_is_a_new_query_so_that_its_cap_is_never_met(opened: Open) -> None:
    with opened("hubspot") as world:
        world.add(4 * PAGE)

        assert Held(world).read().values == world.state()

    asked = [asked.body for asked in world.vendor.asked if asked.method == "POST"]
    assert len(asked) > 3
    assert {int(body["after"]) for body in asked} == {0}


def test_a_field_that_permissions_hide_refuses_the_query(opened: Open) -> None:
    hidden = [{"errorCode": "INVALID_FIELD", "message": "No such column 'Phone'"}]
    with opened("salesforce") as world:
        world.vendor.misbehave = lambda count: Answer(status=400, body=hidden)
        with pytest.raises(RefusedRequestError, match=r"refuses the request \(HTTP 400\)"):
            batches_of(world)


def test_texts_and_numbers_of_messages_and_authors_of_reviews_never_land(opened: Open) -> None:
    traces = {"twilio": ("body", "from"), "app_store": ("attributes.reviewerNickname",)}
    for name, places in traces.items():
        with opened(name) as world:
            world.add(1)

            def with_words(record: Any, places: tuple[str, ...] = places) -> Any:
                for place in places:
                    put(record, place, "canary of a person")
                return record

            world.vendor.rows[1].shape = with_words
            assert "canary of a person" not in json.dumps(rows_of(world), default=str)
