"""Amounts of several currencies in hundredths of the company's, with exact decimals."""

from bisect import bisect_right
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from tests.kpis.reading import Warehouse


def reporting_hundredths(warehouse: Warehouse, rows: pd.DataFrame, day: str) -> pd.Series:
    """Each ``amount`` at the rate in force on its ``day``; none without a rate."""
    rates = warehouse.frame(
        "select currency_code, valid_from, cast(exchange_rate as varchar) as rate"
        " from core.dim_exchange_rates order by currency_code, valid_from"
    )
    known: dict[str, tuple[list[pd.Timestamp], list[Decimal]]] = {}
    for row in rows_of(rates):
        days, values = known.setdefault(row["currency_code"], ([], []))
        days.append(pd.Timestamp(row["valid_from"]))
        values.append(Decimal(row["rate"]))
    found = [
        _converted(row["amount"], known.get(row["currency_code"]), pd.Timestamp(row[day]))
        for row in rows_of(rows)
    ]
    return pd.Series(found, index=rows.index, dtype="Int64")


def price_levels(warehouse: Warehouse) -> dict[pd.Timestamp, float]:
    """By month, the price of what cost one in the base month of the company's index."""
    index = warehouse.frame(
        "select month_start_date as month, cast(price_index as double) / 100 as level"
        " from core.dim_price_index"
        " where currency_code = (select currency_code from core.dim_run)"
    )
    return dict(zip(pd.to_datetime(index["month"]), index["level"], strict=True))


def _converted(
    amount: Any, rates: tuple[list[pd.Timestamp], list[Decimal]] | None, day: pd.Timestamp
) -> int | None:
    if rates is None or pd.isna(amount):
        return None
    position = bisect_right(rates[0], day) - 1
    if position < 0:
        return None
    exact = Decimal(str(amount)) * rates[1][position] * 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
