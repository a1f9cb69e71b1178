"""KPIs of invoices and renewals from core tables, after section 4 of the KPI specification."""

import numpy as np
import pandas as pd

from tests.kpis.communications import CUSTOMER_CELLS, share
from tests.kpis.reading import UNKNOWN, Warehouse, in_cells, month_of, summed

NOTICE_CELLS = CUSTOMER_CELLS | {"channel": "notice_channel"}
CONTRACT_CELLS = CUSTOMER_CELLS | {"product": "plan_name"}
NOTICE_DAYS = 14
GRACE = pd.Timedelta(days=31)


def _money(rows: pd.DataFrame, day: pd.Series, warehouse: Warehouse) -> pd.DataFrame:
    """Hundredths of the reporting currency on a day, nominal and at constant prices."""
    own = warehouse.frame("select currency_code from core.dim_run")["currency_code"].iloc[0]
    rates = warehouse.frame("select * from core.dim_exchange_rates")
    prices = warehouse.frame(
        f"select month_start_date, price_index from core.dim_price_index"
        f" where currency_code = '{own}'"
    )
    index = dict(
        zip(pd.to_datetime(prices["month_start_date"]), prices["price_index"], strict=True)
    )
    spans = rates.assign(
        start=rates["valid_from"].astype(str), end=rates["valid_to"].astype(str)
    ).groupby("currency_code")
    rate_of: dict[tuple[str, str], float] = {}
    codes, days = rows["currency_code"].fillna(own), day.dt.strftime("%Y-%m-%d")
    for code, when in set(zip(codes, days, strict=True)):
        if code in spans.groups:
            held = spans.get_group(code)
            inside = held[(held["start"] <= when) & (held["end"] > when)]
            if len(inside):
                rate_of[code, when] = float(inside["exchange_rate"].iloc[0])
    rate = [rate_of.get(pair, np.nan) for pair in zip(codes, days, strict=True)]
    cents = (rows["amount"].astype(float) * 100).round()
    nominal = np.floor(cents * rate + 0.5)
    level = month_of(day).map(index).astype(float)
    return rows.assign(rate=rate, cents=nominal, real_cents=np.floor(nominal * 100 / level + 0.5))


def invoices(warehouse: Warehouse) -> pd.DataFrame:
    """K-PAY, K-SAMECH and the share of K-NOTICE.I, by both parts."""
    rows = warehouse.frame("select * from core.fct_invoices where not is_internal")
    rows["day"] = pd.to_datetime(rows["due_on"])
    rows["paid_day"] = pd.to_datetime(rows["paid_in_full_local_date"])
    rows = _money(rows, rows["day"], warehouse)
    return invoice_kpis(rows, _next_open_day(warehouse, rows["day"]), warehouse.as_of)


def invoice_kpis(rows: pd.DataFrame, open_day: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    """The same of any frame like fct_invoices, with ``day``, ``paid_day``, ``cents``."""
    past = rows["day"] < as_of
    standing = ~rows["is_void"] & (rows["amount"].astype(float) > 0)
    undisputed = standing & ~rows["is_disputed"]
    judged = undisputed & (open_day < as_of)
    in_time = rows["paid_day"] <= open_day
    late = judged & (rows["paid_day"] > open_day)
    known = ~rows["is_void"] & rows["payment_channel"].notna() & rows["notice_channel"].notna()
    paid = rows.assign(day=rows["paid_day"])
    lead = rows["notice_lead_days"].fillna(-1) >= NOTICE_DAYS
    same = rows["payment_channel"] == rows["notice_channel"]
    by_day = rows["paid_day"] <= rows["day"]
    parts = [
        share(rows, CUSTOMER_CELLS, "K-PAY", "value", in_time, judged),
        share(rows, CUSTOMER_CELLS, "K-PAY", "due_day", by_day, undisputed & past),
        *_by_amount(rows[judged], CUSTOMER_CELLS, "K-PAY", in_time, judged),
        _days_late(rows[late].assign(open_day=open_day[late])),
        share(paid, NOTICE_CELLS, "K-SAMECH", "value", same, known),
        share(rows, NOTICE_CELLS, "K-NOTICE.I", "value", lead, standing & past),
    ]
    return pd.concat(parts, ignore_index=True)


def _next_open_day(warehouse: Warehouse, days: pd.Series) -> pd.Series:
    """The day itself, or the next one on which the company works."""
    week = warehouse.frame(
        "select distinct hours.iso_day_of_week from core.dim_business_hours as hours"
        " inner join seeds.schedule_assignments as company"
        " on company.schedule_id = hours.schedule_id and company.assignee_kind = 'company'"
    )["iso_day_of_week"]
    closed = set(
        pd.to_datetime(
            warehouse.frame("select calendar_date from core.dim_calendar where is_holiday")[
                "calendar_date"
            ]
        )
    )
    open_weekdays = set(week)

    def following(day: pd.Timestamp) -> pd.Timestamp:
        while day.isoweekday() not in open_weekdays or day in closed:
            day += pd.Timedelta(days=1)
        return day

    known = {day: following(day) for day in days.dropna().unique()}
    return days.map(known)


def _by_amount(
    rows: pd.DataFrame,
    grains: dict[str, str | None],
    kpi_id: str,
    success: pd.Series,
    mature: pd.Series,
) -> list[pd.DataFrame]:
    rows = rows.assign(success=success, mature=mature)
    parts = []
    for statistic, money in (("by_amount", "cents"), ("by_amount_real", "real_cents")):
        counted = rows[rows[money] > 0]
        cells = in_cells(counted, grains, "day")
        due = cells[money] * cells["mature"]
        parts.append(summed(cells, kpi_id, statistic, 100 * due * cells["success"], due))
    return parts


def _days_late(rows: pd.DataFrame) -> pd.DataFrame:
    cells = in_cells(rows, CUSTOMER_CELLS, "day")
    days = (cells["paid_day"] - cells["open_day"]).dt.days
    return summed(cells, "K-PAY", "days_late", days, pd.Series(1, index=cells.index))


def renewals(warehouse: Warehouse) -> pd.DataFrame:
    """K-RENEW and the share of K-NOTICE.R, by both parts."""
    rows = warehouse.frame("select * from core.fct_renewals where not is_internal")
    rows["day"] = pd.to_datetime(rows["due_on"])
    rows = _money(rows, rows["day"], warehouse)
    return renewal_kpis(rows, warehouse.as_of)


def renewal_kpis(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The same of any frame like fct_renewals, with ``day``, ``cents``, ``real_cents``."""
    rows = rows[(rows["day"] < as_of) & (rows["timeliness"] != "void")]
    renewed = pd.to_datetime(rows["renewed_on"])
    on_time, graced = renewed <= rows["day"], renewed < rows["day"] + GRACE
    ripe = rows["day"] + GRACE <= as_of
    dated = rows["timeliness"] != "undated"
    lead = rows["notice_lead_days"].fillna(-1) >= NOTICE_DAYS
    return pd.concat(
        [
            share(rows, CONTRACT_CELLS, "K-RENEW", "value", on_time, dated, ripe),
            share(rows, CONTRACT_CELLS, "K-RENEW", "with_grace", graced, dated, ripe),
            *_by_amount(rows[dated], CONTRACT_CELLS, "K-RENEW", on_time, ripe),
            share(rows, CONTRACT_CELLS, "K-NOTICE.R", "value", lead, dated | ~dated),
        ],
        ignore_index=True,
    )


def lead_medians(warehouse: Warehouse) -> pd.DataFrame:
    """The median lead of the first notice, by month of the due day."""
    parts = []
    for kpi_id, query, grains in (
        (
            "K-NOTICE.I",
            "select * from core.fct_invoices where not is_internal and not is_void and amount > 0",
            NOTICE_CELLS,
        ),
        (
            "K-NOTICE.R",
            "select * from core.fct_renewals where not is_internal and timeliness <> 'void'",
            CONTRACT_CELLS,
        ),
    ):
        rows = warehouse.frame(query)
        due = pd.to_datetime(rows["due_on"])
        rows = rows[(due < warehouse.as_of) & rows["notice_lead_days"].notna()]
        cells = in_cells(rows, grains, "due_on")
        by_cell = cells.groupby(["grain_name", "grain_key", "period_start"])["notice_lead_days"]
        medians = by_cell.agg(value="median", n="size").reset_index()
        parts.append(medians.assign(kpi_id=kpi_id, statistic="p50"))
    return pd.concat(parts, ignore_index=True)


def sales_outstanding(warehouse: Warehouse) -> pd.DataFrame:
    """Days of sales that customers owe at the end of a month, or now."""
    bills = warehouse.frame(
        "select * from core.fct_invoices where not is_internal and not is_void and amount > 0"
    )
    bills = _money(bills, pd.to_datetime(bills["due_on"]), warehouse)
    bills = bills[bills["rate"].notna()].assign(day=pd.to_datetime(bills["issued_on"]))
    payments = warehouse.frame(
        "select payments.invoice_id, payments.amount, payments.paid_local_date as paid_on"
        " from core.fct_payments as payments inner join core.fct_invoices as invoices"
        " on payments.invoice_id = invoices.invoice_id"
        " and coalesce(payments.currency_code, invoices.currency_code)"
        " is not distinct from invoices.currency_code"
        " where payments.status = 'received' order by payments.paid_at, payments.payment_id"
    )
    payments["cents"] = (payments["amount"].astype(float) * 100).round()
    payments["so_far"] = payments.groupby("invoice_id")["cents"].cumsum()
    payments = payments.merge(
        bills[["invoice_id", "amount", "rate", "market", "segment"]],
        on="invoice_id",
        suffixes=("", "_billed"),
    )
    billed = (payments["amount_billed"].astype(float) * 100).round()
    before = (payments["so_far"] - payments["cents"]).clip(upper=billed)
    got = payments["so_far"].clip(upper=billed) - before
    payments = payments.assign(
        got=np.floor(got * payments["rate"] + 0.5), day=pd.to_datetime(payments["paid_on"])
    )
    rows = []
    for grain, column in CUSTOMER_CELLS.items():
        keys = bills[column].fillna(UNKNOWN) if column else pd.Series("company", index=bills.index)
        for key in keys.unique():
            mine = bills[keys == key]
            paid = payments if column is None else payments[payments[column].fillna(UNKNOWN) == key]
            rows += [(grain, key, *cell) for cell in _outstanding(mine, paid, warehouse.as_of)]
    columns = ["grain_name", "grain_key", "period_start", "value", "n"]
    return pd.DataFrame(rows, columns=columns).assign(kpi_id="K-PAY", statistic="dso")


def _outstanding(
    bills: pd.DataFrame, paid: pd.DataFrame, as_of: pd.Timestamp
) -> list[tuple[pd.Timestamp, float, int]]:
    found = []
    for start, month in bills.groupby(month_of(bills["day"])):
        end = min(start + pd.offsets.MonthBegin(1), as_of)
        owed = (
            bills.loc[bills["day"] < end, "cents"].sum() - paid.loc[paid["day"] < end, "got"].sum()
        )
        found.append((start, owed / month["cents"].sum() * (end - start).days, len(month)))
    return found
