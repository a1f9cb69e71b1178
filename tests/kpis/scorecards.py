"""The scorecard of agents, K-AGT, from the second computations of its components.

How the components themselves are measured is in the modules that are imported here.
"""

from collections.abc import Mapping

import pandas as pd

from tests.kpis.agents import Teams, counted_evaluations, quality_of
from tests.kpis.contact_center import counts_and_means
from tests.kpis.issues import followed_contacts
from tests.kpis.reading import Warehouse, computed, month_of
from tests.kpis.surveys import scores

WEIGHTS = {
    "qa": 0.35,
    "csat": 0.25,
    "fcr": 0.15,
    "aht": 0.10,
    "adherence": 0.10,
    "transfer": 0.05,
}
PRIOR, LEAST_WEIGHT = 10, 0.6
MONTH = ["agent_id", "period_start"]
OF_KPI = {
    ("K-CSAT", "value"): ("csat", 100.0),
    ("K-AHT", "mean"): ("aht", 0.001),
    ("K-XFER", "value"): ("transfer", 100.0),
    ("K-FCR", "value"): ("fcr", 100.0),
    ("K-QA", "value"): ("qa", 1.0),
}


def shrunk(own: float, n: float, team: float) -> float:
    """The own value after ten observations of the team have joined."""
    return (n * own + PRIOR * team) / (n + PRIOR)


def component_score(component: str, value: float, target: float | None) -> float | None:
    """What a measure is worth, 0 to 100; ``None`` for a handle time without a target."""
    if component == "transfer":
        return 100 - value
    if component != "aht":
        return value
    if target is None:
        return None
    off = abs(value - target) / target
    return float(min(100, max(0, 100 * (0.5 - off) / 0.4)))


def total(parts: Mapping[str, float]) -> float | None:
    """The weighted mean of the components that are there; ``None`` below 60 % of the weight."""
    weight = sum(WEIGHTS[component] for component in parts)
    if weight < LEAST_WEIGHT - 1e-9:
        return None
    return sum(WEIGHTS[component] * score for component, score in parts.items()) / weight


def scorecards(warehouse: Warehouse) -> pd.DataFrame:
    """K-AGT by agent and month."""
    measures = _measures(warehouse)
    target = _handle_target(warehouse)
    months = measures["period_start"] + pd.offsets.MonthEnd(0)
    teamed = Teams.of(warehouse).at(measures, months)
    teamed["team_name"] = teamed["team_name"].fillna("")
    sums = teamed.groupby(["component", "period_start", "team_name"])[["numerator", "denominator"]]
    teamed[["team_numerator", "team_denominator"]] = sums.transform("sum")
    found = []
    for (agent, month), rows in teamed.groupby(MONTH):
        parts = {}
        for row in rows.itertuples():
            own = row.scale * row.numerator / row.denominator
            team = row.scale * row.team_numerator / row.team_denominator
            score = component_score(row.component, shrunk(own, row.n, team), target)
            if score is not None:
                parts[row.component] = score
        n = int(rows[rows["component"].isin(parts)]["n"].sum())
        found.append({"grain_key": agent, "period_start": month, "n": n, "value": total(parts)})
    values = pd.DataFrame(found).dropna(subset="value")
    return values.assign(kpi_id="K-AGT", statistic="value", grain_name="agent")


def _measures(warehouse: Warehouse) -> pd.DataFrame:
    evaluations = counted_evaluations(warehouse)
    rated = evaluations.assign(period_start=month_of(evaluations["evaluated_local_date"]))
    evaluated = rated.groupby(MONTH).size().rename("evaluations").reset_index()
    parts = pd.concat(
        [
            quality_of(evaluations, warehouse.as_of),
            computed(scores, warehouse),
            computed(counts_and_means, warehouse),
            computed(followed_contacts, warehouse),
        ],
        ignore_index=True,
    )
    parts = parts[(parts["grain_name"] == "agent") & (parts["denominator"] > 0)]
    keys = list(zip(parts["kpi_id"], parts["statistic"], strict=True))
    parts = parts.assign(
        component=[OF_KPI.get(key, (None, 0.0))[0] for key in keys],
        scale=[OF_KPI.get(key, (None, 0.0))[1] for key in keys],
    )
    parts = parts[parts["component"].notna()].rename(columns={"grain_key": "agent_id"})
    counted = parts.merge(evaluated, on=MONTH, how="left")
    is_quality = counted["component"] == "qa"
    counted["n"] = counted["evaluations"].where(is_quality, counted["denominator"])
    columns = [*MONTH, "component", "scale", "numerator", "denominator", "n"]
    return counted[columns]


def _handle_target(warehouse: Warehouse) -> float | None:
    targets = warehouse.frame(
        "select target from core.dim_kpi_targets where kpi_id = 'K-AHT' and statistic = 'mean'"
        " and grain_name = 'company' order by valid_from desc limit 1"
    )["target"]
    return float(targets.iloc[0]) if len(targets) else None
