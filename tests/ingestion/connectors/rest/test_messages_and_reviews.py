"""Traps of message senders and app stores that the kit has no point for."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ingestion.connectors.rest.signing import SignedToken
from ingestion.errors import ConfigurationError
from tests.factories.vendor import PAGE
from tests.ingestion.connectors.acceptance import Held, as_table, batches_of
from tests.ingestion.connectors.rest.world import RestWorld, rest_world

Open = Callable[[str], AbstractContextManager[RestWorld]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return partial(rest_world, patch=monkeypatch)


def test_reviews_that_are_no_longer_shown_stay_and_a_missed_week_is_told(opened: Open) -> None:
    with opened("google_play") as world:
        world.add(PAGE)
        held = Held(world).read()
        world.pass_days(41)

        later = batches_of(world, held.cursor)

        assert not any(batch.is_snapshot for batch in later)
        assert [batch.note[:27] for batch in later if batch.note] == ["the source shows 7 days onl"]


def test_a_message_that_is_on_its_way_or_came_from_a_customer_has_no_event(opened: Open) -> None:
    with opened("twilio") as world:
        world.add(3)
        world.vendor.rows[1].shape = lambda record: record | {"status": "sending"}
        world.vendor.rows[2].shape = lambda record: record | {"direction": "inbound"}
        found = {}
        for stream in ("communications", "communication_events"):
            world.stream = stream
            (first, *_) = batches_of(world)
            found[stream] = as_table(first).column("_op").to_pylist()

    assert found["communications"] == ["upsert", "delete", "upsert"]
    assert found["communication_events"] == ["delete", "upsert", "upsert"]


def test_a_signed_token_is_made_anew_when_it_runs_out() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    now = [1_000_000.0]
    auth = SignedToken(
        key_id="K1",
        issuer="me",
        audience="store",
        private_key=pem.replace("\n", "\\n"),
        clock=lambda: now[0],
    )

    def token() -> str:
        request = requests.Request("GET", "https://store.example").prepare()
        return str(auth(request).headers["Authorization"]).removeprefix("Bearer ")

    first = token()
    header, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in first.split(".")
    )
    pair = encode_dss_signature(
        int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    )
    said = first.rpartition(".")[0].encode()
    key.public_key().verify(pair, said, ec.ECDSA(hashes.SHA256()))
    assert json.loads(header) == {"alg": "ES256", "kid": "K1", "typ": "JWT"}
    assert json.loads(claims)["exp"] - json.loads(claims)["iat"] <= 20 * 60
    now[0] += 600
    assert token() == first
    now[0] += 300
    assert token() != first


def test_a_key_that_is_none_is_refused_without_being_said() -> None:
    with pytest.raises(ConfigurationError, match="private key of P-256") as caught:
        SignedToken(key_id="k", issuer="i", audience="a", private_key="hush")
    assert "hush" not in str(caught.value)
