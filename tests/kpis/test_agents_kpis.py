"""KPIs of agents, the voice menu and recordings against a computation of their own."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.kpis.agents import (
    Teams,
    agreement,
    busy_persons_of,
    counted_evaluations,
    coverage,
    evaluation_scores_of,
    held,
    kappa_of,
    menu_of,
    occupancy_of,
    overdue_of,
    quality_of,
    recorded_of,
)
from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.scorecards import component_score, scorecards, shrunk, total
from tests.kpis.staffing import blocked, needed, service_level, staffing, waiting

DAY = pd.Timestamp("2025-01-10")
INBOUND = "not is_internal and coalesce(direction, 'inbound') = 'inbound'"


def _occupancy(warehouse: Warehouse) -> pd.DataFrame:
    states = warehouse.frame(
        "select agent_id, state, state_local_date, counted_milliseconds from core.fct_agent_states"
        " where agent_id is not null and counted_milliseconds is not null"
    )
    return occupancy_of(states, Teams.of(warehouse))


def _quality(warehouse: Warehouse) -> pd.DataFrame:
    return quality_of(counted_evaluations(warehouse), warehouse.as_of)


def _menu(warehouse: Warehouse) -> pd.DataFrame:
    return menu_of(warehouse.frame("select * from core.fct_ivr_calls where not is_internal"))


def _recordings(warehouse: Warehouse) -> pd.DataFrame:
    calls = warehouse.frame(
        "select calls.contact_id, calls.source_id, calls.answered_local_date, legs.queue_id"
        " from core.fct_calls as calls left join ("
        "     select contact_id, min_by(queue_id, (answered_at, call_leg_id)) as queue_id"
        "     from core.fct_call_legs group by contact_id"
        f" ) as legs using (contact_id) where outcome = 'answered' and not is_open and {INBOUND}"
    )
    recordings = warehouse.frame(
        "select recordings.*, legs.queue_id from core.fct_recordings as recordings left join ("
        "     select contact_id, min_by(queue_id, (answered_at, call_leg_id)) as queue_id"
        "     from core.fct_call_legs group by contact_id"
        " ) as legs using (contact_id)"
    )
    for frame, column in ((calls, "answered_local_date"), (recordings, "recorded_local_date")):
        frame[column] = pd.to_datetime(frame[column])
    overdue = overdue_of(recordings, warehouse.as_of, warehouse.time_zone)
    return pd.concat([recorded_of(calls, recordings), overdue], ignore_index=True)


def _busy_persons(warehouse: Warehouse) -> pd.DataFrame:
    return busy_persons_of(warehouse.frame(f"select * from core.fct_calls where {INBOUND}"))


FAMILIES: dict[str, tuple[Callable[[Warehouse], pd.DataFrame], tuple[str, ...]]] = {
    "occupancy": (_occupancy, ("K-OCC", "K-OCC.C")),
    "quality": (_quality, ("K-QA",)),
    "coverage": (coverage, ("K-QACOV",)),
    "menu": (_menu, ("K-IVR",)),
    "recordings": (_recordings, ("K-REC",)),
    "busy persons": (_busy_persons, ("K-BUSY.P",)),
    "hold": (held, ("K-HOLD",)),
}


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


@pytest.mark.parametrize("family", FAMILIES)
def test_both_parts_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame, family: str
) -> None:
    compute, kpis = FAMILIES[family]
    expected = compute(built)
    expected = expected[(expected["denominator"] > 0) & (expected["period_start"] < built.as_of)]
    mine = published[published["kpi_id"].isin(kpis) & (published["denominator"] > 0)]
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both")
        | (joined["numerator"] != joined["numerator_expected"])
        | (joined["denominator"] != joined["denominator_expected"])
    ]
    assert different.empty, different.head(10).to_string()
    # Nobody is kept out in the tiny company; the attempts of one caller are further below.
    assert (mine["numerator"] > 0).any() or family == "busy persons"


@pytest.mark.parametrize("kpi_id", ["K-AGT", "K-QAK", "K-ERL"])
def test_scores_and_agreement_equal_the_second_computation(
    built: Warehouse, published: pd.DataFrame, kpi_id: str
) -> None:
    computed = {
        "K-AGT": lambda: scorecards(built, published),
        "K-QAK": lambda: agreement(built),
        "K-ERL": lambda: staffing(built),
    }
    expected = computed[kpi_id]()
    mine = published[published["kpi_id"] == kpi_id]
    joined = mine.merge(expected, on=KEYS, how="outer", suffixes=("", "_expected"), indicator=True)
    different = joined[
        (joined["_merge"] != "both")
        | ((joined["value"] - joined["value_expected"]).abs() > 1e-4)
        | (joined["n"] != joined["n_expected"])
    ]
    assert different.empty, different.head(10).to_string()
    assert len(mine)


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
