"""What experiences do to recommendations, from core tables and not as the warehouse does it."""

import pandas as pd

from tests.kpis.reading import Warehouse


def impacts(warehouse: Warehouse, least: int = 30) -> pd.DataFrame:
    """Net promoters after the last good and the last bad experience, by what it was about."""
    answers = warehouse.frame(
        "select answer_id as key, customer_id, answered_at as at, metric, horizon, touchpoint,"
        " numeric_value as score, scale_maximum from core.fct_survey_answers"
        " where exclusion_reason is null and is_known_customer and metric in ('nps', 'csat')"
        " and numeric_value is not null"
    )
    touched = answers[
        (answers["metric"] == "csat")
        & (answers["horizon"] == "transactional")
        & (answers["scale_maximum"] == 5)
        & answers["touchpoint"].notna()
    ]
    touched = touched.assign(
        kind="touchpoint", subject=touched["touchpoint"], good=touched["score"] >= 4
    )
    issues = warehouse.frame(
        "select issue_id as key, customer_id, first_contact_at as at, reason as subject,"
        " is_first_contact_resolved as good from marts.mart_issue"
        " where is_mature and not is_anonymous"
    ).assign(kind="reason")
    columns = ["kind", "subject", "customer_id", "at", "key", "good"]
    before = pd.concat([touched[columns], issues[columns]])
    said = answers[(answers["metric"] == "nps") & (answers["horizon"] == "relationship")]
    pairs = said.merge(before, on="customer_id", suffixes=("", "_before"))
    gap = pairs["at"] - pairs["at_before"]
    pairs = pairs[(gap > pd.Timedelta(0)) & (gap <= pd.Timedelta(days=90))]
    pairs = pairs.sort_values(["at_before", "key_before"])
    last = pairs.groupby(["key", "kind", "subject"]).tail(1)
    net = (last["score"] >= 9).astype(int) - (last["score"] <= 6).astype(int)
    sides = last.assign(net=net).groupby(["kind", "subject", "good"])["net"].agg(["size", "sum"])
    wide = sides.unstack("good").reindex(
        columns=pd.MultiIndex.from_product([["size", "sum"], [True, False]])
    )
    told, total = wide["size"].fillna(0), wide["sum"].fillna(0)
    rate = 100 * total / told.where(told > 0)
    fall = (rate[True] - rate[False]).clip(lower=0)
    return pd.DataFrame(
        {
            **{"good": told[True], "net_good": total[True]},
            **{"bad": told[False], "net_bad": total[False]},
            "impact": fall.where((told >= least).all(axis=1)),
        }
    ).reset_index()
