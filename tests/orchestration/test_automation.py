"""Sensors and alerts: what starts a run, and who hears of trouble."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest
import requests

from orchestration.defs.automation import alerts
from orchestration.defs.automation.sensors import file_drop_sensor
from orchestration.lib import sending
from orchestration.lib.environment import Environment
from orchestration.lib.progress import ONLY_PROGRESS
from tests.orchestration.conftest import FakeLake


def drop(environment: Environment, name: str, *, seconds_ago: float) -> Path:
    path = environment.home.inbox / "crm" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("order_number\n1\n")
    changed = time.time() - seconds_ago
    os.utime(path, (changed, changed))
    return path


def tick(environment: Environment, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    sensor = file_drop_sensor(environment, "refresh_cases_job")
    found = sensor(dg.build_sensor_context(cursor=cursor))
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def test_no_file_is_a_reason_to_skip(environment: Environment) -> None:
    found = tick(environment)

    assert isinstance(found, dg.SkipReason)
    assert "no new files in" in str(found.skip_message)


def test_a_settled_file_starts_one_refresh(environment: Environment) -> None:
    drop(environment, "orders.csv", seconds_ago=120)

    found = tick(environment)

    assert isinstance(found, dg.SensorResult)
    assert [request.run_key for request in found.run_requests or []] == [
        f"crm/orders.csv:{found.cursor}"
    ]
    assert isinstance(tick(environment, found.cursor), dg.SkipReason)


def test_files_of_missed_nights_start_one_refresh(environment: Environment) -> None:
    """Fault 13: reading goes on from cursors, so one run covers the gap."""
    for night in (1, 2, 3):
        drop(environment, f"orders{night}.csv", seconds_ago=night * 86_400)

    found = tick(environment)

    assert isinstance(found, dg.SensorResult)
    (request,) = found.run_requests or []
    assert request.tags["cx/dropped_files"] == "3"
    assert isinstance(tick(environment, found.cursor), dg.SkipReason)


def test_a_file_on_its_way_is_left_alone(environment: Environment) -> None:
    drop(environment, "orders.csv", seconds_ago=1)

    assert isinstance(tick(environment), dg.SkipReason)


def test_a_file_of_no_source_starts_nothing(environment: Environment) -> None:
    stray = environment.home.inbox / "unknown" / "orders.csv"
    stray.parent.mkdir(parents=True)
    stray.write_text("x")
    os.utime(stray, (1, 1))

    assert isinstance(tick(environment), dg.SkipReason)


def test_failed_checks_of_a_run_are_told_by_name(defs: dg.Definitions, lake: FakeLake) -> None:
    lake.status = "failed"
    with dg.DagsterInstance.ephemeral() as instance:
        run = defs.resolve_job_def("extraction_job").execute_in_process(
            instance=instance, run_config=ONLY_PROGRESS
        )
        told = alerts.failed_checks(instance, run.run_id)

    assert told == [
        "mapped__orders_extracted on raw/mapped__orders (ERROR): crm failed: unreachable"
    ]


def test_an_alert_names_cause_run_and_next_step() -> None:
    text = alerts.alert_text("nightly_job", "abc", ["check a", "check b"], "step x failed\ntrace")

    assert text.splitlines() == [
        "nightly_job needs attention (run abc)",
        "step x failed",
        "- check a",
        "- check b",
        "Next: open /runs/abc in Dagster; the marts of the last good night stay up.",
    ]


def test_a_storm_of_failed_checks_is_summarized() -> None:
    text = alerts.alert_text("nightly_job", "abc", [f"check {n}" for n in range(1000)], None)

    assert "and 990 more checks" in text
    assert len(text.splitlines()) == 13


def test_an_unreachable_receiver_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "post", refuse)

    assert sending.send("text", "http://127.0.0.1:9/") == (
        "the alert could not be sent: ConnectionError"
    )
    assert sending.send("text", None) is None
