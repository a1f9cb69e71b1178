"""Stages and touches of journeys, after section 3 of the KPI specification."""

from typing import Any

import pandas as pd

from tests.kpis.reading import KEYS, Warehouse, month_of
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
    """K-STAGE of every cohort month, whether its time has passed or not: path by path."""
    stays = _stays(warehouse)
    stages = warehouse.frame("select * from seeds.journey_stages where is_on_path")
    rows: list[dict[str, Any]] = []
    for journey, own in stays.groupby("journey"):
        order = stages[stages["journey"] == journey].sort_values("sort_order")
        rank = {code: place for place, code in enumerate(order["stage_code"])}
        furthest = own["stage_code"].map(rank)
        paths = own.assign(furthest=furthest).groupby("path_id")
        people = pd.DataFrame(
            {
                "start": month_of(paths["entered_on"].min()),
                "furthest": paths["furthest"].max(),
                "is_anonymous": paths["is_anonymous"].any(),
            }
        )
        people = people[~people["is_anonymous"] & people["furthest"].notna()]
        for start, cohort in people.groupby("start"):
            reached = [int((cohort["furthest"] >= place).sum()) for place in rank.values()]
            rows += [
                {
                    "grain_key": f"{journey}:{code}",
                    "period_start": start,
                    "entered": len(cohort),
                    "reached": reached[place],
                    "reached_next": reached[place + 1] if place + 1 < len(rank) else None,
                }
                for code, place in rank.items()
            ]
    return pd.DataFrame(rows)


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
