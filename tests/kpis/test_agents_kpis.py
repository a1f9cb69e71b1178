"""KPIs of agents, the voice menu and recordings against a computation of their own."""

import pandas as pd
import pytest

from tests.kpis.agents import (
    Teams,
    busy_persons_of,
    evaluation_scores_of,
    kappa_of,
    menu_of,
    occupancy_of,
    overdue_of,
    recorded_of,
)
from tests.kpis.scorecards import component_score, shrunk, total
from tests.kpis.staffing import blocked, needed, service_level, waiting

DAY = pd.Timestamp("2025-01-10")
INBOUND = "not is_internal and coalesce(direction, 'inbound') = 'inbound'"


def test_a_day_of_an_agent_adds_up_to_its_occupancy() -> None:
    minutes = {"break": 60, "idle": 120, "handling": 270, "ring": 15, "training": 15}
    states = pd.DataFrame(
        [("a1", state, DAY, count * 60_000) for state, count in minutes.items()]
        + [("unwatched", "handling", DAY, 5000)],
        columns=["agent_id", "state", "state_local_date", "counted_milliseconds"],
    )
    nobody = pd.DataFrame(
        {"agent_id": [], "team_name": [], "valid_from": [], "valid_to": []}
    ).astype({"valid_from": "datetime64[us]", "valid_to": "datetime64[us]"})
    parts = occupancy_of(states, Teams(nobody))
    company = parts[parts["grain_name"] == "company"].set_index(["kpi_id", "statistic"])
    values = company["numerator"] / company["denominator"]
    assert values["K-OCC", "value"] == pytest.approx(66.6667, abs=1e-4)
    assert values["K-OCC.C", "value"] == pytest.approx(69.2308, abs=1e-4)
    assert values["K-OCC", "utilization"] == pytest.approx(56.25)


@pytest.mark.parametrize(("auto_fail", "score"), [(False, 87.5), (True, 0.0)])
def test_items_that_do_not_apply_are_in_neither_sum(auto_fail: bool, score: float) -> None:
    items = pd.DataFrame(
        {
            "evaluation_id": "golden",
            "points_possible": [10, 20, 40, None, 10],
            "points_earned": [10, 15, 40, None, 5],
            "is_auto_fail": [False, False, False, auto_fail, False],
        }
    )
    unscored = items.assign(evaluation_id="nothing", points_possible=None)
    found = evaluation_scores_of(pd.concat([items, unscored], ignore_index=True))
    assert found.set_index("evaluation_id")["score"].to_dict() == {"golden": score}


def test_agreement_is_less_chance() -> None:
    first = pd.Series(list("1101011011")) == "1"
    second = pd.Series(list("1100011111")) == "1"
    assert kappa_of(first, second) == pytest.approx(0.5238, abs=1e-4)
    assert kappa_of(first | True, second | True) is None


def test_agents_needed_follow_the_published_tables() -> None:
    assert blocked(2, 3) == pytest.approx(0.2105, abs=1e-4)
    assert blocked(2, 5) == pytest.approx(0.0367, abs=1e-4)
    assert 100 * service_level(3, 4, 180) == pytest.approx(54.4138, abs=1e-4)
    assert 100 * service_level(3, 5, 180) == pytest.approx(81.0905, abs=1e-4)
    assert waiting(3, 4) * 180 == pytest.approx(91.70, abs=1e-2)
    assert waiting(3, 5) * 180 / 2 == pytest.approx(21.25, abs=1e-2)
    assert service_level(3, 3, 180) == 0
    assert needed(30, 180, 0.8) == 5


def test_scorecard_renormalizes_what_is_missing() -> None:
    handle = component_score("aht", 310.83, 300)
    assert handle is not None
    assert handle == pytest.approx(100)
    parts = {"qa": 88.0, "csat": 80.0, "fcr": 70.0, "aht": handle, "adherence": 95.0}
    parts["transfer"] = 100.0
    assert total(parts) == pytest.approx(85.8)
    without = {name: score for name, score in parts.items() if name != "csat"}
    assert total(without) == pytest.approx(87.7333, abs=1e-4)
    assert total({"csat": 80.0, "aht": 100.0}) is None
    assert shrunk(20, 9, 80) == pytest.approx(51.5789, abs=1e-4)


def test_menu_recordings_and_busy_callers_of_the_golden_examples() -> None:
    ends = ["contained"] * 30 + ["queued"] * 60 + ["dropped"] * 10
    menu = menu_of(pd.DataFrame({"outcome": ends, "entered_local_date": DAY}))
    assert dict(zip(menu["statistic"], menu["numerator"], strict=True)) == {
        "value": 30,
        "drop": 10,
        "to_queue": 60,
    }
    calls = pd.DataFrame(
        {
            "contact_id": [f"c0{number}" for number in range(1, 8)],
            "source_id": "pbx",
            "queue_id": "q1",
            "answered_local_date": DAY,
        }
    )
    recordings = calls[calls["contact_id"] != "c06"].assign(
        recorded_local_date=DAY,
        length_milliseconds=1000.0,
        is_consent_refused=calls["contact_id"] == "c07",
        deleted_at=pd.Timestamp("2025-09-08"),
    )
    recorded = recorded_of(calls, recordings).iloc[0]
    assert (recorded["numerator"], recorded["denominator"]) == (5, 6)
    overdue = overdue_of(recordings, pd.Timestamp("2026-01-01"), "UTC").iloc[0]
    assert overdue["numerator"] == 6


def test_attempts_of_one_caller_within_a_minute_are_one() -> None:
    seconds = {"first": 0, "second": 50, "through": 110, "other": 60, "later": 300}
    calls = pd.DataFrame(
        {
            "contact_id": list(seconds),
            "identity_key": ["ali", "ali", "ali", "sara", "ali"],
            "outcome": ["blocked", "blocked", "answered", "blocked", "blocked"],
            "entered_at": [DAY + pd.Timedelta(seconds=count) for count in seconds.values()],
            "entered_local_date": DAY,
            "market": "tehran",
            "segment": None,
        }
    )
    company = busy_persons_of(calls).set_index("grain_name").loc["company"]
    assert (company["numerator"], company["denominator"]) == (2, 3)
