"""Deliveries over HTTP: refused, silent and broken receivers, each one sentence, nothing lost."""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration import exporting
from orchestration.defs.serving import deliveries
from orchestration.defs.serving.deliveries import (
    CASE_WEBHOOKS,
    CRM_FIELDS,
    case_webhooks_asset,
    crm_fields_asset,
)
from orchestration.lib import deliveries as ways
from orchestration.lib import posting
from orchestration.lib.environment import Environment
from tests.factories.json_server import Answer, Asked, http_server
from tests.serving.zones import records, write_world

TAKEN = Answer(body=b"ok")


class Receiver:
    """Answers the next of ``answers`` to each batch, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        self.url = ""

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return self.answers.pop(0) if self.answers else TAKEN

    @property
    def keys(self) -> list[str]:
        return [asked.headers["Idempotency-Key"] for asked in self.asked]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    with http_server(found) as url:
        found.url = f"{url}/hook"
        yield found


@pytest.fixture
def company(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Environment:
    """The tiny company with a publication that has customers and cases."""
    monkeypatch.setattr(deliveries, "tell_crm", ways.tell_crm)
    monkeypatch.setattr(deliveries, "tell_cases", ways.tell_cases)
    warehouse, version = write_world(tmp_path)
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("""
            create table mart_closed_loop as
            select '' as case_id, '' as status, '' as reason where false;
            create table mart_action_case as
            select '' as case_number, '' as status, '' as rule_code where false;
        """)
    (version / "published.json").write_text("{}")
    shutil.move(warehouse, environment.home.warehouse)
    environment.home.marts.mkdir()
    (environment.home.marts / "current").symlink_to(version)
    source = environment.sources.sources[0].model_copy(update={"streams": {"customers": {}}})
    sources = environment.sources.model_copy(update={"sources": (source,)})
    return replace(environment, sources=sources, deliveries=tmp_path / "deliveries.yaml")


def declare(company: Environment, **content: Any) -> None:
    assert company.deliveries
    company.deliveries.write_text(json.dumps(content))


def night(
    company: Environment,
    asset: Callable[[Environment], dg.AssetsDefinition],
    key: dg.AssetKey,
) -> tuple[bool, str, dict[str, Any]]:
    """Whether the check passed, what it says, and the counts."""
    lake = SimpleNamespace(contact_records=records)
    resources = {
        "lake": dg.ResourceDefinition.hardcoded_resource(lake),
        "warehouse_lock": dg.ResourceDefinition.none_resource(),
    }
    result = dg.materialize([asset(company)], selection=[key], resources=resources)
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    (event,) = result.asset_materializations_for_node(key.path[-1])
    counts = {name: entry.value for name, entry in event.metadata.items()}
    return check.passed, check.description or "", counts


def export(company: Environment) -> tuple[bool, str, dict[str, Any]]:
    return night(company, crm_fields_asset, CRM_FIELDS)


def tell_cases(company: Environment) -> tuple[bool, str, dict[str, Any]]:
    return night(company, case_webhooks_asset, CASE_WEBHOOKS)


def test_without_a_declaration_the_differences_are_written_and_nothing_leaves(
    company: Environment,
) -> None:
    passed, _, counts = export(replace(company, deliveries=None))

    assert passed
    assert (counts["records"], counts["new"], counts["sent"]) == (7, 7, 0)
    assert Path(counts["differences"]).exists()
    assert tell_cases(replace(company, deliveries=None))[0]


def test_the_crm_takes_batches_with_key_and_token_and_is_told_nothing_twice(
    company: Environment, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "a-secret-token")
    address = {"url": receiver.url, "token_env": "CRM_TOKEN"}
    declare(company, crm_fields={"source": "crm", "send": True, "batch": 4, "to": address})

    assert [export(company)[2]["sent"] for _ in range(2)] == [7, 0]
    assert [len(asked.body["records"]) for asked in receiver.asked] == [4, 3]
    assert [asked.body["key"] for asked in receiver.asked] == receiver.keys
    assert {asked.headers["Authorization"] for asked in receiver.asked} == {"Bearer a-secret-token"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(status=500), "fails (HTTP 500)"),
        (Answer(status=429), "allows no more now (HTTP 429)"),
        (Answer(body=b"o", headers={"Content-Length": "99"}), "gives no answer"),
        (Answer(status=302, headers={"Location": "https://evil.example"}), "redirects"),
    ],
)
def test_what_a_receiver_may_have_taken_is_sent_again_under_its_key(
    company: Environment, receiver: Receiver, answer: Answer, sentence: str
) -> None:
    to = {"url": receiver.url}
    declare(company, crm_fields={"source": "crm", "send": True, "batch": 4, "to": to})
    receiver.answers = [TAKEN, answer]

    passed, said, counts = export(company)

    assert not passed
    assert counts["sent"] == 4
    assert receiver.url.removeprefix("http://").split(":")[0] in said
    assert "3 records stay to be told, the next night tries again." in said
    assert sentence in said
    assert export(company)[2]["sent"] == 3
    assert receiver.keys[1] == receiver.keys[2]
    assert receiver.asked[1].body == receiver.asked[2].body


def test_a_receiver_that_never_answers_costs_seconds_and_nothing_else(
    company: Environment, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = replace(posting.LIMITS, read_seconds=0.05)
    monkeypatch.setattr(ways, "sender", lambda address: posting.sender(address, quick))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/never"
        declare(company, cases={"webhooks": {"default": {"url": url}}})
        passed, said, counts = tell_cases(company)

    assert not passed
    assert said.count("gives no answer") == 2
    assert counts == {"told_care": 0, "told_growth": 0}
    declare(company, cases={"webhooks": {"default": {"url": receiver.url}}})
    assert tell_cases(company)[2] == {"told_care": 5, "told_growth": 4}


def test_a_case_is_told_once_per_status_and_its_end_too(
    company: Environment, receiver: Receiver
) -> None:
    declare(company, cases={"webhooks": {"default": {"url": receiver.url}}})
    tell_cases(company)
    marts = (company.home.marts / "current").resolve() / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update mart_action_today set status = 'contacted' where case_id = 'CX-3'"
        )
        connection.execute("delete from mart_action_today where case_id = 'CX-1'")
        connection.execute("insert into mart_action_case values ('CX-1', 'settled', 'complaint')")

    assert tell_cases(company)[2] == {"told_care": 2, "told_growth": 0}
    news = {case["case_id"]: case["status"] for case in receiver.asked[-1].body["cases"]}
    assert news == {"CX-1": "settled", "CX-3": "contacted"}
    assert "CX-1: settled" in receiver.asked[-1].body["text"]
    assert tell_cases(company)[2] == {"told_care": 0, "told_growth": 0}


def test_an_area_without_an_address_and_a_missing_secret_stop_no_other_area(
    company: Environment, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(company, cases={"webhooks": {"care": {"url": receiver.url}}})
    passed, said, counts = tell_cases(company)
    assert not passed
    assert "growth has 4 open cases and no address: add it, or default, to cases.webhooks" in said
    assert counts == {"told_care": 5}

    monkeypatch.delenv("GROWTH_HOOK", raising=False)
    hooks = {"care": {"url": receiver.url}, "growth": {"url_env": "GROWTH_HOOK"}}
    declare(company, cases={"webhooks": hooks})
    assert "GROWTH_HOOK is named in the deliveries but not set" in tell_cases(company)[1]
    monkeypatch.setenv("GROWTH_HOOK", "http://example.com/secret-path")
    said = tell_cases(company)[1]
    assert "must begin with https://" in said
    assert "secret-path" not in said


def test_a_batch_that_is_refused_outright_is_made_anew(
    company: Environment, receiver: Receiver
) -> None:
    to = {"url": receiver.url}
    declare(company, crm_fields={"source": "crm", "send": True, "to": to})
    receiver.answers = [Answer(status=422), Answer(status=401)]

    assert "refuses the request (HTTP 422)" in export(company)[1]
    assert "refuses the credentials (HTTP 401)" in export(company)[1]
    assert export(company)[2]["sent"] == 7
    assert len(set(receiver.keys)) == 3


def test_a_crm_that_is_no_source_is_one_sentence(company: Environment) -> None:
    declare(company, crm_fields={"source": "sap", "file": "csv"})

    assert export(company)[1] == (
        "crm_fields.source is 'sap': it must be a source with customers: crm."
    )


def test_the_command_line_shows_the_differences_and_sends_when_told_to(
    company: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(company, crm_fields={"source": "crm", "file": "jsonl"})
    monkeypatch.setattr(exporting, "load_environment", lambda: company)
    lake = SimpleNamespace(contact_records=records)
    monkeypatch.setattr(exporting, "CompanyLake", lambda environment: lake)

    assert exporting.export([""]) == 0
    sent = company.home.deliveries / "crm_fields" / "sent"
    assert not sent.exists()
    assert exporting.export(["yes"]) == 0
    assert exporting.export(["yes"]) == 0
    assert exporting.export(["maybe"]) == 2
    (file,) = sent.iterdir()
    assert len(file.read_text().splitlines()) == 7
    assert "7 records of the CRM: 0 new, 0 changed, 7 as they were told." in capsys.readouterr().out
