"""Revenue KPIs against a second computation, their goldens and their wide marts."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from tests.kpis.orders import (
    asked_after_delivery,
    cohorts,
    repeats,
)
from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.revenue import MOVEMENTS, Parts, Payer, bridge

RECURRING = ("K-MRR", "K-GRR", "K-NRR", "K-NRR.R", "K-REVCH", "K-ERG")
ORDERS = ("K-COH", "K-COH.U", "K-REP", "K-PO", "K-ONB", "K-DEF")
GOLDEN_PAYERS = {
    "a": Payer(Decimal(100), Decimal(100)),
    "b": Payer(Decimal(100), Decimal(150)),
    "c": Payer(Decimal(200), Decimal(120)),
    "d": Payer(Decimal(50), Decimal(0)),
    "e": Payer(Decimal(0), Decimal(80)),
    "f": Payer(Decimal(0), Decimal(60), has_paid_before=True),
}


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


def _published(built: Warehouse, period_type: str, kpis: tuple[str, ...]) -> pd.DataFrame:
    values = built.frame(
        f"select {', '.join(KEYS)}, numerator, denominator, n, value, standard_error, ci_low,"
        f" ci_high, drill_mart, drill_filter from marts.mart_cx_kpi"
        f" where period_type = '{period_type}' and kpi_id in {kpis}"
    )
    return values.assign(period_start=pd.to_datetime(values["period_start"]))


def _percent(parts: Parts, kpi_id: str) -> float:
    amount, base, _ = parts[kpi_id, "value"]
    assert base
    return round(float(100 * amount / base), 4)


def test_the_second_computation_knows_the_golden_bridge() -> None:
    parts = bridge(GOLDEN_PAYERS.values())
    amounts = {name: parts["K-MRR", name][0] for name in ("opening", *MOVEMENTS, "value")}
    assert list(amounts.values()) == [450, 80, 50, 60, 80, 50, 510]
    assert _percent(parts, "K-GRR") == 71.1111
    assert _percent(parts, "K-NRR") == 82.2222
    assert _percent(parts, "K-NRR.R") == 95.5556
    assert _percent(parts, "K-REVCH") == 28.8889


def test_the_second_computation_knows_golden_earned_growth() -> None:
    grows = Payer(Decimal(100), Decimal(105))
    sent = Payer(Decimal(0), Decimal(12), is_referred=True)
    walked_in = Payer(Decimal(0), Decimal(40))
    assert _percent(bridge([grows, sent, walked_in]), "K-ERG") == 17


def _golden_days() -> pd.DataFrame:
    months = {"a": "123", "b": "13", "c": "1", "d": "23", "e": "2"}
    rows = pd.DataFrame(
        [(who, pd.Timestamp(f"2025-0{month}-01")) for who, own in months.items() for month in own],
        columns=["customer_id", "day"],
    )
    first = rows.groupby("customer_id")["day"].transform("min")
    return rows.assign(first_day=first, market="tehran", segment="gold", revenue=100)


def test_the_second_computation_knows_golden_cohorts() -> None:
    found = cohorts(_golden_days(), pd.Timestamp("2025-04-01"))
    found = found[(found["grain_name"] == "company") & (found["statistic"] == "month_1")]
    parts = found[["kpi_id", "period_start", "numerator", "denominator"]].to_numpy().tolist()
    january, february, march = (pd.Timestamp(f"2025-0{month}-01") for month in (1, 2, 3))
    assert parts == [
        ["K-COH", january, 1, 3],
        ["K-COH.U", january, 2, 3],
        ["K-COH", february, 1, 2],
        ["K-COH.U", february, 1, 2],
    ]
    assert march not in set(found["period_start"])


def test_only_first_buyers_whose_window_is_over_can_repeat() -> None:
    # Months of 90 days: within one, two of five return; of the three with two, two do.
    days = _golden_days()
    start = pd.Timestamp("2025-01-01")
    for column in ("day", "first_day"):
        days[column] = start + pd.to_timedelta(90 * (days[column].dt.month - 1), unit="D")
    found = repeats(days, start + pd.Timedelta(days=181))
    company = found[found["grain_name"] == "company"].groupby("statistic")
    sums = company[["numerator", "denominator"]].sum().to_dict("index")
    assert sums["within_90d"] == {"numerator": 2, "denominator": 5}
    assert sums["within_180d"] == {"numerator": 2, "denominator": 3}


def test_percents_are_hundreds_of_their_parts_and_amounts_hundredths(built: Warehouse) -> None:
    values = _published(built, "month", RECURRING)
    amounts = values[values["kpi_id"] == "K-MRR"]
    assert (amounts["value"] - amounts["numerator"] / 100).abs().max() < 1e-6
    shares = values[values["denominator"] > 0]
    assert (shares["value"] - 100 * shares["numerator"] / shares["denominator"]).abs().max() < 1e-6
    assert values[(values["kpi_id"] != "K-MRR") & (values["n"] == 0)]["value"].isna().all()


def test_the_interval_of_revenue_retention_is_that_of_a_ratio_of_sums(built: Warehouse) -> None:
    rows = built.frame(
        "select cast(start_mrr_amount as double) as base, month_start_date as period_start,"
        " cast(least(start_mrr_amount, end_mrr_amount) as double) as kept from marts.mart_mrr"
        " where start_mrr_amount > 0 and is_complete"
    )
    rows["period_start"] = pd.to_datetime(rows["period_start"])
    company = _published(built, "month", ("K-GRR",)).query(
        "grain_name == 'company' and statistic == 'value' and n > 1"
    )
    assert len(company)
    for row in company.itertuples():
        own = rows[rows["period_start"] == row.period_start]
        rest = own["kept"] - own["base"] * own["kept"].sum() / own["base"].sum()
        spread = (rest**2).sum() * len(own) / (len(own) - 1)
        error = 100 * spread**0.5 / own["base"].sum()
        assert abs(row.standard_error - error) < 1e-5
        assert abs(row.ci_low - max(row.value - 1.959963985 * error, 0)) < 1e-4
        assert abs(row.ci_high - min(row.value + 1.959963985 * error, 100)) < 1e-4


def test_markets_of_the_wide_marts_add_up_to_the_company(built: Warehouse) -> None:
    ties = {
        ("K-GRR", "value"): (
            "select month_start_date, 100 * sum(start_mrr_amount - contraction_mrr_amount"
            " - churned_mrr_amount) from marts.mart_retention group by 1"
            " having count(start_mrr_amount) = count(currency_code)"
        ),
        ("K-MRR", "value"): (
            "select month_start_date, 100 * sum(end_mrr_amount) from marts.mart_mrr"
            " where is_complete group by 1 having count(end_mrr_amount) = count(*)"
        ),
        ("K-PO", "value"): (
            "select month_start_date, sum(count_perfect) from marts.mart_product_quality group by 1"
        ),
        ("K-ONB", "value"): (
            "select month_start_date, sum(count_in_time) from marts.mart_onboarding group by 1"
        ),
        ("K-REP", "revenue_share"): (
            "select month_start_date, 10000 * sum(repeat_revenue_amount)"
            " from marts.mart_repeat_purchase group by 1"
        ),
    }
    published = _published(built, "month", RECURRING + ORDERS)
    for (kpi_id, statistic), query in ties.items():
        wide = built.frame(query)
        wide.columns = pd.Index(["period_start", "told"])
        wide["period_start"] = pd.to_datetime(wide["period_start"])
        own = published[
            (published["kpi_id"] == kpi_id)
            & (published["statistic"] == statistic)
            & (published["grain_name"] == "company")
        ]
        joined = own.merge(wide, on="period_start", how="left")
        assert len(joined), kpi_id
        assert (joined["numerator"].astype(float) == joined["told"].astype(float)).all(), kpi_id


def test_tickets_after_a_delivery_equal_the_second_computation(built: Warehouse) -> None:
    sums = built.frame(
        "select sum(count_told), sum(count_told_with_ticket), sum(count_not_told),"
        " sum(count_not_told_with_ticket) from marts.mart_onboarding"
    ).iloc[0]
    expected = asked_after_delivery(built)
    assert tuple(sums.astype(int)) == (*expected[True], *expected[False])
    assert expected[True][0] > 0
