"""K-EMPLINK: do customers of teams that like their work fare better in the next quarter?

After section 5 of the KPI specification; what staff are asked is read in ``panels``.
"""

from typing import Any

import numpy as np
import pandas as pd

from tests.kpis import methods, panels
from tests.kpis.reading import KEYS, Warehouse

LEAST_ANSWERS, LEAST_TEAMS, LEAST_WAVES = 10, 10, 30
Z = 1.959963985


def links(warehouse: Warehouse, period: str) -> pd.DataFrame:
    """Both correlations of every quarter or year that has teams enough, with their interval."""
    waves = team_waves(warehouse)
    large = waves[(waves["n_staff"] >= LEAST_ANSWERS) & (waves["n_customers"] >= LEAST_ANSWERS)]
    starts = large["quarter"].dt.to_period(panels.PERIOD[period]).dt.start_time
    rows: list[tuple[Any, ...]] = []
    for start, own in large.groupby(starts):
        varies = own["enps"].nunique() > 1 and own["csat"].nunique() > 1
        if not varies or (own["team"].nunique() < LEAST_TEAMS and len(own) < LEAST_WAVES):
            continue
        found = methods.link(own["enps"].tolist(), own["csat"].tolist())
        half = Z / np.sqrt(len(own) - 3)
        for statistic, value in zip(("value", "spearman"), found, strict=True):
            bounds = np.tanh(np.arctanh(value) + np.array([-half, half]))
            cell = ("K-EMPLINK", statistic, "company", "company", start)
            rows.append((*cell, value, len(own), *bounds))
    return pd.DataFrame(rows, columns=[*KEYS, "value", "n", "ci_low", "ci_high"])


def team_waves(warehouse: Warehouse) -> pd.DataFrame:
    """Teams by quarter: their own score, and the satisfaction of customers in the quarter after."""
    told = panels.sheets(warehouse).dropna(subset=["enps", "team"])
    quarter = pd.to_datetime(told["answered_local_date"]).dt.to_period("Q").dt.start_time
    net = 100 * ((told["enps"] >= 9).astype(int) - (told["enps"] <= 6).astype(int))
    staff = net.groupby([told["team"], quarter.rename("quarter")]).agg(["mean", "size"])
    served = satisfaction_of_teams(warehouse)
    before = served["quarter"] - pd.offsets.QuarterBegin(startingMonth=1)
    customers = served.assign(quarter=before).groupby(["team", "quarter"])["is_satisfied"]
    pairs = staff.join(customers.agg(csat="mean", n_customers="size"), how="inner").reset_index()
    return pairs.rename(columns={"mean": "enps", "size": "n_staff"})


def satisfaction_of_teams(warehouse: Warehouse) -> pd.DataFrame:
    """Answers about an agent with the agent's team of that day."""
    rows = warehouse.frame(
        "select teams.team_name as team, answers.answered_local_date as day,"
        " answers.numeric_value >= 4 as is_satisfied from core.fct_survey_answers as answers"
        " inner join core.dim_agents as teams on teams.agent_id = answers.agent_id"
        " and answers.answered_local_date >= cast(teams.valid_from as date)"
        " and answers.answered_local_date < cast(teams.valid_to as date)"
        " where exclusion_reason is null and numeric_value is not null and metric = 'csat'"
        " and scale_minimum = 1 and scale_maximum = 5 and horizon = 'transactional'"
    )
    day = pd.to_datetime(rows["day"])
    return rows.dropna(subset=["team"]).assign(quarter=day.dt.to_period("Q").dt.start_time)
