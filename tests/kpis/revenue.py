"""Recurring revenue from contract months, after section 3 of the KPI specification.

Customer by customer and exact; what comes from orders is in ``orders``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from tests.kpis.reading import UNKNOWN, Warehouse
from tests.kpis.retention import attributes_of_customers

MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn")
CENT = Decimal("0.01")
Parts = dict[tuple[str, str], tuple[Decimal, Decimal | None, int]]


@dataclass(frozen=True)
class Payer:
    """What a customer pays every month, at both ends of a period."""

    start: Decimal
    end: Decimal
    has_paid_before: bool = False
    is_referred: bool = False

    @property
    def movement(self) -> str | None:
        """What happened between the ends, by the order of tests of the specification."""
        if self.start == self.end:
            return None
        if self.start == 0:
            return "reactivation" if self.has_paid_before else "new"
        if self.end == 0:
            return "churn"
        return "expansion" if self.end > self.start else "contraction"


def bridge(payers: Iterable[Payer], statistic: str = "value") -> Parts:
    """Amount, base and count of each KPI of recurring revenue over some customers."""
    paying = [payer for payer in payers if payer.start + payer.end > 0]
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for payer in paying:
        if payer.movement:
            moved[payer.movement] += abs(payer.end - payer.start)
    start = sum((payer.start for payer in paying), Decimal(0))
    end = sum((payer.end for payer in paying), Decimal(0))
    count = sum(payer.start > 0 for payer in paying)
    back = sum((p.end for p in paying if p.movement == "reactivation"), Decimal(0))
    earned = sum((p.end for p in paying if p.movement == "new" and p.is_referred), Decimal(0))
    gross = start - moved["contraction"] - moved["churn"]
    net = gross + moved["expansion"]
    parts: Parts = {
        ("K-GRR", statistic): (gross, start, count),
        ("K-NRR", statistic): (net, start, count),
        ("K-REVCH", statistic): (start - gross, start, count),
        ("K-MRR", statistic): (end, None, len(paying)),
    }
    if statistic == "value":
        parts |= {
            ("K-NRR.R", "value"): (net + back, start, count),
            ("K-ERG", "value"): (net + earned - start, start, count),
            ("K-MRR", "opening"): (start, None, len(paying)),
        }
        parts |= {("K-MRR", name): (moved[name], None, len(paying)) for name in MOVEMENTS}
    return parts


def recurring(warehouse: Warehouse, months: int) -> pd.DataFrame:
    """Recurring revenue of every ended period of 1, 3 or 12 months; in hundredths."""
    ledger = _Ledger(warehouse)
    rows: list[dict[str, Any]] = []
    first = ledger.first_month - pd.offsets.DateOffset(
        months=(ledger.first_month.month - 1) % months
    )
    for start in pd.date_range(first, warehouse.as_of, freq=f"{months}MS"):
        end = start + pd.offsets.DateOffset(months=months)
        if end <= warehouse.as_of:
            rows += _judged(ledger, start, end, is_year=months == 12)
    return pd.DataFrame(rows)


class _Ledger:
    """Contract months, rates and prices, ready to be asked for."""

    def __init__(self, warehouse: Warehouse) -> None:
        rows = warehouse.frame("select * from core.fct_subscription_months where not is_internal")
        rows["month_start_date"] = pd.to_datetime(rows["month_start_date"])
        self.first_month: pd.Timestamp = rows["month_start_date"].min()
        self.by_month = dict(list(rows.groupby("month_start_date")))
        paid = rows[rows["start_mrr_amount"] > 0]
        self.first_paid = paid.groupby("customer_id")["month_start_date"].min().to_dict()
        self.history = attributes_of_customers(warehouse)
        self.rates = warehouse.frame("select * from core.dim_exchange_rates")
        self.rates["to"] = self.rates["valid_to"].astype(str)
        self.rates["from"] = self.rates["valid_from"].astype(str)
        prices = warehouse.frame("select * from core.dim_price_index")
        self.prices = {
            (row.currency_code, str(row.month_start_date)[:10]): (
                Decimal(str(row.price_index)),
                pd.Timestamp(row.base_month_start_date),
            )
            for row in prices.itertuples()
        }
        referrals = warehouse.frame(
            "select referred_customer_id as customer_id, min(referred_local_date) as day"
            " from core.fct_referrals where is_credited and not is_internal group by all"
        )
        self.referred = dict(
            zip(referrals["customer_id"], pd.to_datetime(referrals["day"]), strict=True)
        )

    def rate(self, currency: str, day: pd.Timestamp) -> Decimal | None:
        """What a unit of the currency is worth on a day."""
        held = self.rates[
            (self.rates["currency_code"] == currency)
            & (self.rates["from"] <= str(day.date()))
            & (self.rates["to"] > str(day.date()))
        ]
        return Decimal(str(held["exchange_rate"].iloc[0])) if len(held) else None

    def real_rate(self, currency: str, day: pd.Timestamp) -> Decimal | None:
        """The same in prices and rates of the base month."""
        index, base = self.prices.get((currency, str(day.date())), (None, None))
        rate = self.rate(currency, base) if base is not None else None
        return None if rate is None or index is None else 100 * rate / index

    def paid(self, month: pd.Timestamp, column: str) -> dict[tuple[str, str], Decimal]:
        """Amounts of a month by customer and currency; its customers all stand in it."""
        amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        rows = self.by_month.get(month)
        if rows is not None:
            for key, currency, amount in rows[["customer_id", "currency_code", column]].values:
                amounts[key, currency] += Decimal(str(amount))
        return amounts


def _judged(
    ledger: _Ledger, start: pd.Timestamp, end: pd.Timestamp, *, is_year: bool
) -> list[dict[str, Any]]:
    opening = ledger.paid(start, "start_mrr_amount")
    closing = ledger.paid(end - pd.offsets.MonthBegin(1), "end_mrr_amount")
    currencies: dict[str, set[str]] = defaultdict(set)
    for customer, currency in opening.keys() | closing.keys():
        currencies[customer].add(currency)
    named = {currency for own in currencies.values() for currency in own}
    nominal = {currency: ledger.rate(currency, start) for currency in named}
    rates = {
        "value": (nominal, nominal),
        "real": (
            {currency: ledger.real_rate(currency, start) for currency in named},
            {currency: ledger.real_rate(currency, end) for currency in named},
        ),
    }
    rows = []
    for statistic, (before, after) in rates.items():
        cells: dict[tuple[str, str], list[Payer | None]] = defaultdict(list)
        for customer, own in currencies.items():
            payer = _payer(
                _sum(_converted(opening.get((customer, c), Decimal(0)), before[c]) for c in own),
                _sum(_converted(closing.get((customer, c), Decimal(0)), after[c]) for c in own),
                has_paid_before=ledger.first_paid.get(customer, start) < start,
                is_referred=ledger.referred.get(customer, end) < end,
            )
            for cell in (("company", "company"), *_held(ledger, customer, start)):
                cells[cell].append(payer)
        for cell, payers in cells.items():
            rows += _published(cell, start, statistic, payers, is_year=is_year)
    return rows


def _payer(start: Decimal | None, end: Decimal | None, **known: bool) -> Payer | None:
    return None if start is None or end is None else Payer(start, end, **known)


def _published(
    cell: tuple[str, str],
    start: pd.Timestamp,
    statistic: str,
    payers: list[Payer | None],
    *,
    is_year: bool,
) -> list[dict[str, Any]]:
    """Values of a cell; none where a customer's amount is unknown."""
    known = [payer for payer in payers if payer is not None]
    if len(known) < len(payers):
        return []
    return [
        {
            "kpi_id": kpi_id,
            "statistic": name,
            "grain_name": cell[0],
            "grain_key": cell[1],
            "period_start": start,
            "numerator": int(100 * amount),
            "denominator": None if base is None else int(100 * base),
            "n": count,
        }
        for (kpi_id, name), (amount, base, count) in bridge(known, statistic).items()
        if kpi_id != "K-ERG" or is_year
    ]


def _held(ledger: _Ledger, customer: str, day: pd.Timestamp) -> list[tuple[str, str]]:
    versions = ledger.history.get(customer, [])
    held = next((row for row in versions if row["valid_from"] <= day < row["to"]), {})
    return [(name, held.get(name) or UNKNOWN) for name in ("market", "segment")]


def _converted(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    if amount == 0:
        return amount
    return None if rate is None else (amount * rate).quantize(CENT, ROUND_HALF_UP)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
