"""Compares a built warehouse with what the demo company's simulator knows happened.

What must become of each planted defect is in ``fates``.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from ingestion.settings import Home

KPIS = {
    ("K-NPS", "relationship"): ("K-NPS", "value"),
    ("K-NPS", "transactional"): ("K-NPS.T", "value"),
    ("K-CSAT", "relationship"): ("K-CSAT.R", "value"),
    ("K-CSAT", "transactional"): ("K-CSAT", "value"),
    ("K-CES", "transactional"): ("K-CES", "mean"),
    ("K-RR", "relationship"): ("K-RR.R", "value"),
    ("K-RR", "transactional"): ("K-RR", "value"),
    ("K-SL", ""): ("K-SL", "value"),
    ("K-ABN", ""): ("K-ABN", "value"),
    ("K-ASA", ""): ("K-ASA", "mean"),
    ("K-AHT", ""): ("K-AHT", "mean"),
    ("K-XFER", ""): ("K-XFER", "value"),
    ("K-RET", ""): ("K-RET", "value"),
    ("K-FRT.T", ""): ("K-FRT", "in_time"),
    ("K-REOPEN", ""): ("K-REOPEN", "value"),
    ("K-DELIV", ""): ("K-DELIV", "value"),
    ("K-PAY", ""): ("K-PAY", "due_day"),
    ("K-NOTICE.I", ""): ("K-NOTICE.I", "value"),
    ("K-RENEW", ""): ("K-RENEW", "value"),
    ("K-NOTICE.R", ""): ("K-NOTICE.R", "value"),
    ("K-PO", ""): ("K-PO", "value"),
    ("K-PYR.L1", ""): ("K-PYR", "level1"),
    ("K-PYR.L2", ""): ("K-PYR", "level2"),
    ("K-PYR.L3", ""): ("K-PYR", "level3"),
    ("K-LOY", ""): ("K-LOY", "value"),
    ("K-SCI", ""): ("K-SCI", "value"),
}
"""What the registry calls each KPI of the truth and its horizon."""

OF_THE_COMPANY_ALONE = "('K-FRT.T', 'K-REOPEN')"
"""The truth knows the market of every ticket; the sources hide who wrote some of them."""

TOLD = f"""
    create temp table told as
    select
        registry.kpi_id, registry.statistic, truth.grain_name, truth.period_type,
        case truth.grain_name
            when 'company' then 'company' when 'queue' then 'pbx:' || truth.grain_key
            else truth.grain_key
        end as grain_key,
        cast(truth.period_start as date) as period_start, truth.denominator, truth.value
    from read_parquet(?) as truth
    inner join registry
        on registry.told_id = truth.kpi_id and registry.horizon = truth.horizon
    where (registry.kpi_id, truth.grain_name, truth.period_type) in (
        select (kpi_id, grain_name, period_type) from marts.mart_cx_kpi
    )
    and (truth.grain_name = 'company' or truth.kpi_id not in {OF_THE_COMPANY_ALONE})
"""

HELD = """
    create temp table held as
    select mart_cx_kpi.*
    from marts.mart_cx_kpi
    inner join (
        select kpi_id, statistic, grain_name, period_type, min(period_start) as first_start
        from told group by all
    ) as covered
        on mart_cx_kpi.kpi_id = covered.kpi_id
        and mart_cx_kpi.statistic = covered.statistic
        and mart_cx_kpi.grain_name = covered.grain_name
        and mart_cx_kpi.period_type = covered.period_type
        and mart_cx_kpi.period_start >= covered.first_start
    where mart_cx_kpi.denominator > 0 and mart_cx_kpi.grain_key <> 'unknown'
"""
"""Values of the cuts that the truth tells, from its first period on. It tells no empty base, and
nothing of places that it knows but the sources hide."""

DIFFERENT = """
    select
        kpi_id, grain_name, grain_key, period_type, cast(period_start as varchar),
        told.denominator, held.denominator, told.value, held.value
    from told
    full join held using (kpi_id, statistic, grain_name, grain_key, period_type, period_start)
    where
        told.denominator is distinct from held.denominator
        or not coalesce(abs(told.value - held.value) <= 1e-6 * greatest(1, abs(told.value)), false)
    order by all
"""

RECORDS = {
    "orders": """
        select source_id || ':' || order_number, status, amount, ordered_local_date, segment, market
        from '{truth}/orders.parquet'
        except
        select
            order_id, status, amount, ordered_local_date, segment, market
        from core.fct_orders
    """,
    "buyers": """
        select source_id || ':' || order_number, 'customer:crm:' || customer_number
        from '{truth}/orders.parquet'
        except
        select fct_orders.order_id, identities.identity_key
        from core.fct_orders
        inner join core.dim_customer_identities as identities using (customer_id)
    """,
    "calls": """
        select 'pbx:' || call_id, outcome, wait_seconds * 1000, is_transferred
        from '{truth}/calls.parquet' where outcome <> 'blocked' and not is_open
        except
        select contact_id, outcome, wait_milliseconds, is_transferred
        from core.fct_calls
    """,
    "linked callers": """
        select 'pbx:' || calls.call_id, 'customer:crm:' || calls.customer_number
        from '{truth}/calls.parquet' as calls where calls.is_linkable
        except
        select fct_calls.contact_id, identities.identity_key
        from core.fct_calls
        inner join core.dim_customer_identities as identities using (customer_id)
    """,
    "answers": """
        select
            response_number, survey_number, metric,
            cast(numeric_value as decimal(18, 2)), exclusion_reason
        from '{truth}/survey_answers.parquet'
        except
        select
            split_part(response_id, '|', 2), split_part(split_part(survey_id, ':', 2), '|', 1),
            metric, numeric_value, exclusion_reason
        from core.fct_survey_answers
    """,
    "answers of panels": """
        select
            survey_number, response_number, question_number,
            cast(numeric_value as decimal(18, 2))
        from '{truth}/panel_answers.parquet'
        except
        select
            split_part(split_part(survey_id, ':', 2), '|', 1), split_part(response_id, '|', 2),
            split_part(question_id, '|', 2), numeric_value
        from core.fct_survey_answers where exclusion_reason is null
    """,
}
"""Rows of the truth that the warehouse does not hold as they happened."""


def differing_kpis(home: Home) -> tuple[int, list[tuple[object, ...]]]:
    """How many KPI values the truth tells, and those that ``mart_cx_kpi`` holds otherwise.

    A value differs when its denominator or its ratio does, or when only one side has it.
    """
    with opened(home) as connection:
        connection.execute(
            "create temp table registry "
            "(told_id varchar, horizon varchar, kpi_id varchar, statistic varchar)"
        )
        connection.executemany(
            "insert into registry values (?, ?, ?, ?)",
            [[*told, *held] for told, held in KPIS.items()],
        )
        path = str(home.root / "truth" / "kpi_values.parquet")
        connection.execute(TOLD, [path])
        connection.execute(HELD)
        (count,) = connection.execute("select count(*) from told").fetchall()[0]
        return count, connection.execute(DIFFERENT).fetchall()


def differing_records(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Per kind of record, what happened otherwise than the warehouse says."""
    truth = home.root / "truth"
    with opened(home) as connection:
        found = {
            name: connection.execute(query.format(truth=truth)).fetchall()
            for name, query in RECORDS.items()
        }
    return {name: rows for name, rows in found.items() if rows}


@contextmanager
def opened(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a home, to be read."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection
