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
        period_start=month_of(both["day"]), outcome=both["outcome"].astype("float64")
    )


def shares(statements: pd.DataFrame) -> pd.DataFrame:
    """Statements with each theme and all of them, by month and theme."""
    told = pd.crosstab(statements["period_start"], statements["theme"])
    parts = told.stack().rename("numerator").reset_index()
    return parts.assign(denominator=parts["period_start"].map(told.sum(axis=1)))


def impacts(statements: pd.DataFrame) -> pd.DataFrame:
    """By how many points the score of all lies below that of those without the theme.

    The error comes from what each answer adds to that difference, not from a formula for it.
    """
    rows = []
    for month, scored in statements.dropna(subset=["outcome"]).groupby("period_start"):
        score = 100 * scored["outcome"].to_numpy()
        for theme in scored["theme"].unique():
            has = (scored["theme"] == theme).to_numpy()
            if has.all():
                continue
            share, theirs, others = has.mean(), score[has].mean(), score[~has].mean()
            moved = np.where(
                has,
                (1 - share) * (others - theirs) - (score - theirs),
                -share * (others - theirs) + share / (1 - share) * (score - others),
            )
            value, error = others - score.mean(), moved.std() / np.sqrt(len(score))
            rows.append((month, theme, int(has.sum()), value, value - Z * error, value + Z * error))
    return pd.DataFrame(rows, columns=["period_start", "theme", "n", "value", "ci_low", "ci_high"])


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
