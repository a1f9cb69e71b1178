"""One night on what real systems wrote, with the example settings.

An Asterisk, a LimeSurvey and a Tryton whose tables stand in a Postgres. What they say of
themselves, and plain counts over their files, must come out again.
"""

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import configured_streams, extract, freeze, load_sources
from ingestion.settings import PROJECT_ROOT, Home
from orchestration.lib.coverage import unlocked_by
from tests.factories.dbt import run_dbt
from tests.factories.night import NIGHTLY
from tests.factories.postgres import running_postgres
from tests.factories.tryton import load_tryton

FIXTURES = PROJECT_ROOT / "tests" / "fixtures"
EXAMPLE = PROJECT_ROOT / "docs" / "sources.example.yaml"
DAY_AFTER = date(2026, 11, 22)
DROPS = {
    "asterisk/queue_log.gz": "pbx/queue_log",
    "asterisk/Master.csv.gz": "pbx/Master.csv",
    "limesurvey/participants.json.gz": "surveys/participants.json",
    "limesurvey/responses_code.csv.gz": "surveys/responses_code.csv",
    "limesurvey/survey_structure.txt": "surveys/survey_structure.txt",
}
PIPELINE = """\
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
A1,Ann,GTXPro,Isdom,Won,10/25/2016,3/11/2017,4514
A2,Ann,MG Special,,Lost,10/25/2016,3/7/2017,0
A3,Bob,GTX Basic,Codehow,Engaging,11/2/2016,,
"""
ACCOUNTS = "account,sector,office_location\nIsdom,medical,United States\nCodehow,software,Kenya\n"


def _content(name: str) -> bytes:
    content = (FIXTURES / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


def _drop(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (0, 0))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(root=tmp_path_factory.mktemp("example"))
    for name, place in DROPS.items():
        _drop(home.inbox / place, _content(name))
    _drop(home.inbox / "deals" / "sales_pipeline.csv", PIPELINE.encode())
    _drop(home.inbox / "deals" / "accounts.csv", ACCOUNTS.encode())
    servers = running_postgres()
    url = next(servers)
    load_tryton(url, FIXTURES / "tryton")
    sources = load_sources(EXAMPLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_URL", url)
        patch.setenv("CX_PSEUDONYM_KEY", "a key that only the tests know")
        results = extract(sources, home, configured_streams(sources))
    next(servers, None)
    freeze(sources, home, results=results, run_id="real", as_of=DAY_AFTER)
    assert [(r.table, r.message) for r in results if r.rows_rejected or r.status != "landed"] == []
    run_dbt(home, *NIGHTLY)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query, list(values)).fetchall()


def test_every_contact_that_entered_a_queue_left_it_again(
    night: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        night,
        "select queue_name, sum(count_offered), sum(count_answered), sum(count_abandoned), "
        "sum(count_flow_out), sum(count_blocked) from marts.mart_contact_center "
        "group by queue_name order by queue_name",
    ) == [("sales", 135, 66, 12, 57, 5), ("support", 136, 94, 35, 7, 0)]
    assert rows(night, "select count(*), count(*) filter (is_open) from core.fct_calls") == [
        (276, 0)
    ]


@pytest.mark.parametrize(
    ("queue", "seconds", "completions_of_removed_members"), [("sales", 8, 0), ("support", 10, 1)]
)
def test_the_counters_of_the_pbx_follow_from_the_queue_entries(
    night: duckdb.DuckDBPyConnection,
    queue: str,
    seconds: int,
    completions_of_removed_members: int,
) -> None:
    """Its own denominators: C lacks completions of a member who was removed during the call,
    A counts timeouts as abandoned, key exits count nowhere, SL is of the completed ones."""
    ((answered, answered_in_time, left, left_in_time),) = rows(
        night,
        "select count(*) filter (outcome = 'answered'), "
        "count(*) filter (outcome = 'answered' and wait_milliseconds <= $1), "
        "count(*) filter (exit_reason in ('abandon', 'exitwithtimeout')), "
        "count(*) filter (exit_reason in ('abandon', 'exitwithtimeout') "
        "and wait_milliseconds <= $1) "
        "from core.fct_queue_entries where queue_id = $2",
        seconds * 1000,
        f"pbx:{queue}",
    )
    completed = answered - completions_of_removed_members
    in_time = answered_in_time + left_in_time

    assert _counters(queue) == {
        "C": f"{completed}",
        "A": f"{left}",
        "SL": f"{100 * answered_in_time / completed:.1f}%",
        "SL2": f"{100 * in_time / (completed + left):.1f}%",
    }


def _counters(queue: str) -> dict[str, str]:
    shown = _content("asterisk/queue_show.txt").decode()
    line = next(line for line in shown.splitlines() if line.startswith(f"{queue} has"))
    return dict(re.findall(r"\b(C|A|SL|SL2):([\d.]+%?)", line))


def test_calls_taken_per_agent_are_those_of_the_pbx(night: duckdb.DuckDBPyConnection) -> None:
    """It counts a member over both queues, and forgets what 902 took before being removed."""
    shown = _content("asterisk/queue_show.txt").decode()
    counted = dict(re.findall(r"Agent/(\d+) .* has taken (\d+) calls", shown))

    taken = rows(
        night,
        "select split_part(agent_id, ':', 2), count(*)::varchar from core.fct_queue_entries "
        "where outcome = 'answered' group by agent_id",
    )

    assert dict(taken) == counted | {"902": str(int(counted["902"]) + 7)}


def test_scores_are_those_of_the_survey_file(night: duckdb.DuckDBPyConnection) -> None:
    export = json.loads(_content("limesurvey/responses_code.json.gz"))["responses"]
    scores = Counter(int(record["nps"][1:]) for record in export if record["nps"])
    count = scores.total()
    promoters = sum(scores[score] for score in (9, 10))
    detractors = sum(scores[score] for score in range(7))

    assert rows(
        night,
        "select n, value from marts.mart_cx_kpi where kpi_id = 'K-NPS' and statistic = 'value' "
        "and grain_name = 'company' and period_type = 'year'",
    ) == [(count, 100 * (promoters - detractors) / count)]
    assert (count, promoters, detractors) == (160, 117, 27)


def test_people_are_matched_across_the_crm_and_the_survey_by_e_mail(
    night: duckdb.DuckDBPyConnection,
) -> None:
    """Forty of 260 participants have an address that the CRM knows; 22 of them answered."""
    assert rows(
        night,
        "select count(*), count(*) filter (keys.is_known) from core.fct_survey_responses "
        "left join core.dim_customer_identities as keys using (identity_key)",
    ) == [(163, 22)]
    assert rows(night, "select count(*) from core.dim_customers where is_current") == [(43,)], (
        "44 parties, two of which are one person with one address"
    )


def test_opportunities_of_both_systems_stand_side_by_side(
    night: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        night,
        "select split_part(opportunity_id, ':', 1), outcome, count(*), sum(amount)::integer, "
        "count(identity_key) from core.fct_opportunities group by all order by all",
    ) == [
        *[("crm", "lost", 12, 58_416, 12), ("crm", None, 28, 134_277, 28)],
        *[("deals", "lost", 1, 0, 0), ("deals", "won", 1, 4_514, 0), ("deals", None, 1, None, 0)],
    ]
    assert rows(
        night,
        "select product_name, opened_on from core.fct_opportunities "
        "where opportunity_id = 'deals:A1'",
    ) == [("GTX Pro", date(2016, 10, 25))]


HOLLOW = {"K-CLV.H", "K-DIM", "K-NPS.W", "K-PREF", "K-QACOV", "K-SELF"}
"""KPIs with a value of nothing counted, or of one group that stands for all; no report shows it."""


def test_only_kpis_that_the_check_promises_have_values(night: duckdb.DuckDBPyConnection) -> None:
    promised = set(unlocked_by(load_sources(EXAMPLE)).computable)
    computed = {
        kpi
        for (kpi,) in rows(
            night,
            "select distinct kpi_id from metrics.met_kpi_values "
            "where grain_name = 'company' and value is not null and n > 0",
        )
    }

    assert computed - promised == HOLLOW
    assert {"K-SL", "K-AHT", "K-NPS", "K-CSAT.R", "K-WIN"} <= computed
