"""Buckets that cannot be read: one sentence each, which names no secret."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.connectors import files
from ingestion.connectors.files.options import place_of
from ingestion.errors import (
    AuthenticationError,
    ConfigurationError,
    QuotaExceededError,
    SourceError,
    TransientSourceError,
)
from tests.factories.json_server import Answer
from tests.factories.object_store import KEYS, Store
from tests.ingestion.connectors.files.bucket_world import World, bucket_world, order, tables
from tests.ingestion.connectors.files.conftest import Inbox, cells


@pytest.fixture
def world(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with bucket_world(inbox, monkeypatch) as opened:
        yield opened


CIRCLE = (
    b"<ListBucketResult><NextContinuationToken>more</NextContinuationToken><Contents>"
    b"<Key>exports/orders</Key><LastModified>2026-01-01T00:00:00Z</LastModified>"
    b"<Size>0</Size></Contents></ListBucketResult>"
)
BOMB = b'<!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult>&b;</ListBucketResult>'
REFUSALS: dict[str, tuple[Answer, type[SourceError], str]] = {
    "keys": (
        Answer(status=403),
        AuthenticationError,
        "refuses the keys in STORE_KEY_ID and STORE_KEY_SECRET: check them, their right to list",
    ),
    "bucket": (Answer(status=404), SourceError, "is not there: check options.url"),
    "region": (Answer(status=400), SourceError, "options.endpoint and options.region"),
    "moved": (
        Answer(status=301, headers={"Location": "https://s3.other.example/"}),
        SourceError,
        "redirects to s3.other.example; refused",
    ),
    "page": (Answer(body=b"<html>sign in</html>"), TransientSourceError, "a web page instead of"),
    "cut": (Answer(body=b"<ListBucketResult><Con"), TransientSourceError, "list of objects"),
    "bomb": (Answer(body=BOMB), TransientSourceError, "list of objects"),
    "circle": (Answer(body=CIRCLE), SourceError, "lists its objects in circles"),
    "quota": (Answer(status=429), QuotaExceededError, "allows no more now"),
}


@pytest.mark.parametrize("way", REFUSALS)
def test_a_bucket_that_cannot_be_read_says_so_in_one_sentence(
    world: World, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    answer, kind, sentence = REFUSALS[way]
    world.store.misbehave = lambda count: answer

    with caplog.at_level(logging.DEBUG), pytest.raises(kind) as error:
        list(world.patiently())

    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert KEYS.key_secret not in str(error.value) + caplog.text


def test_wrong_keys_and_a_store_that_is_away_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_KEY_SECRET", "another")
    with pytest.raises(AuthenticationError, match="refuses the keys in STORE_KEY_ID"):
        world.read()
    monkeypatch.delenv("STORE_KEY_SECRET")
    with pytest.raises(ConfigurationError, match="STORE_KEY_SECRET is named in the sources"):
        world.read()
    monkeypatch.setenv("STORE_KEY_SECRET", "another")
    world.url = "http://127.0.0.1:9"
    with pytest.raises(TransientSourceError, match="gives no answer"):
        list(world.patiently())


def test_an_object_that_may_not_be_read_stops_the_source_with_the_reason(world: World) -> None:
    world.store.put("exports/orders.csv", order(1))
    world.store.misbehave = lambda count: Answer(status=403) if count > 1 else None

    with pytest.raises(AuthenticationError, match="may be listed, but an object in it is refused"):
        list(world.patiently())

    assert world.inbox.left == [".fetched.part"]
    world.store.misbehave = lambda count: None
    assert world.numbers() == ["1"]


def test_an_answer_that_breaks_off_is_asked_for_again(world: World) -> None:
    world.store.put("exports/orders.csv", order(1))
    short = Answer(body=b"id", status=206, headers={"Content-Length": "33"})
    world.store.misbehave = lambda count: short if count == 2 else None

    assert [cells(batch)[0][1] for batch in tables(world.patiently())] == ["1"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "https://bucket"}, "url: String should match pattern"),
        ({"endpoint": "http://store.example.com"}, "must begin with https://"),
        ({"endpoint": "https://store.example.com/bucket"}, "endpoint: String should match"),
        ({"key_secret_env": "canary-7d2e"}, "key_secret_env: String should match pattern"),
        ({"objects_per_run": 0}, "objects_per_run: Input should be greater"),
        ({"path": "x"}, "path: Extra inputs"),
    ],
)
def test_a_mistake_in_the_place_is_named(inbox: Inbox, wrong: dict[str, Any], message: str) -> None:
    source = World(store=Store(), inbox=inbox, url="https://store.example.com").source(**wrong)

    with pytest.raises(ConfigurationError) as error:
        files.check(source)

    assert str(error.value).startswith("source partners, options: ")
    assert message in str(error.value)
    assert "canary" not in str(error.value)


def test_the_store_is_amazons_unless_another_is_named(inbox: Inbox) -> None:
    place = place_of(World(store=Store(), inbox=inbox, url="").source(endpoint=None))

    assert place
    assert place.address == "https://s3.eu-north-1.amazonaws.com"
    assert (place.bucket, place.prefix) == ("company-records", "exports/")
