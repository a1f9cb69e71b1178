"""Service-desk KPIs against a computation of their own.

The tiny company has no case of an unhappy customer: K-LOOP is asked of a frame of its own.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.service_desk import (
    attainment,
    backlog,
    followed_up,
    loop,
    medians,
    quantiles,
    read_tickets,
    shares_and_means,
)

KPIS = "'K-FRT', 'K-FRT.B', 'K-SLA', 'K-REOPEN', 'K-BACKLOG', 'K-PUNCT', 'K-LOOP'"


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    values = built.month_values()
    mine = values["kpi_id"].isin(KPIS.replace("'", "").split(", "))
    return values[mine | values["kpi_id"].str.startswith("K-RES")]


def _joined(mine: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    assert len(expected)
    return mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)


def _different_parts(mine: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    joined = _joined(mine, expected)
    return joined[
        (joined["_merge"] != "both")
        | (joined["numerator"] != joined["numerator_expected"])
        | (joined["denominator"] != joined["denominator_expected"])
    ]


def _different_values(mine: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    joined = _joined(mine, expected)
    close = np.isclose(joined["value"], joined["value_expected"], atol=1e-5, equal_nan=True)
    return joined[(joined["_merge"] != "both") | (joined["n"] != joined["n_expected"]) | ~close]


def test_shares_and_means_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame
) -> None:
    expected = shares_and_means(built)
    apart = ["p50", "p90", "max", "attainment", "median_censored"]
    mine = published[~published["statistic"].isin(apart) & (published["kpi_id"] != "K-BACKLOG")]
    different = _different_parts(mine, expected)
    assert different.empty, different.head(10).to_string()
    told = set(mine[mine["numerator"] > 0]["kpi_id"])
    assert told >= {"K-FRT", "K-FRT.B", "K-SLA", "K-RES", "K-RES.OB", "K-PUNCT"}


def test_the_share_within_the_target_equals_the_second_computation(
    built: Warehouse, published: pd.DataFrame
) -> None:
    mine = published[published["statistic"] == "attainment"]
    different = _different_parts(mine, attainment(built))
    assert different.empty, different.head(10).to_string()
    assert (mine["numerator"] > 0).any()


def test_quantiles_of_durations_equal_those_of_the_rows(
    built: Warehouse, published: pd.DataFrame
) -> None:
    mine = published[published["statistic"].isin(["p50", "p90", "max"])]
    different = _different_values(mine, quantiles(built))
    assert different.empty, different.head(10).to_string()


def test_medians_with_those_who_still_wait_equal_an_independent_library(
    built: Warehouse, published: pd.DataFrame
) -> None:
    mine = published[published["statistic"] == "median_censored"]
    different = _different_values(mine, medians(read_tickets(built)))
    assert different.empty, different.head(10).to_string()
    assert (mine["value"] > 0).any()


def test_the_backlog_of_a_month_is_that_of_its_days(
    built: Warehouse, published: pd.DataFrame
) -> None:
    mine = published[published["kpi_id"] == "K-BACKLOG"]
    different = _different_parts(mine, backlog(built))
    assert different.empty, different.head(10).to_string()
    assert (mine["value"] > 0).any()


def test_every_open_case_is_on_the_list_of_today_once(built: Warehouse) -> None:
    listed = built.frame("select case_id from marts.mart_action_today where status <> 'suggested'")[
        "case_id"
    ]
    opened = built.frame(
        "select case_id from core.fct_actions"
        " where status in ('open', 'contacted') and not is_internal"
    )["case_id"]
    assert sorted(listed) == sorted(opened)


def test_the_second_computation_knows_the_golden_examples() -> None:
    opened = pd.Timestamp("2025-01-03")
    cases = pd.DataFrame(
        {
            "case_id": [f"c{number:02}" for number in range(10)],
            "customer_id": [f"p{number}" for number in range(10)],
            "reason": "detractor",
            "market": "tehran",
            "team_name": "care",
            "opened_at": opened,
            "opened_local_date": opened,
            "is_contact_due": True,
            "is_contacted_in_time": [number < 6 for number in range(10)],
            "is_resolution_due": True,
            "is_resolved_in_time": [number < 5 for number in range(10)],
        }
    )
    answers = pd.DataFrame(
        {
            "customer_id": ["p0", "p1", "p2", "p3", "p3", "p4"],
            "metric": ["nps", "nps", "nps", "nps", "nps", "csat"],
            "scale_maximum": [10, 10, 10, 10, 10, 5],
            "numeric_value": [7, 9, 8, 6, 10, 5],
            "answered_at": [opened + pd.Timedelta(days=day) for day in (9, 9, 9, 9, 10, 9)],
        }
    )
    shares = pd.concat(loop(followed_up(cases, answers)), ignore_index=True)
    company = shares[shares["grain_name"] == "company"].set_index("statistic")
    assert company["numerator"].to_dict() == {"contacted": 6, "resolved": 5, "recovered": 3}
    assert company["denominator"].to_dict() == {"contacted": 10, "resolved": 10, "recovered": 4}


def test_the_censored_median_is_not_that_of_the_replies() -> None:
    minutes = [300_000.0, 2_400_000.0, None, None]
    tickets = pd.DataFrame(
        {
            "is_readable": True,
            "market": "tehran",
            "channel": "chat",
            "queue_id": "q1",
            "created_local_date": pd.Timestamp("2025-01-03"),
            "first_response_calendar_milliseconds": minutes,
            "first_response_business_milliseconds": minutes,
            "age_calendar_milliseconds": [9_000_000, 9_000_000, 600_000, 3_600_000],
            "age_business_milliseconds": [9_000_000, 9_000_000, 600_000, 3_600_000],
        }
    )
    assert set(medians(tickets)["value"]) == {40.0}
