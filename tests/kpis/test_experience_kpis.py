"""Priorities, pain points and themes: impacts and bases against a computation of their own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.kpis.experiences import impacts
from tests.kpis.reading import Warehouse


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


def test_impacts_of_experiences_equal_the_second_computation(built: Warehouse) -> None:
    expected = impacts(built)
    mine = built.frame(
        "select subject_kind as kind, subject, count_after_good, net_promoters_after_good,"
        " count_after_bad, net_promoters_after_bad, impact_points"
        " from metrics.met_experience_impacts order by kind, subject"
    )
    assert len(mine)
    assert mine[["kind", "subject"]].to_numpy().tolist() == (
        expected[["kind", "subject"]].to_numpy().tolist()
    )
    for place, column in enumerate(("good", "net_good", "bad", "net_bad"), start=2):
        assert mine.iloc[:, place].tolist() == expected[column].tolist(), column
    assert mine["impact_points"].astype(float).tolist() == pytest.approx(
        expected["impact"].tolist(), abs=1e-4, nan_ok=True
    )


def test_pain_points_hold_every_issue_that_is_judged_once(built: Warehouse) -> None:
    different = built.frame(
        """
        select period_start, numerator, denominator, mentions, painful
        from (
            select period_start, sum(count_mentions) as mentions, sum(count_painful) as painful
            from marts.mart_pain_points where theme_kind = 'reason' group by period_start
        )
        full join (
            select period_start, numerator, denominator from marts.mart_cx_kpi
            where kpi_id = 'K-FCR' and grain_name = 'company' and period_type = 'month'
                and denominator > 0
        ) using (period_start)
        where mentions is distinct from denominator
            or painful is distinct from denominator - numerator
        """
    )
    assert different.empty, different.to_string()


@pytest.fixture(scope="module")
def published_themes(built: Warehouse) -> pd.DataFrame:
    values = built.month_values()
    return values[values["kpi_id"] == "K-THEME"].rename(columns={"grain_key": "theme"})


def test_nothing_is_told_of_feelings_that_nobody_read(
    built: Warehouse, published_themes: pd.DataFrame
) -> None:
    (read,) = built.frame("select count(sentiment) as n from marts.mart_voc")["n"]
    told = published_themes[published_themes["statistic"] == "sentiment"]

    assert (len(told) > 0) == (read > 0)


def test_the_mart_of_themes_holds_what_is_published(
    built: Warehouse, published_themes: pd.DataFrame
) -> None:
    wide = built.frame(
        "select theme, period_start, theme_share_pct as value, csat_impact_points as impact_csat"
        " from marts.mart_theme where is_model_in_force"
    ).assign(period_start=lambda rows: pd.to_datetime(rows["period_start"]))
    narrow = published_themes.pivot(
        index=["theme", "period_start"], columns="statistic", values="value"
    )
    joined = narrow.join(wide.set_index(["theme", "period_start"]), rsuffix="_wide", how="outer")
    assert np.allclose(joined["value"], joined["value_wide"])
    assert np.allclose(joined["impact_csat"], joined["impact_csat_wide"], equal_nan=True)
