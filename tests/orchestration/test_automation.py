"""Sensors and alerts: what starts a run, and who hears of trouble."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

import dagster as dg
import pytest

from orchestration.defs.automation import alerts
from orchestration.defs.automation.sensors import file_drop_sensor
from orchestration.lib.environment import Environment
from orchestration.lib.messaging import Receiver
from orchestration.lib.progress import ONLY_PROGRESS
from orchestration.lib.silence import silences
from orchestration.lib.troubles import Trouble, TroubleBook
from tests.factories.json_server import Answer, json_server
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


def tell(
    defs: dg.Definitions, environment: Environment, error: str | None = None
) -> tuple[list[Trouble], list[str]]:
    """Run the extraction and tell what is wrong with it."""
    with dg.DagsterInstance.ephemeral() as instance:
        run = defs.resolve_job_def("extraction_job").execute_in_process(
            instance=instance, run_config=ONLY_PROGRESS
        )
        owners = {spec.key: spec.owners for spec in defs.resolve_all_asset_specs()}
        return alerts.tell_of_run(
            instance, "extraction_job", run.run_id, error, environment, owners
        )


def test_an_alert_names_cause_run_and_next_step(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    lake.status = "failed"

    (failed, check), _ = tell(defs, environment, "step x failed\ntrace")

    assert failed.cause == "extraction_job: step x failed"
    assert check.key == "check:raw/mapped__orders:mapped__orders_extracted"
    assert check.cause == (
        "mapped__orders_extracted on raw/mapped__orders (ERROR): crm failed: unreachable"
    )
    assert check.owner == "team:data_engineering"
    assert "http://localhost:3000/runs/" in check.text
    assert check.text.endswith(
        "next: mend the source; the next night goes on from the last landed row"
    )


def test_a_red_check_is_told_once_until_it_was_green(
    defs: dg.Definitions,
    environment: Environment,
    lake: FakeLake,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    outbox = tmp_path / "outbox"
    monkeypatch.setenv("CX_ALERT_FOLDER", str(outbox))
    told = []
    for status in ("failed", "failed", "landed", "failed"):
        lake.status = status
        assert tell(defs, environment)[1] == []
        told.append(len(list(outbox.glob("*.txt"))))

    assert told == [1, 1, 1, 2]


def trouble(number: int) -> Trouble:
    return Trouble(key=f"check {number}", cause="c", owner="o", link="l", next_step="n")


def test_a_storm_of_failed_checks_is_summarized(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    receiver = Receiver(name="folder", kind="folder", address=str(tmp_path / "out"))
    book = TroubleBook(tmp_path / "told.json", "tiny")

    assert book.tell(map(trouble, range(1000)), [receiver]) == []
    (file,) = (tmp_path / "out").glob("*.txt")
    assert "and 990 more" in file.read_text()
    assert len(file.read_text().splitlines()) == 14


def test_an_unreachable_receiver_is_no_failure(tmp_path: Path) -> None:
    """Fault 65: what was not taken is told with the next run, once."""
    told, statuses = [], [500, 200]

    def answer(body: Any) -> Answer:
        told.append(body["text"])
        return Answer(body={}, status=statuses.pop(0))

    book = TroubleBook(tmp_path / "told.json", "tiny")
    nowhere = Receiver(name="nowhere", kind="webhook", address="http://127.0.0.1:9/")
    with json_server(answer) as url:
        receivers = [Receiver(name="CX_ALERT_WEBHOOK", kind="webhook", address=url), nowhere]
        first, second, third = (
            book.tell([trouble(1)] if round_ == 0 else [], receivers) for round_ in range(3)
        )

    assert first == [
        "CX_ALERT_WEBHOOK answered 500: the message could not be sent, it is tried again with "
        "the next run",
        "nowhere could not be reached (ConnectionError): the message could not be sent, it is "
        "tried again with the next run",
    ]
    assert len(second) == len(third) == 1
    assert told == [told[0], told[0]]


def test_two_who_tell_at_once_forget_nothing(tmp_path: Path) -> None:
    """The sensor of silence and the one of runs keep one memory, each in a thread of its own."""
    told, reached, may_answer = [], Semaphore(0), Event()

    def answer(body: Any) -> Answer:
        told.append(body["text"])
        reached.release()
        assert may_answer.wait(timeout=30)
        return Answer(body={})

    with json_server(answer) as url, ThreadPoolExecutor() as threads:
        receivers = [Receiver(name="CX_ALERT_WEBHOOK", kind="webhook", address=url)]

        def tell(number: int) -> list[str]:
            return TroubleBook(tmp_path / "told.json", "tiny").tell([trouble(number)], receivers)

        first = threads.submit(tell, 1)
        assert reached.acquire(timeout=30)
        second = threads.submit(tell, 2)
        assert not reached.acquire(timeout=0.3)
        may_answer.set()
        assert first.result() == second.result() == tell(1) == tell(2) == []

    assert len(told) == 2


def test_silence_is_told(environment: Environment) -> None:
    """Fault 13 and 65: no publication, a night that did not start, a source that is stale."""
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    version = environment.home.marts / "versions" / "run1"
    version.mkdir(parents=True)
    (environment.home.marts / "current").symlink_to(Path("versions") / "run1")
    source = {"id": "crm", "status": "stale", "message": "nothing has landed since May"}
    environment.home.frozen_inputs.write_text(json.dumps({"sources": [source]}))

    def causes(hours_ago: int) -> list[str]:
        then = now - timedelta(hours=hours_ago)
        (version / "published.json").write_text(json.dumps({"built_at": then.isoformat()}))
        return [found.cause for found in silences(environment, now, then)]

    stale = "source crm is stale: nothing has landed since May"
    assert causes(hours_ago=9) == [stale]
    assert causes(hours_ago=50) == [
        "nothing has been published for 50 hours",
        "the night of 2026-11-02 02:00 (Asia/Tehran) did not start",
        stale,
    ]
