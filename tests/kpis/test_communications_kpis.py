"""Messages, preferred channels, invoices and renewals against a computation of their own."""

from pathlib import Path

import pandas as pd
import pytest

from tests.kpis.preferences import preferences
from tests.kpis.reading import Warehouse

TIES = {
    ("K-DELIV", "value"): (
        "select date_trunc('month', sent_local_date), sum(count_delivered), sum(count_reported)"
        " from marts.mart_ccm_delivery group by all"
    ),
    ("K-OPEN", "value"): (
        "select date_trunc('month', sent_local_date), sum(count_opened),"
        " sum(count_delivered_to_open) from marts.mart_ccm_delivery where is_mature group by all"
    ),
    ("K-PAY", "by_amount"): (
        "select date_trunc('month', due_on), cast(10000 * sum(reporting_amount)"
        " filter (where is_paid_on_time) as bigint), cast(100 * sum(reporting_amount) as bigint)"
        " from marts.mart_billing where is_judged group by all"
    ),
    ("K-RENEW", "value"): (
        "select date_trunc('month', due_on), count(*) filter (where is_renewed_on_time), count(*)"
        " from marts.mart_renewals where is_judged group by all"
    ),
}


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def published(built: Warehouse) -> pd.DataFrame:
    return built.month_values()


def test_every_customer_has_the_channel_of_the_second_computation(built: Warehouse) -> None:
    held = built.frame(
        "select customer_id, preferred_channel, preference_source from marts.mart_preference"
    )
    expected = preferences(built)
    assert set(held["preference_source"]) >= {"explicit", "behavior", "unknown"}
    columns = list(held.columns)
    pd.testing.assert_frame_equal(
        held.sort_values("customer_id", ignore_index=True).astype(object),
        expected[columns].sort_values("customer_id", ignore_index=True).astype(object),
    )


def test_every_kpi_of_messages_is_published(built: Warehouse, published: pd.DataFrame) -> None:
    registered = built.frame(
        "select kpi_id, statistic from core.dim_kpi where family in ('communication', 'preference')"
    )
    held = set(zip(published["kpi_id"], published["statistic"], strict=True))
    assert set(zip(registered["kpi_id"], registered["statistic"], strict=True)) <= held


@pytest.mark.parametrize(("kpi_id", "statistic"), TIES)
def test_a_wide_mart_adds_up_to_the_published_value(
    built: Warehouse, published: pd.DataFrame, kpi_id: str, statistic: str
) -> None:
    wide = built.frame(TIES[kpi_id, statistic])
    wide.columns = pd.Index(["period_start", "numerator", "denominator"])
    wide["period_start"] = pd.to_datetime(wide["period_start"])
    mine = published[
        (published["kpi_id"] == kpi_id)
        & (published["statistic"] == statistic)
        & (published["grain_name"] == "company")
        & (published["denominator"] > 0)
    ]
    joined = mine.merge(wide[wide["denominator"] > 0], on="period_start", how="outer")
    assert len(joined) or kpi_id == "K-RENEW"
    assert (joined["numerator_x"] == joined["numerator_y"].fillna(0)).all(), joined.to_string()
    assert (joined["denominator_x"] == joined["denominator_y"]).all()


def test_messages_after_an_opt_out_are_the_same_by_day_and_by_customer(built: Warehouse) -> None:
    sums = built.frame(
        "select (select sum(count_after_opt_out) from marts.mart_ccm_delivery) as by_day,"
        " (select sum(count_after_opt_out) from marts.mart_consent_state) as by_customer,"
        " (select count(*) from core.fct_communications"
        "   where is_after_opt_out and not is_test and not is_internal) as by_message"
    ).iloc[0]
    assert sums["by_day"] == sums["by_customer"] == sums["by_message"] > 0
