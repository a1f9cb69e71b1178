"""Service-desk KPIs against a computation of their own.

The tiny company has no case of an unhappy customer: K-LOOP is asked of a frame of its own.
"""

from pathlib import Path

import pandas as pd
import pytest

from tests.kpis.reading import Warehouse
from tests.kpis.service_desk import (
    followed_up,
    loop,
    medians,
)


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


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
