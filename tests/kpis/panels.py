"""KPIs of what panels, staff and stakeholders are asked, after sections 1, 3 and 5.

Which code of a question means what is the demo company's: brackets hold the subject.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.kpis import methods
from tests.kpis.reading import Warehouse, in_cells, summed

PERIOD = {"quarter": "Q", "year": "Y", "month": "M"}
WEIGHTS = {
    **{"customers": 40, "employees": 10, "candidates": 5, "partners": 10, "suppliers": 5},
    **{"distributors": 5, "shareholders": 5, "media": 5, "public": 10, "prospects": 5},
}
LETTERS = dict(enumerate("LMNWD", start=1))
Rows = list[dict[str, object]]


def sheets(warehouse: Warehouse) -> pd.DataFrame:
    """One row per response, a column per question; choices too, and its quarter."""
    answers = warehouse.frame(
        "select response_id, horizon, questions.question_number as code, answers.metric,"
        " coalesce(cast(numeric_value as varchar), choice_code) as answer, answered_local_date,"
        " coalesce(answers.market, 'unknown') as market,"
        " coalesce(answers.segment, 'unknown') as segment,"
        " coalesce(answers.touchpoint, 'unknown') as touchpoint"
        " from core.fct_survey_answers as answers"
        " inner join core.dim_questions as questions using (question_id)"
        " where exclusion_reason is null and answers.metric in ('nps', 'csat', 'other')"
        " and coalesce(cast(numeric_value as varchar), choice_code) is not null"
    )
    named = answers.assign(
        code=answers["code"].mask(answers["metric"] != "other", answers["metric"])
    )
    wide = named.pivot_table(index="response_id", columns="code", values="answer", aggfunc="first")
    about = named.groupby("response_id")[
        ["horizon", "answered_local_date", "market", "segment", "touchpoint"]
    ].first()
    for code in wide.columns.difference(["team", "stakeholder"]):
        wide[code] = wide[code].astype(float)
    return wide.join(about)


def _cells(
    rows: pd.DataFrame, grains: dict[str, str | None], period: str
) -> list[tuple[tuple[str, str, pd.Timestamp], pd.DataFrame]]:
    """The rows of each cell and period with their key."""
    start = pd.to_datetime(rows["answered_local_date"]).dt.to_period(PERIOD[period]).dt.start_time
    parts = []
    for grain, column in grains.items():
        key = pd.Series("company", index=rows.index) if column is None else rows[column]
        for names, part in rows.groupby([key, start]):
            parts.append(((grain, *names), part))
    return parts


def _table(
    rows: pd.DataFrame,
    grains: dict[str, str | None],
    kpi: tuple[str, str],
    value: Callable[[pd.DataFrame], float],
    period: str = "quarter",
) -> pd.DataFrame:
    found: Rows = [
        {
            **dict(zip(("kpi_id", "statistic"), kpi, strict=True)),
            **dict(zip(("grain_name", "grain_key", "period_start"), key, strict=True)),
            "value": value(part),
            "n": len(part),
        }
        for key, part in _cells(rows, grains, period)
    ]
    return pd.DataFrame(found)


PLACES: dict[str, str | None] = {"company": None, "market": "market", "segment": "segment"}


def loyalty(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-LOY and K-SCI: who answered all three items."""
    items = ["csat", "nps", "repurchase"]
    whole = told[told["horizon"] == "relationship"].dropna(subset=items)
    return [
        _table(
            *(whole, PLACES, ("K-LOY", "value")),
            lambda part: methods.loyalty(list(part[items].itertuples(index=False, name=None))),
        ),
        _table(
            *(whole, PLACES, ("K-SCI", "value")),
            lambda part: 100 * float((part[items] == [5, 10, 5]).all(axis=1).mean()),
        ),
    ]


def pyramid(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-PYR: the levels and the companion index of those who answered all three."""
    items = ["meetsneeds", "easy", "enjoyable"]
    whole = told.dropna(subset=items)
    grains = PLACES | {"touchpoint": "touchpoint"}
    return [
        _table(
            *(whole, grains, ("K-PYR", statistic)),
            lambda part, place=place: methods.pyramid(
                [tuple(row) for row in part[items].to_numpy(int)]
            )[place],
        )
        for place, statistic in enumerate(("level1", "level2", "level3", "index"))
    ]


def kano(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-KANO by feature: coefficients of consistent pairs, contradictions of all."""
    pairs = []
    for code in told.columns[told.columns.str.startswith("functional[")]:
        both = told[[code, f"dys{code}", "answered_local_date"]].dropna()
        written = both[code].map(LETTERS) + "/" + both[f"dys{code}"].map(LETTERS)
        pairs.append(both.assign(feature=code[11:-1], pair=written))
    every = pd.concat(pairs)
    category = every["pair"].map(
        lambda pair: methods.KANO[pair[0]][methods.KANO_COLUMNS.index(pair[2])]
    )
    clean = every[~category.isin(["Q", "R"])]
    assert (category == "Q").mean() <= 0.1
    grain: dict[str, str | None] = {"feature": "feature"}

    def told_by(name: str) -> Callable[[pd.DataFrame], float]:
        return lambda part: 100 * float(methods.kano(list(part["pair"]))[name])

    return [
        _table(clean, grain, ("K-KANO", "better"), told_by("better")),
        _table(clean, grain, ("K-KANO", "worse"), told_by("worse")),
        _table(clean, grain, ("K-KANO", "strength"), told_by("total_strength")),
        _table(every, grain, ("K-KANO", "contradiction"), told_by("contradictory")),
    ]


def expectation(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-EXPGAP: actual less expected of each pair, on a scale of a hundred."""
    gaps = []
    for code in told.columns[told.columns.str.startswith("actual[")]:
        both = told.dropna(subset=[code, code.replace("actual", "expected")])
        gap = (both[code] - both[code.replace("actual", "expected")]) / 6 * 100
        gaps.append(both.assign(gap=gap))
    grains: dict[str, str | None] = {"company": None, "touchpoint": "touchpoint"}
    kpi = ("K-EXPGAP", "value")
    return [_table(pd.concat(gaps), grains, kpi, lambda part: float(part["gap"].mean()))]


def ease_of_tasks(warehouse: Warehouse) -> pd.DataFrame:
    """K-TASK by month: how easy each task was, of those who answer on seven points."""
    told = sheets(warehouse)
    codes = told.columns[told.columns.str.startswith("easy[")]
    rows = [
        told.assign(task=code[5:-1], score=told[code]).dropna(subset=["score"]) for code in codes
    ]
    cells = in_cells(pd.concat(rows), PLACES | {"task": "task"}, "answered_local_date")
    one = pd.Series(1, index=cells.index)
    return summed(cells, "K-TASK", "ease", 100 * cells["score"], one)


def staff(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-ENPS and K-ENG by team."""
    grains: dict[str, str | None] = {"company": None, "team": "team"}
    items = list(told.columns[told.columns.str.startswith("engagement[")])
    engaged = told.dropna(subset=items, how="all")
    return [
        _table(
            *(told.dropna(subset=["enps"]), grains, ("K-ENPS", "value")),
            lambda part: methods.net_score(list(part["enps"].astype(int))),
        ),
        _table(
            *(engaged, grains, ("K-ENG", "value")),
            lambda part: float(((part[items].mean(axis=1) - 1) / 4 * 100).mean()),
        ),
    ]


def reputation(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-REPU of each group with three items of four at least, and weighted."""
    items = ["esteem", "admire", "trust", "feeling"]
    answered = told[told[items].notna().sum(axis=1) >= 3]

    def score(part: pd.DataFrame) -> float:
        people = [[item for item in row if not np.isnan(item)] for row in part[items].to_numpy()]
        return methods.reputation(people)

    groups = _table(answered, {"stakeholder": "stakeholder"}, ("K-REPU", "value"), score)
    shown = groups[groups["n"] >= 5]
    weighted = pd.DataFrame(
        [
            {
                **{"kpi_id": "K-REPU", "statistic": "weighted", "grain_name": "company"},
                **{"grain_key": "company", "period_start": start, "n": part["n"].sum()},
                "value": float(
                    np.average(part["value"], weights=part["grain_key"].map(WEIGHTS).astype(float))
                ),
            }
            for start, part in shown.groupby("period_start")
        ]
    )
    return [groups, weighted]


def competitors(told: pd.DataFrame) -> list[pd.DataFrame]:
    """K-COMP: both sides each for itself, and those who rated both."""
    found = []
    for code in told.columns[told.columns.str.startswith("rival[")]:
        asked = told[told["own"].notna() | told[code].notna()].assign(competitor=code[6:-1])
        both = asked.dropna(subset=["own", code])

        def classes(scores: pd.Series) -> list[int]:
            known = scores.dropna()
            return list((known >= 9).astype(int) - (known <= 6).astype(int))

        def ahead(part: pd.DataFrame, code: str = code) -> float:
            return methods.comparison(classes(part["own"]), classes(part[code]))[0]

        def higher(part: pd.DataFrame, code: str = code) -> float:
            return 100 * float((part["own"] > part[code]).mean())

        grain: dict[str, str | None] = {"competitor": "competitor"}
        found += [
            _table(asked, grain, ("K-COMP", "value"), ahead).drop(columns="n"),
            _table(both, grain, ("K-COMP", "paired"), ahead),
            _table(both, grain, ("K-COMP", "rank_share"), higher),
        ]
    return found


def wallets(warehouse: Warehouse) -> pd.DataFrame:
    """K-SOW of the day of the run: the last wallet of each person, and the rank's estimate."""
    answers = warehouse.frame(
        "select customer_id, metric, cast(numeric_value as double) as told, answered_at, answer_id,"
        " coalesce(segment, 'unknown') as segment, coalesce(market, 'unknown') as market"
        " from core.fct_survey_answers where metric like 'wallet_%' and exclusion_reason is null"
        " and is_known_customer"
    ).sort_values(["answered_at", "answer_id"])
    wide = answers.groupby(["customer_id", "metric"])["told"].last().unstack()
    wide = wide.join(answers.groupby("customer_id")[["segment", "market"]].last())
    day = warehouse.as_of - pd.Timedelta(days=1)
    wide = wide.assign(answered_local_date=day)
    spent = wide["wallet_own"] + wide["wallet_others"]
    rank, brands = wide["wallet_rank"], wide["wallet_brands"]
    wide = wide.assign(spent=spent, estimate=100 * (1 - rank / (brands + 1)) * 2 / brands)
    parts = [
        _table(
            *(wide[wide["spent"] > 0], PLACES, ("K-SOW", "value")),
            lambda part: 100 * float(part["wallet_own"].sum() / part["spent"].sum()),
            "month",
        ),
        _table(
            *(wide.dropna(subset=["estimate"]), PLACES, ("K-SOW", "allocation")),
            lambda part: float(part["estimate"].mean()),
            "month",
        ),
    ]
    return pd.concat(parts, ignore_index=True)


def asked(warehouse: Warehouse) -> pd.DataFrame:
    """All of them by quarter."""
    told = sheets(warehouse)
    families = (loyalty, pyramid, kano, expectation, staff, reputation, competitors)
    return pd.concat([part for family in families for part in family(told)], ignore_index=True)
