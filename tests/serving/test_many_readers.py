"""Twenty readers during five publications: no error, whole versions, and how long they wait.

Each test run adds a line of figures to ``var/tests/readers.jsonl``.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from threading import Event
from typing import NamedTuple

import duckdb
import pytest

from ingestion.settings import PROJECT_ROOT
from tests.factories.publishing_job import publish_run

FIGURES = PROJECT_ROOT / "var" / "tests" / "readers.jsonl"
READERS, PUBLICATIONS, COPIES = 20, 5, 5_000
ROWS = 18 * COPIES
IDLE_SECONDS = 8

READER = """
import select, sys, time, duckdb
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 1)[0]:
    began = time.monotonic()
    with duckdb.connect(sys.argv[1], read_only=True, config={"threads": 1}) as connection:
        row = connection.execute(
            "select run_id, count(*), min(n), max(n) "
            "from marts._meta, marts.mart_cx_kpi group by all"
        ).fetchall()[0]
    print(began, time.monotonic() - began, *row, flush=True)
"""


class Answer(NamedTuple):
    """What a reader saw, and how long it waited for it."""

    asked_at: float
    seconds: float
    run_id: str
    rows: int
    least: int
    most: int


def publish(warehouse: Path, marts: Path, number: int) -> None:
    """Publish a version of which every row has its number."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.mart_cx_kpi set n = ?", [number])
    publish_run(warehouse, marts, f"run{number}")


def answers_of(reader: subprocess.Popen[str]) -> list[Answer]:
    lines = [line.split() for line in reader.communicate("stop\n")[0].splitlines()]
    assert reader.returncode == 0
    return [
        Answer(float(asked), float(took), run_id, *map(int, counts))
        for asked, took, run_id, *counts in lines
    ]


def milliseconds(answers: list[Answer]) -> dict[str, float]:
    waits = [1_000 * answer.seconds for answer in answers]
    return {
        "answers": len(waits),
        "median": round(median(waits), 1),
        "p95": round(quantiles(waits, n=20)[-1], 1),
        "longest": round(max(waits), 1),
    }


@pytest.mark.lane
def test_twenty_readers_see_whole_versions_during_five_publications(
    warehouse: Path, marts: Path
) -> None:
    """Fault 10."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into marts.mart_cx_kpi select kpis.* from marts.mart_cx_kpi as kpis, "
            f"range({COPIES - 1})"
        )
    publish(warehouse, marts, 0)
    command = [sys.executable, "-c", READER, str(marts / "current" / "marts.duckdb")]
    readers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(READERS)
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
    Event().wait(IDLE_SECONDS)

    began = time.monotonic()
    for number in range(1, PUBLICATIONS + 1):
        publish(warehouse, marts, number)
    ended = time.monotonic()
    seen = [answers_of(reader) for reader in readers]

    for answers in seen:
        assert {(answer.rows, answer.least == answer.most) for answer in answers} == {(ROWS, True)}
        assert all(answer.run_id == f"run{answer.least}" for answer in answers)
        assert [a.least for a in answers] == sorted(a.least for a in answers)
    all_seen = [answer for answers in seen for answer in answers]
    figures = {
        "readers": READERS,
        "rows": ROWS,
        "seconds_per_publication": round((ended - began) / PUBLICATIONS, 2),
        "idle": milliseconds([a for a in all_seen if a.asked_at < began]),
        "publishing": milliseconds([a for a in all_seen if began <= a.asked_at < ended]),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
    assert len({answer.run_id for answer in all_seen}) > PUBLICATIONS // 2
