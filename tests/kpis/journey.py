"""Stages and touches of journeys, after section 3 of the KPI specification."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from tests.kpis.reading import KEYS, Warehouse, in_cells, month_of, summed
from tests.kpis.survival import median_days


def stage_times(warehouse: Warehouse) -> pd.DataFrame:
    """K-TIS by the month in which stays began; stays that last are cut off at as_of."""
    stays = _stays(warehouse)
    stays = stays[~stays["is_anonymous"] & ~stays["is_terminal"]]
    stays = stays[pd.to_datetime(stays["entered_on"]) < warehouse.as_of]
    left = pd.to_datetime(stays["left_on"])
    entered = pd.to_datetime(stays["entered_on"])
    stays = stays.assign(
        grain_name="stage",
        grain_key=stays["journey"] + ":" + stays["stage_code"],
        period_start=month_of(stays["entered_on"]),
        days=(left.fillna(warehouse.as_of) - entered).dt.days,
        has_ended=left.notna(),
    )
    rows: list[dict[str, Any]] = []
    for (grain, key, start), cell in stays.groupby(KEYS[2:]):
        median, bound = median_days(cell["days"], cell["has_ended"])
        found = {"value": median} | ({"lower_bound": bound} if pd.notna(bound) else {})
        rows += [
            {
                "kpi_id": "K-TIS",
                "statistic": statistic,
                "grain_name": grain,
                "grain_key": key,
                "period_start": start,
                "value": value,
                "n": len(cell),
            }
            for statistic, value in found.items()
        ]
    return pd.DataFrame(rows)


def stage_conversion(warehouse: Warehouse) -> pd.DataFrame:
    """K-STAGE path by path; a cohort counts once half of it had the time to move on."""
    stays = _stays(warehouse)
    stages = warehouse.frame("select * from seeds.journey_stages where is_on_path")
    rows: list[tuple[Any, ...]] = []
    for journey, own in stays.groupby("journey"):
        order = stages[stages["journey"] == journey].sort_values("sort_order")
        rank = {code: place for place, code in enumerate(order["stage_code"])}
        lasting = [_median_stay(own, code, warehouse.as_of) for code in rank]
        for start, furthest in _cohorts(own, rank):
            reached = [int((furthest >= place).sum()) for place in rank.values()]
            waited = (warehouse.as_of - (start + pd.offsets.MonthBegin(1))).days
            for code, place in rank.items():
                cell = ("stage", f"{journey}:{code}", start)
                is_ripe = waited >= sum(lasting[:place])
                rows.append(("overall", *cell, reached[place] * is_ripe, len(furthest) * is_ripe))
                if place + 1 < len(rank):
                    has_moved = waited >= lasting[place]
                    following = reached[place + 1] * has_moved
                    rows.append(("value", *cell, following, reached[place] * has_moved))
    columns = [*KEYS[1:], "numerator", "denominator"]
    return pd.DataFrame(rows, columns=columns).assign(kpi_id="K-STAGE")


def _cohorts(stays: pd.DataFrame, rank: dict[str, int]) -> Iterable[tuple[pd.Timestamp, pd.Series]]:
    """Months in which paths of known persons began, and how far each path came."""
    paths = stays.assign(furthest=stays["stage_code"].map(rank)).groupby("path_id")
    people = pd.DataFrame(
        {
            "start": month_of(paths["entered_on"].min()),
            "furthest": paths["furthest"].max(),
            "is_anonymous": paths["is_anonymous"].any(),
        }
    )
    people = people[~people["is_anonymous"] & people["furthest"].notna()]
    return people.groupby("start")["furthest"]


def _median_stay(stays: pd.DataFrame, stage: str, as_of: pd.Timestamp) -> float:
    """Days after which half have left a stage; infinite where nobody knows."""
    own = stays[(stays["stage_code"] == stage) & ~stays["is_terminal"]]
    own = own[pd.to_datetime(own["entered_on"]) < as_of]
    if own.empty:
        return float("inf")
    left = pd.to_datetime(own["left_on"])
    days = (left.fillna(as_of) - pd.to_datetime(own["entered_on"])).dt.days
    median, _ = median_days(days, left.notna())
    return float("inf") if pd.isna(median) else median


def satisfaction(warehouse: Warehouse) -> pd.DataFrame:
    """K-JMAP: satisfied answers of all about the touchpoints of a stage."""
    answers = warehouse.frame(
        "select answered_local_date, numeric_value::int as score, 'customer:' || stage_code as"
        " stage from core.fct_survey_answers inner join core.dim_touchpoints using (touchpoint)"
        " where exclusion_reason is null and numeric_value is not null and metric = 'csat'"
        " and scale_minimum = 1 and scale_maximum = 5 and stage_code is not null"
    )
    cells = in_cells(answers, {"stage": "stage"}, "answered_local_date")
    return summed(cells, "K-JMAP", "csat", cells["score"] >= 4, cells["score"].notna())


def touches(warehouse: Warehouse) -> pd.DataFrame:
    """K-JMAP: touches at each touchpoint and stage, by month."""
    rows = warehouse.frame(
        "select fct.started_local_date, fct.touchpoint, dim.stage_code"
        " from core.fct_interactions as fct"
        " inner join core.dim_touchpoints as dim on dim.touchpoint = fct.touchpoint"
        " where not fct.is_internal and dim.stage_code is not null"
    )
    rows = rows.assign(period_start=month_of(rows["started_local_date"]))
    parts = [
        rows.assign(grain_name=grain, grain_key=key)
        for grain, key in (
            ("touchpoint", rows["touchpoint"]),
            ("stage", "customer:" + rows["stage_code"]),
        )
    ]
    counted = pd.concat(parts).groupby(KEYS[2:], as_index=False).size()
    return counted.rename(columns={"size": "n"}).assign(kpi_id="K-JMAP", statistic="value")


def _stays(warehouse: Warehouse) -> pd.DataFrame:
    """Stays of persons and deals in the stages of core, and of customers in their states."""
    return warehouse.frame(
        """
        select steps.*, coalesce(stages.is_terminal, false) as is_terminal
        from (
            select journey, path_id, stage_code, is_anonymous,
                entered_local_date as entered_on, left_local_date as left_on
            from core.fct_journey_steps
            union all
            select 'lifecycle', customer_id, lifecycle_state, false, entered_on, left_on
            from metrics.met_lifecycle_spells
        ) as steps
        left join seeds.journey_stages as stages
            on stages.journey = steps.journey and stages.stage_code = steps.stage_code
        """
    )
