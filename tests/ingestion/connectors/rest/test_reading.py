"""What the declared connector does beyond the kit: loops, logins, landing across nights."""

from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.errors import SourceError
from ingestion.lake import Lake, open_table, source_states
from ingestion.pipeline import configured_streams, extract
from ingestion.results import StreamResult
from ingestion.settings import Company, Home, Sources
from tests.factories.json_server import Answer, Asked
from tests.factories.vendor import PAGE, SECRET
from tests.ingestion.connectors.acceptance import Held, batches_of
from tests.ingestion.connectors.rest.world import RestWorld, rest_world


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestWorld]:
    with rest_world("local", monkeypatch) as world:
        world.add(3 * PAGE)
        yield world


def test_a_source_that_gives_one_page_for_ever_is_stopped(
    local: RestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = local.vendor.dialect
    rows = [dialect.record(local.vendor.rows[n]) | {"gone": False} for n in range(1, PAGE + 1)]
    monkeypatch.setattr(local.vendor, "misbehave", lambda _: Answer(body=dialect.envelope(rows)))

    with pytest.raises(SourceError, match="leads back to a page that was read before"):
        batches_of(local)
    assert len(local.vendor.asked) == 2


def test_a_link_that_leads_back_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with rest_world("surveymonkey", monkeypatch) as world:
        world.add(4 * PAGE, together=True)
        answer = world.vendor.dialect.answer

        def circling(vendor: Any, asked: Asked) -> Any:
            body = answer(vendor, asked)
            if "page=4" in body["links"].get("next", ""):
                body["links"]["next"] = body["links"]["next"].replace("page=4", "page=2")
            return body

        monkeypatch.setattr(world.vendor.dialect, "answer", circling, raising=False)
        with pytest.raises(SourceError, match="leads back to a page"):
            batches_of(world)


@pytest.mark.parametrize(
    ("more", "sent"),
    [
        ({"kind": "client_credentials"}, {"client_secret": [SECRET]}),
        ({"kind": "client_credentials", "sent": "header"}, {"client_secret": None}),
        (
            {"kind": "client_credentials", "sent": "json", "data": {"scope": "read"}},
            {"client_secret": SECRET, "grant_type": "client_credentials", "scope": "read"},
        ),
        (
            {"kind": "refresh_token", "refresh_token_env": "AUTH_TOKEN"},
            {"grant_type": ["refresh_token"], "refresh_token": [SECRET]},
        ),
    ],
)
def test_a_token_that_expires_in_the_middle_is_renewed_once(
    local: RestWorld, more: dict[str, Any], sent: dict[str, Any]
) -> None:
    tokens = iter(["first", "second", "third"])
    answer = local.vendor.dialect.answer

    def vendor(asked: Asked) -> Answer:
        local.vendor.asked.append(asked)
        if asked.path == "/token":
            return Answer(body={"access_token": next(tokens), "expires_in": 3600})
        is_old = asked.query.get("page") == "2" and "first" in asked.headers["Authorization"]
        return Answer(status=401) if is_old else Answer(body=answer(local.vendor, asked))

    local.vendor.__class__ = type(
        "Renewing", (type(local.vendor),), {"__call__": lambda _, a: vendor(a)}
    )
    local.more = {
        "auth": {
            **more,
            "token_url": f"{local.url}/token",
            "client_id_env": "AUTH_TOKEN",
            "client_secret_env": "AUTH_TOKEN",
        }
    }

    assert Held(local).read().values == local.state()
    logins = [asked for asked in local.vendor.asked if asked.path == "/token"]
    assert len(logins) == 2
    assert {name: logins[0].body.get(name) for name in sent} == sent
    assert logins[0].headers.get("Authorization", "").startswith("Basic") == (
        more.get("sent") == "header"
    )


def test_a_stopped_night_keeps_its_pages_and_the_next_one_lands_the_rest_once(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key that only the tests know")
    with rest_world("bitrix24", monkeypatch) as world:
        world.add(3 * PAGE)
        world.more = {"requests_per_run": 2}
        nights = [_night(world, tmp_path)]
        world.more = {}
        nights += [_night(world, tmp_path) for _ in range(2)]

        lake = Lake(tmp_path / "lake")
        table = open_table(lake.table(world.spec))
        assert table
        (state,) = source_states(table).values()

    assert [(n.status, n.rows_landed) for n in nights] == [
        *(("landed", 2 * PAGE), ("landed", PAGE), ("unchanged", 0)),
    ]
    assert "the budget of one run" in nights[0].message
    assert nights[0].rows_in_lake == 2 * PAGE
    assert (nights[1].message, nights[1].rows_in_lake) == ("", 3 * PAGE)
    assert SECRET not in str(state.cursor)


def _night(world: RestWorld, root: Any) -> StreamResult:
    company = Company(key="acme", name={"en": "Acme"}, time_zone="UTC", currency="EUR")
    sources = Sources(company=company, sources=(world.source,))
    (result,) = extract(sources, Home(root=root), configured_streams(sources))
    return result
