"""Laws that hold whatever customers pay: the bridge closes, gross retention is the least."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.settings import Home
from tests.kpis.revenue import MOVEMENTS, Payer, bridge

AMOUNTS = st.integers(0, 10**6).map(lambda cents: Decimal(cents) / 100)
PAYERS = st.lists(
    st.builds(Payer, AMOUNTS, AMOUNTS, has_paid_before=st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=100)
@given(payers=PAYERS)
def test_a_bridge_closes_and_gross_never_exceeds_net_or_all(payers: list[Payer]) -> None:
    parts = bridge(payers)
    moved = {name: parts["K-MRR", name][0] for name in MOVEMENTS}
    came = moved["new"] + moved["expansion"] + moved["reactivation"]
    gone = moved["contraction"] + moved["churn"]
    assert parts["K-MRR", "opening"][0] + came - gone == parts["K-MRR", "value"][0]
    gross, base, _ = parts["K-GRR", "value"]
    assert base is not None
    assert gross <= min(base, parts["K-NRR", "value"][0])


CONTRACTS = st.lists(
    st.tuples(
        st.sampled_from(["ali", "sara", "omid"]),
        st.sampled_from(["IRR", "AED"]),
        st.integers(0, 300),
        st.integers(0, 300),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def revenue_sql(tiny_home: Home, warehouse: Path) -> duckdb.DuckDBPyConnection:
    """A connection of empty inputs, on which the models can run as they were compiled."""
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as built (read_only)")
    connection.execute("attach ':memory:' as warehouse")
    for schema in ("core", "metrics", "seeds"):
        connection.execute(f"create schema warehouse.{schema}")
    copied = {
        "core": ["dim_exchange_rates", "dim_price_index", "dim_run", "dim_customers"],
        "metrics": ["met_periods"],
        "seeds": ["kpis"],
    }
    for schema, tables in copied.items():
        for table in tables:
            name = f"{schema}.{table}"
            rows = "" if table != "dim_customers" else " limit 0"
            connection.execute(f"create table warehouse.{name} as select * from built.{name}{rows}")
    for name in ("fct_subscription_months", "fct_referrals"):
        connection.execute(
            f"create table warehouse.core.{name} as select * from built.core.{name} limit 0"
        )
    compiled = tiny_home.root / "dbt/compiled/cx_warehouse/models/metrics/revenue"
    for name in ("met_revenue_movements", "met_revenue_recurring_cells"):
        text = (compiled / f"{name}.sql").read_text(encoding="utf-8")
        connection.execute(f"create view warehouse.metrics.{name} as {text}")
    return connection


@settings(max_examples=15)
@given(contracts=CONTRACTS)
def test_the_bridge_of_the_warehouse_closes_whatever_is_paid(
    revenue_sql: duckdb.DuckDBPyConnection, contracts: list[tuple[str, str, int, int, bool]]
) -> None:
    table = "warehouse.core.fct_subscription_months"
    revenue_sql.execute(f"delete from {table}")
    for who, currency, start, end, has_paid_before in contracts:
        months = [("2025-05-01", start, end)]
        if has_paid_before:
            months.append(("2024-05-01", 7, 0))
        for month, before, after in months:
            revenue_sql.execute(
                f"insert into {table} (customer_id, currency_code, month_start_date,"
                " start_mrr_amount, end_mrr_amount, is_paused, is_internal)"
                " values (?, ?, cast(? as date), ?, ?, false, false)",
                [who, currency, month, before, after],
            )
    parts = {
        (kpi_id, statistic): (numerator, denominator)
        for kpi_id, statistic, numerator, denominator in revenue_sql.execute(
            "select kpi_id, statistic, numerator, denominator"
            " from warehouse.metrics.met_revenue_recurring_cells"
            " where period_type = 'month' and period_start = date '2025-05-01'"
        ).fetchall()
    }
    amounts = {name: parts["K-MRR", name][0] for name in (*MOVEMENTS, "opening", "value")}
    came = amounts["new"] + amounts["expansion"] + amounts["reactivation"]
    gone = amounts["contraction"] + amounts["churn"]
    assert amounts["opening"] + came - gone == amounts["value"]
    for statistic in ("value", "real"):
        gross, base = parts["K-GRR", statistic]
        assert gross <= min(base, parts["K-NRR", statistic][0])
        assert gross + parts["K-REVCH", statistic][0] == base
