"""A detractor's answer makes a case within one refresh, and the night's numbers are the same."""

import csv
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion import load_sources
from ingestion.settings import Home
from orchestration.build import build_defs
from orchestration.lib.environment import Environment
from orchestration.lib.job_names import REFRESH_JOB
from orchestration.lib.night import Notebook
from orchestration.lib.progress import ONLY_PROGRESS
from serving import cases_version, current_version
from tests.end_to_end.test_kills import LANDING_TIMES, LOGS_OF_BUILDS, SCHEMAS
from tests.factories.night import differences
from tests.factories.whole_night import whole_night

FIRST, SECOND = date(2026, 10, 30), date(2026, 10, 31)
RESPONSE = "990001"
TRIGGERED = "select rule_code, opened_local_date, status from mart_action_case where record_id like"


def detractor(home: Home, day: date) -> Path:
    """A file with the answer of a detractor at noon of a day, in the company's inbox."""
    surveys = home.inbox / "surveys"
    newest = max(surveys.glob("relationship_responses_*.csv"))
    with newest.open(encoding="utf-8-sig", newline="") as file:
        answers = csv.DictReader(file, delimiter=";")
        names = answers.fieldnames or []
        answered = {row["token"] for row in answers}
    invited = json.loads(max(surveys.glob("relationship_participants_*.json")).read_text("utf-8"))
    # An answer long after the invitation is too late to count.
    silent = [person for person in invited if person["token"] not in answered]
    token = max(silent, key=lambda person: str(person["sent"]))["token"]
    noon = f"{day} 12:00:00"
    answer = {
        **dict.fromkeys(names, ""),
        **{"id": RESPONSE, "token": token, "startlanguage": "fa", "nps": "A2", "csat": "1"},
        **{"submitdate": noon, "startdate": noon, "datestamp": noon},
    }
    dropped = surveys / "relationship_responses_dropped.csv"
    with dropped.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(answer)
    return dropped


def refresh(home: Home) -> None:
    """The refresh job of Dagster on a company that lived until the first day."""
    environment = Environment(sources=load_sources(), home=home)
    Notebook(environment.notebook).write_demo_day(FIRST + timedelta(days=1))
    job = build_defs(environment=environment).resolve_job_def(REFRESH_JOB)
    assert job.execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), run_config=ONLY_PROGRESS
    ).success


def cases_of(folder: Path | None) -> list[tuple[object, ...]]:
    assert folder
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as connection:
        return connection.execute(f"{TRIGGERED} '%|{RESPONSE}|%' order by 1").fetchall()


@pytest.mark.lane
def test_a_refresh_makes_the_case_and_no_trace_in_the_next_night(tmp_path: Path) -> None:
    quick, slow = Home(root=tmp_path / "quick"), Home(root=tmp_path / "slow")
    whole_night(quick.root, run_id="first", until=FIRST)
    shutil.copytree(quick.root, slow.root, symlinks=True)
    first = current_version(quick.marts)

    dropped = detractor(quick, SECOND)
    shutil.copy(dropped, slow.inbox / "surveys")
    assert not cases_of(first)
    refresh(quick)
    made = cases_of(cases_version(quick.marts))
    assert made == [
        ("detractor", SECOND, "suggested"),
        ("dissatisfied", SECOND, "suggested"),
    ]
    folder = cases_version(quick.marts)
    assert folder
    assert list((folder / "lists").glob("*.xlsx"))
    assert current_version(quick.marts) == first

    for home in (quick, slow):
        whole_night(home.root, run_id="second", until=SECOND)
    assert cases_of(cases_version(quick.marts)) == made
    found = differences(quick.warehouse, slow.warehouse, *SCHEMAS, without=LANDING_TIMES)
    assert set(found) <= LOGS_OF_BUILDS, found
