"""Laws that hold whatever the rows are: order, copies, strangers in time, cuts of a period.

They are asked of the warehouse's own SQL, on the goldens of its unit tests.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.settings import Home
from tests.factories.golden_models import Given, GoldenModel, with_rows
from tests.factories.unit_tests import Row

ANSWERS = "test_int_surveys__answers_judged__which_answers_count"
COMPONENTS = "test_met_survey_components__parts_of_surveys"
VALUES = "test_met_kpi_values__golden_values"
COHORTS = "test_met_revenue_cohort_cells__golden_cohorts"
CREDITS = "test_met_attribution_credits__g_attr_1"
METHODS = "test_met_method_cells__golden_methods"
STAYS = "test_int_calls__asterisk_stays_derived__order_of_events_outranks_their_time"
SHUFFLED = [
    ANSWERS,
    COMPONENTS,
    VALUES,
    COHORTS,
    CREDITS,
    "test_met_contact_center_cells__parts_of_calls",
    "test_met_issue_contacts__g_fcr_1",
    "test_met_kpi_duration_quantiles__linear_quantiles_and_attainment",
    "test_met_preferences__stated_then_learned_then_the_default",
    "test_met_revenue_movements__golden_bridge",
]
KEPT = ("answer_id", "exclusion_reason")


@pytest.fixture(scope="module")
def golden(tiny_home: Home) -> Iterator[dict[str, GoldenModel]]:
    models = {name: GoldenModel(tiny_home, name) for name in {*SHUFFLED, STAYS, METHODS}}
    yield models
    for model in models.values():
        model.close()


@pytest.mark.parametrize("name", SHUFFLED)
@settings(max_examples=4)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    golden: dict[str, GoldenModel], name: str, random: Any
) -> None:
    model = golden[name]
    shuffled: Given = {table: random.sample(rows, len(rows)) for table, rows in model.given.items()}

    assert model.rows(shuffled) == model.rows(model.given)


@settings(max_examples=8)
@given(random=st.randoms(use_true_random=False), loads=st.integers(2, 4))
def test_a_file_that_lands_again_changes_nothing(
    golden: dict[str, GoldenModel], random: Any, loads: int
) -> None:
    model = golden[STAYS]
    log = model.given["stg_asterisk__queue_log"]
    copies = [
        row | {"_load_seq": str(load), "_landed_at": f"2026-01-0{2 + load} 00:00:00"}
        for load in range(2, 2 + loads)
        for row in random.sample(log, len(log) // 2)
        # A line that came in two versions has its own winner already.
        if row["event_id"] != "8"
    ]
    told = ("contact_id", "stay_number", "outcome", "wait_milliseconds", "talk_milliseconds")

    assert model.rows(with_rows(model.given, "stg_asterisk__queue_log", copies), *told) == (
        model.rows(model.given, *told)
    )


@settings(max_examples=8)
@given(late=st.lists(st.tuples(st.integers(31, 900), st.integers(0, 10)), min_size=1, max_size=6))
def test_answers_out_of_the_window_change_nothing(
    golden: dict[str, GoldenModel], late: list[tuple[int, int]]
) -> None:
    model = golden[ANSWERS]
    responses: list[Row] = []
    answers: list[Row] = []
    for number, (days, score) in enumerate(late):
        day = (date(2026, 1, 1) + timedelta(days=days)).isoformat()
        response = f"rel|stranger{number}"
        responses.append(
            model.given["int_surveys__responses_attributed"][0]
            | {"response_id": response, "customer_id": f"p{1 + number}"}
            | {"submitted_at": f"{day} 09:00:00", "submitted_local_date": day}
        )
        answers.append(
            model.given["int_surveys__answers_latest"][0]
            | {"answer_id": response, "response_id": response, "numeric_value": str(score)}
        )
    more = with_rows(model.given, "int_surveys__responses_attributed", responses)
    more = with_rows(more, "int_surveys__answers_latest", answers)
    found = [row for row in model.rows(more, *KEPT) if "stranger" not in row[0]]

    assert found == model.rows(model.given, *KEPT)


@settings(max_examples=8)
@given(days=st.lists(st.integers(0, 400), min_size=1, max_size=5))
def test_orders_after_the_last_month_that_is_over_change_no_cohort(
    golden: dict[str, GoldenModel], days: list[int]
) -> None:
    model = golden[COHORTS]
    orders: list[Row] = [
        {
            "customer_id": "a",
            "segment": "gold",
            "market": "tehran",
            "ordered_on": (date(2025, 4, 11) + timedelta(days=more)).isoformat(),
            "first_ordered_on": "2025-01-10",
        }
        for more in days
    ]
    told = ("cohort_month_start_date", "months_since_first_order", "count_active")

    def mature(given: Given) -> list[tuple[Any, ...]]:
        return [row[:-1] for row in model.rows(given, *told, "is_mature") if row[-1]]

    assert mature(with_rows(model.given, "met_revenue_order_days", orders)) == mature(model.given)


PARTS = ("numerator", "denominator", "n", "sum_of_squares")
CELL = ("statistic", "grain_key", *PARTS, "value", "ci_low", "ci_high", "delta_significant")


@settings(max_examples=8)
@given(cuts=st.lists(st.integers(0, 20), min_size=1, max_size=4), day=st.integers(0, 1))
def test_a_month_that_is_cut_in_days_has_the_value_of_the_whole(
    golden: dict[str, GoldenModel], cuts: list[int], day: int
) -> None:
    model = golden[VALUES]
    whole = model.given["met_kpi_components"]
    parted: list[Row] = []
    for row in whole:
        left = {part: int(row[part] or 0) for part in PARTS}
        for cut in cuts:
            piece = {part: min(cut, value) for part, value in left.items()}
            left = {part: value - piece[part] for part, value in left.items()}
            parted.append(
                row
                | {part: str(value) for part, value in piece.items()}
                | {"component_date": f"2025-01-1{day}"}
            )
        parted.append(row | {part: str(value) for part, value in left.items()})
    cell = tuple(name for name in CELL if name != "sum_of_squares")

    assert model.rows(model.given | {"met_kpi_components": parted}, *cell) == (
        model.rows(model.given, *cell)
    )


@settings(max_examples=10)
@given(scores=st.lists(st.integers(0, 10), min_size=1, max_size=12), more=st.integers(9, 10))
def test_one_more_promoter_never_lowers_the_net_score(
    golden: dict[str, GoldenModel], scores: list[int], more: int
) -> None:
    model = golden[COMPONENTS]
    first = model.given["met_survey_scores"][0]

    def net(answered: list[int]) -> float:
        rows: list[Row] = [
            first | {"numeric_value": str(s), "count_responses": "1"} for s in answered
        ]
        parts = model.rows(
            model.given | {"met_survey_scores": rows}, "numerator / denominator", "grain_name"
        )
        return next(float(value) for value, grain in parts if grain == "company")

    assert net([*scores, more]) >= net(scores)


TOUCHES = st.lists(
    st.tuples(st.sampled_from(["search", "social", "e-mail", "direct"]), st.integers(1, 95)),
    max_size=7,
)


@settings(max_examples=15)
@given(touches=TOUCHES, cents=st.integers(0, 10**7))
def test_the_shares_of_all_touches_are_the_order_whatever_the_rule(
    golden: dict[str, GoldenModel], touches: list[tuple[str, int]], cents: int
) -> None:
    model = golden[CREDITS]
    bought = date(2026, 3, 1)
    order = model.given["fct_orders"][0] | {"amount": f"{cents / 100:.2f}"}
    rows: list[Row] = [
        {
            "customer_id": "amir",
            "acquisition_source": source,
            "touched_local_date": f"{bought - timedelta(days=days)}",
            "touched_at": f"{bought - timedelta(days=days)} 12:00:00",
        }
        for source, days in {days: (source, days) for source, days in touches}.values()
    ]
    rules = ("first", "last", "linear", "position")
    found = model.rows(
        model.given | {"fct_orders": [order], "met_acquisition_touches": rows},
        *(f"{rule}_hundredths" for rule in rules),
    )

    assert [sum(row[place] for row in found) for place in range(4)] == [cents] * 4


MARK = st.integers(1, 5)
CATEGORIES = ("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "contradictory")


@settings(max_examples=15)
@given(people=st.lists(st.tuples(MARK, MARK, MARK), min_size=1, max_size=12))
def test_no_level_of_the_pyramid_is_wider_than_the_one_below(
    golden: dict[str, GoldenModel], people: list[tuple[int, int, int]]
) -> None:
    answered = [
        dict(zip(("first_score", "second_score", "third_score"), map(str, marks), strict=True))
        for marks in people
    ]
    reached = _answered(golden[METHODS], "pyramid", answered)

    assert len(people) >= reached["level1"] >= reached["level2"] >= reached["level3"] >= 0
    assert abs(reached["index"]) <= 300 * len(people)


@settings(max_examples=15)
@given(told=st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=20))
def test_coefficients_of_kano_stay_within_their_bounds(
    golden: dict[str, GoldenModel], told: list[str]
) -> None:
    parts = _answered(golden[METHODS], "kano", [{"kano_category": category} for category in told])
    base = sum(category in CATEGORIES[:4] for category in told)
    is_valid = 10 * told.count("contradictory") <= len(told)

    assert parts.get("contradiction", 0) == told.count("contradictory")
    assert ("better" in parts) == (base > 0 and is_valid)
    if "better" in parts:
        assert 0 <= parts["better"] <= base
        assert -base <= parts["worse"] <= 0
        assert 0 <= parts["strength"] <= base


def _answered(model: GoldenModel, method: str, answers: list[dict[str, str]]) -> dict[str, int]:
    """The numerators of a method by statistic, of responses that differ in their answers."""
    (first, *_) = [row for row in model.given["met_method_responses"] if row["method"] == method]
    rows: list[Row] = [
        first | {"response_id": f"r{number}"} | answer for number, answer in enumerate(answers)
    ]
    found = model.rows({"met_method_responses": rows}, "statistic", "numerator")
    return {statistic: int(numerator) for statistic, numerator in found}
