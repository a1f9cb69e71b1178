"""Referrals, advocates and what customers cost, after section 3 of the specification."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.kpis.acquisition import SEGMENTS, WINDOW, Touch, touches_of_sources
from tests.kpis.money import price_levels, reporting_hundredths, rows_of
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse, in_cells, summed

RIPE = pd.Timedelta(days=60)
CUSTOMER_STATES = ("new", "active", "advocate", "won_back")


@dataclass(frozen=True)
class Month:
    """A month that has begun: ``end`` is the first day after it, ``last`` that or as_of."""

    start: pd.Timestamp
    end: pd.Timestamp
    last: pd.Timestamp


def referrals(warehouse: Warehouse) -> pd.DataFrame:
    """K-REF but its K-factor, and K-ADV: persons by month, referrals by their day."""
    given = _referrals(warehouse)
    parts = [_people(warehouse, given)]
    ripe = given["day"] + RIPE <= warehouse.as_of
    cells = in_cells(given.assign(is_ripe=ripe), SEGMENTS, "day")
    came = cells["is_ripe"] & (cells["converted"] < cells["day"] + RIPE)
    parts.append(summed(cells, "K-REF", "conversion", came, cells["is_ripe"]))
    return pd.concat(parts, ignore_index=True)


def _referrals(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.frame(
        "select customer_id, market, segment, referred_local_date, converted_local_date"
        " from core.fct_referrals where is_credited and not is_internal"
    )
    return rows.assign(
        day=pd.to_datetime(rows["referred_local_date"]),
        converted=pd.to_datetime(rows["converted_local_date"]),
    )


def _people(warehouse: Warehouse, given: pd.DataFrame) -> pd.DataFrame:
    stays = customer_stays(warehouse)
    promoters = warehouse.frame("from metrics.met_lifecycle_promoters")
    rows: list[dict[str, Any]] = []
    for month in months(warehouse):
        there = stays[(stays["entered_on"] < month.last) & (stays["left_on"] > month.start)]
        there = there.sort_values("entered_on").groupby("customer_id").tail(1)
        own = given[(given["day"] >= month.start) & (given["day"] < month.last)]
        day = month.last - pd.Timedelta(days=1)
        at_end = stays[(stays["entered_on"] <= day) & (stays["left_on"] > day)]["customer_id"]
        speaks = (promoters["speaks_from"] <= day) & (promoters["speaks_until"] > day)
        marked = there.assign(
            refers=there["customer_id"].isin(own["customer_id"]),
            ends=there["customer_id"].isin(at_end),
            speaks=there["customer_id"].isin(promoters[speaks]["customer_id"]),
            day=month.start,
        )
        cells = in_cells(marked, SEGMENTS, "day")
        one = pd.Series(1, index=cells.index)
        rows += rows_of(summed(cells, "K-REF", "value", cells["refers"], one))
        advocates = cells["ends"] & cells["speaks"]
        rows += rows_of(summed(cells, "K-ADV", "value", advocates, cells["ends"]))
    return pd.DataFrame(rows)


def customer_stays(warehouse: Warehouse) -> pd.DataFrame:
    """Stays of persons in the states of a customer."""
    stays = warehouse.frame("from metrics.met_lifecycle_spells")
    stays = stays[stays["lifecycle_state"].isin(CUSTOMER_STATES)]
    left = pd.to_datetime(stays["left_on"]).fillna(pd.Timestamp("2200-01-01"))
    return stays.assign(entered_on=pd.to_datetime(stays["entered_on"]), left_on=left)


def months(warehouse: Warehouse) -> list[Month]:
    """Months from the first referral or cost on."""
    first = warehouse.frame(
        "select least((select min(referred_local_date) from core.fct_referrals),"
        " (select min(month_start_date) from core.fct_costs)) as day"
    )["day"].iloc[0]
    begin = pd.Timestamp(first).to_period("M").start_time
    starts = pd.date_range(begin, warehouse.as_of, freq="MS", inclusive="left")
    ends = [start + pd.offsets.MonthBegin(1) for start in starts]
    return [
        Month(start, end, min(end, warehouse.as_of))
        for start, end in zip(starts, ends, strict=True)
    ]


def k_factors(warehouse: Warehouse) -> pd.DataFrame:
    """K-REF: who came by a referral per customer, once all referrals had their time."""
    parts = referrals(warehouse)
    keys = ["grain_name", "grain_key", "period_start"]
    of = {
        statistic: part.set_index(keys)
        for statistic, part in parts[parts["kpi_id"] == "K-REF"].groupby("statistic")
    }
    cells = of["value"][["denominator"]]
    came = of["conversion"]["numerator"].reindex(cells.index).fillna(0)
    ends = cells.index.get_level_values("period_start") + pd.offsets.MonthBegin(1)
    is_ripe = ends + RIPE - pd.Timedelta(days=1) <= warehouse.as_of
    counted = cells["denominator"].where(is_ripe, 0)
    found = cells.assign(n=counted, value=came / counted.where(counted > 0))
    return found.reset_index()[[*keys, "n", "value"]].assign(kpi_id="K-REF", statistic="k_factor")


def costs_of_customers(warehouse: Warehouse) -> pd.DataFrame:
    """K-CAC of every ended month: the ledger over those who came, and over those who stayed."""
    ledger, came = ledger_of(warehouse), newcomers(warehouse)
    stays = customer_stays(warehouse)
    rows: list[tuple[Any, ...]] = []
    for month in months(warehouse):
        if month.end > warehouse.as_of or month.start < ledger["month"].min():
            continue
        spent = ledger[ledger["month"] == month.start]
        new = came[(came["entered_on"] >= month.start) & (came["entered_on"] < month.end)]
        there = _retained(stays, month)
        rows += _costs(month, "company", "company", spent, new, there)
        for market in {*spent["market"], *new["market"], *there["market"]}:
            own = [rows_[rows_["market"] == market] for rows_ in (spent, new, there)]
            rows += _costs(month, "market", market, *own)
        for source in {*spent["source"], *new["source"]}:
            own = [rows_[rows_["source"] == source] for rows_ in (spent, new)]
            rows += _costs(month, "acquisition_source", source, *own, there[:0])
    return pd.DataFrame(rows, columns=[*KEYS, "numerator", "denominator", "value"])


def _costs(
    month: Month,
    grain: str,
    key: str,
    spent: pd.DataFrame,
    new: pd.DataFrame,
    there: pd.DataFrame,
) -> list[tuple[Any, ...]]:
    """Cost and base of a cell, and how many times more a new customer costs than a kept one."""
    rows: list[tuple[Any, ...]] = []
    each: dict[str, float | None] = {}
    for statistic, purpose, base in (
        ("value", "acquisition", len(new)),
        ("keep", "retention", int(there["is_kept"].sum())),
    ):
        own = spent[spent["purpose"] == purpose]
        if own.empty or (statistic == "keep" and grain == "acquisition_source"):
            continue
        for name, column in ((statistic, "hundredths"), (f"{statistic}_real", "real")):
            cost = float(own[column].sum())
            each[name] = cost / base / 100 if base else None
            rows.append(("K-CAC", name, grain, key, month.start, cost, base, each[name]))
    if "value" in each and grain != "acquisition_source":
        won, kept = each["value"], each.get("keep")
        ratio = won / kept if won is not None and kept else None
        rows.append(("K-CAC", "ratio", grain, key, month.start, None, None, ratio))
    return rows


def ledger_of(warehouse: Warehouse) -> pd.DataFrame:
    """What was spent on winning and keeping, in hundredths of the company's currency."""
    ledger = warehouse.frame(
        "select purpose, channel, market, month_start_date, cast(amount as varchar) as amount,"
        " currency_code from core.fct_costs where purpose in ('acquisition', 'retention')"
    )
    hundredths = reporting_hundredths(warehouse, ledger, "month_start_date")
    month = pd.to_datetime(ledger["month_start_date"])
    return ledger.assign(
        hundredths=hundredths,
        real=hundredths.astype(float) / month.map(price_levels(warehouse)),
        month=month,
        market=ledger["market"].fillna(UNKNOWN),
        source=ledger["channel"].fillna(UNKNOWN),
    )


def newcomers(warehouse: Warehouse) -> pd.DataFrame:
    """Persons on their first day as a customer, with the source that touched them last."""
    stays = customer_stays(warehouse)
    came = stays[(stays["lifecycle_state"] == "new") & (stays["entry_number"] == 1)]
    touches = touches_of_sources(warehouse)
    zone = warehouse.time_zone
    sources = [
        _last_source(touches.get(row.customer_id, []), row.entered_on, zone)
        for row in came.itertuples()
    ]
    return came.assign(source=sources)


def _last_source(touches: list[Touch], day: pd.Timestamp, zone: str) -> str:
    near = []
    for at, source in touches:
        touched = at.tz_localize("UTC").tz_convert(zone).tz_localize(None).normalize()
        if touched <= day < touched + WINDOW:
            near.append((source != "direct", at, source))
    if not near:
        return UNKNOWN
    best = max(near)[:2]
    return min(source for *known, source in near if tuple(known) == best)


def _retained(stays: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Customers of any day of a month as of the last one, and who was there from end to end."""
    there = stays[(stays["entered_on"] < month.last) & (stays["left_on"] > month.start)]
    at_start = stays[(stays["entered_on"] <= month.start) & (stays["left_on"] > month.start)]
    at_end = stays[(stays["entered_on"] <= month.end) & (stays["left_on"] > month.end)]
    kept = {*at_start["customer_id"]} & {*at_end["customer_id"]}
    last = there.sort_values("entered_on").groupby("customer_id").tail(1)
    return last.assign(is_kept=last["customer_id"].isin(kept))
