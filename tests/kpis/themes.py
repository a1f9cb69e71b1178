"""What customers talk about and what it costs, from core tables, not as the warehouse does."""

import numpy as np
import pandas as pd

from tests.kpis.reading import Warehouse, month_of

Z = 1.959963985


def coded_statements(warehouse: Warehouse) -> pd.DataFrame:
    """Each statement with the theme that a source gave it, its month and what it scored.

    Nobody is asked for themes in the demo: a response speaks of its contact's reason, a
    ticket of its category.
    """
    responses = warehouse.frame(
        "select response_id, interaction_id, submitted_local_date as day"
        " from core.fct_survey_responses join core.dim_surveys using (survey_id)"
        " where is_of_customers and not is_test and not is_internal"
    )
    reasons = warehouse.frame(
        "select interaction_id, reason as theme from core.fct_interactions"
    ).dropna()
    satisfaction = warehouse.frame(
        "select response_id, numeric_value >= 4 as outcome from core.fct_survey_answers"
        " where metric = 'csat' and horizon = 'transactional' and scale_maximum = 5"
        " and exclusion_reason is null and numeric_value is not null"
    )
    said = responses.merge(reasons, on="interaction_id").merge(
        satisfaction, on="response_id", how="left", validate="one_to_one"
    )
    tickets = warehouse.frame(
        "select reason as theme, stated_local_date as day from core.fct_feedback"
        " where feedback_kind = 'ticket_message' and not is_internal"
    ).dropna()
    both = pd.concat([said[["theme", "day", "outcome"]], tickets], ignore_index=True)
    return both.assign(
        period_start=month_of(both["day"]),
        outcome=both["outcome"].astype("float64"),
        statement_id=both.index,
    )


def theme_kpis(warehouse: Warehouse) -> pd.DataFrame:
    """K-THEME: which share speaks of a theme, and what it costs in satisfaction."""
    statements = coded_statements(warehouse)
    told = pd.crosstab(statements["period_start"], statements["theme"])
    shares = told.stack().rename("numerator").reset_index().assign(statistic="value")
    shares["denominator"] = shares["period_start"].map(told.sum(axis=1))
    costs = pd.DataFrame(
        [
            (month, theme, *found)
            for month, own in statements.groupby("period_start")
            for theme, found in impacts(own, 100 * own["outcome"], "outcome").items()
        ],
        columns=["period_start", "theme", "n", "value", "ci_low", "ci_high"],
    )
    both = pd.concat([shares, costs.assign(statistic="impact_csat")], ignore_index=True)
    named = both.rename(columns={"theme": "grain_key"})
    return named.assign(kpi_id="K-THEME", grain_name="theme")


def impacts(
    statements: pd.DataFrame, score: pd.Series, column: str
) -> dict[str, tuple[int, float, float, float]]:
    """By theme of statements that have a score: how many, and what it costs with its bounds.

    A theme costs as many points as the score of all lies below that of those without it. The
    error comes from what each answer adds to that difference, not from a formula for it.
    """
    scored = statements.assign(score=score).dropna(subset=[column])
    found = {}
    for theme in scored["theme"].unique():
        about = set(scored.loc[scored["theme"] == theme, "statement_id"])
        every = scored.drop_duplicates("statement_id")
        has, told = every["statement_id"].isin(about).to_numpy(), every["score"].to_numpy()
        if has.all():
            continue
        share, theirs, others = has.mean(), told[has].mean(), told[~has].mean()
        moved = np.where(
            has,
            (1 - share) * (others - theirs) - (told - theirs),
            -share * (others - theirs) + share / (1 - share) * (told - others),
        )
        value, error = others - told.mean(), moved.std() / np.sqrt(len(told))
        bounds = (max(value - Z * error, -100), min(value + Z * error, 100))
        found[theme] = (int(has.sum()), float(value), *bounds)
    return found


def feelings(statements: pd.DataFrame) -> dict[tuple[str, str], tuple[float, int]]:
    """K-SENT and K-EMO of statements as sum and base; one word is no statement."""
    told = statements[statements["has_two_words"] == "true"]
    read = told[told["sentiment"].notna()]
    warmth = told["polarity"].dropna().astype(float)
    moved = told[["has_positive_emotion", "has_negative_emotion"]].dropna() == "true"
    better = moved["has_positive_emotion"].sum() - moved["has_negative_emotion"].sum()
    net = (read["sentiment"] == "positive").sum() - (read["sentiment"] == "negative").sum()
    found = {
        ("K-SENT", "value"): (net, len(read)),
        ("K-SENT", "mixed"): ((read["sentiment"] == "mixed").sum(), len(read)),
        ("K-SENT", "enriched"): (len(read), len(told)),
        ("K-SENT", "mean"): (10_000 * warmth.sum(), len(warmth)),
        ("K-EMO", "value"): (100 * better, len(moved)),
    }
    return {key: (float(top), base) for key, (top, base) in found.items() if base}
