"""K-MAT: the mean of what can be shown, after section 5 of the KPI specification."""

import pandas as pd

from tests.kpis.reading import KEYS, Warehouse


def assessed(warehouse: Warehouse) -> pd.DataFrame:
    """The maturity of every year that was assessed, from answers with evidence."""
    answers = warehouse.frame(
        "select assessed_on, score::double as score from seeds.maturity_answers"
        " where evidence <> '' and score is not null"
    )
    year = pd.to_datetime(answers["assessed_on"]).dt.to_period("Y").dt.start_time
    told = answers.groupby(year.rename("period_start"))["score"].agg(["mean", "size"])
    rows = [
        ("K-MAT", "value", "company", "company", start, mean, count)
        for start, mean, count in told.itertuples()
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "value", "n"])
