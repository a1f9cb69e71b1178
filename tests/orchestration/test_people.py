"""Alerts leave once: what a webhook did not take is tried again, what it took is not repeated."""

from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.defs.serving import people
from orchestration.defs.serving.people import KPI_ALERTS, alerts_asset
from orchestration.lib.environment import Environment
from serving import new_alerts
from tests.factories.json_server import Answer, json_server
from tests.serving.test_alerts import PUBLISHED


@pytest.fixture(autouse=True)
def _real_alerts(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "new_alerts", new_alerts)


def publish_alerts(environment: Environment) -> None:
    folder = environment.home.marts / "versions" / "run1"
    folder.mkdir(parents=True)
    (folder / "published.json").write_text("{}")
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute(PUBLISHED)
    (environment.home.marts / "current").symlink_to(Path("versions") / "run1")


def night(environment: Environment) -> dg.ExecuteInProcessResult:
    return dg.materialize([alerts_asset(environment)], selection=[KPI_ALERTS])


def sent_check(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (evaluation,) = result.get_asset_check_evaluations()
    return evaluation


def test_what_the_webhook_refuses_is_tried_again_and_what_it_takes_is_not_repeated(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_alerts(environment)
    statuses, posted = [500, 200, 200], []

    def answer(body: Any) -> Answer:
        posted.append(body["text"])
        return Answer(body={}, status=statuses.pop(0))

    with json_server(answer) as url:
        monkeypatch.setenv("CX_ALERT_WEBHOOK", url)
        refused, taken, rest, quiet = (night(environment) for _ in range(4))

    assert not sent_check(refused).passed
    assert "could not be sent" in str(sent_check(refused).description)
    assert all(sent_check(result).passed for result in (taken, rest, quiet))
    assert posted[0] == posted[1]
    assert [message.count("\n- ") for message in posted] == [5, 5, 2]


def test_without_a_webhook_the_alerts_stand_in_the_run(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_alerts(environment)
    monkeypatch.delenv("CX_ALERT_WEBHOOK", raising=False)

    for result in (night(environment), night(environment)):
        (event,) = result.asset_materializations_for_node("kpi_alerts")
        assert event.metadata["alerts"].value == 5
        assert "Service level" in str(event.metadata["message"].value)
