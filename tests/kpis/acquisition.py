"""Sources, referrals, costs of customers and tasks, after section 3 of the specification."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.kpis.money import reporting_hundredths, rows_of
from tests.kpis.reading import UNKNOWN, Warehouse, in_cells, month_of, summed

WINDOW = pd.Timedelta(days=90)
RIPE = pd.Timedelta(days=60)
CUSTOMER_STATES = ("new", "active", "advocate", "won_back")
SEGMENTS: dict[str, str | None] = {"company": None, "market": "market", "segment": "segment"}
Touch = tuple[pd.Timestamp, str]


def shares(value: int, count: int) -> dict[str, list[int]]:
    """What each of ``count`` touches gets of a value, by rule, whole and without a remainder."""
    position = [4 * (count - 2), *[2] * (count - 2), 4 * (count - 2)] if count > 2 else [1] * count
    return {
        "first": [value] + [0] * (count - 1),
        "last": [0] * (count - 1) + [value],
        "linear": _parted(value, [1] * count),
        "position": _parted(value, position),
    }


def _parted(value: int, weights: list[int]) -> list[int]:
    total, so_far, given = sum(weights), 0, 0
    parts = []
    for weight in weights:
        so_far += weight
        parts.append(value * so_far // total - given)
        given += parts[-1]
    return parts


def credited(touches: Iterable[Touch], ordered_at: pd.Timestamp) -> list[str]:
    """Sources that count for an order, in order of their touch; nobody known if there is none."""
    near = sorted(touch for touch in touches if ordered_at - WINDOW < touch[0] <= ordered_at)
    other = [source for _, source in near if source != "direct"]
    return other or [source for _, source in near] or [UNKNOWN]


def attribution(warehouse: Warehouse) -> pd.DataFrame:
    """K-ATTR by month of the order: credit of its value, in hundredths."""
    touches = _touches(warehouse)
    orders = warehouse.frame(
        "select customer_id, ordered_at, ordered_local_date, cast(amount as varchar) as amount,"
        " currency_code from core.fct_orders where status = 'completed' and not is_internal"
    )
    orders = orders.assign(
        hundredths=reporting_hundredths(warehouse, orders, "ordered_local_date"),
        period_start=month_of(orders["ordered_local_date"]),
    )
    sums: Counter[tuple[str, str, pd.Timestamp]] = Counter()
    for order in rows_of(orders[orders["hundredths"].notna()]):
        sources = credited(touches.get(order["customer_id"], ()), order["ordered_at"])
        for rule, parts in shares(int(order["hundredths"]), len(sources)).items():
            for source, part in zip(sources, parts, strict=True):
                sums[rule, source, order["period_start"]] += part
    return pd.DataFrame(
        [
            {
                "kpi_id": "K-ATTR",
                "statistic": rule,
                "grain_name": "acquisition_source",
                "grain_key": source,
                "period_start": start,
                "numerator": total,
            }
            for (rule, source, start), total in sums.items()
        ]
    )


def _touches(warehouse: Warehouse) -> dict[str, list[Touch]]:
    rows = warehouse.frame(
        """
        select customer_id, min(occurred_at) as touched_at,
            coalesce(max(nullif(campaign_source, '')), 'direct') as source
        from core.fct_web_events
        where not is_bot and not is_internal and customer_id is not null
        group by customer_id, visit_id
        union all
        select customer_id, least(first_clicked_at, first_replied_at), 'campaign'
        from core.fct_communications
        where purpose in ('marketing', 'sales') and not is_internal and not is_test
            and customer_id is not null
            and (first_clicked_at is not null or first_replied_at is not null)
        union all
        select referred_customer_id, referred_at, 'referral'
        from core.fct_referrals
        where is_credited and not is_internal and referred_customer_id is not null
        """
    )
    local = rows["touched_at"].dt.tz_localize("UTC").dt.tz_convert(warehouse.time_zone)
    rows = rows.assign(day=local.dt.date)
    firsts = rows.groupby(["customer_id", "source", "day"], as_index=False)["touched_at"].min()
    found: dict[str, list[Touch]] = {}
    for row in rows_of(firsts):
        found.setdefault(row["customer_id"], []).append((row["touched_at"], row["source"]))
    return found


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


def costs_of_customers(warehouse: Warehouse) -> pd.DataFrame:
    """K-CAC of every ended month: ledger over those who came, and over those who stayed."""
    ledger = warehouse.frame(
        "select purpose, channel, market, month_start_date, cast(amount as varchar) as amount,"
        " currency_code from core.fct_costs where purpose in ('acquisition', 'retention')"
    )
    ledger = ledger.assign(
        hundredths=reporting_hundredths(warehouse, ledger, "month_start_date"),
        month=pd.to_datetime(ledger["month_start_date"]),
        market=ledger["market"].fillna(UNKNOWN),
    )
    stays = customer_stays(warehouse)
    came = stays[(stays["lifecycle_state"] == "new") & (stays["entry_number"] == 1)]
    rows: list[dict[str, Any]] = []
    for month in months(warehouse):
        if month.end > warehouse.as_of or month.start < ledger["month"].min():
            continue
        spent = ledger[ledger["month"] == month.start]
        at_start = stays[(stays["entered_on"] <= month.start) & (stays["left_on"] > month.start)]
        at_end = stays[(stays["entered_on"] <= month.end) & (stays["left_on"] > month.end)]
        new = came[(came["entered_on"] >= month.start) & (came["entered_on"] < month.end)]
        kept = {*at_start["customer_id"]} & {*at_end["customer_id"]}
        for statistic, purpose, base in (
            ("value", "acquisition", len(new)),
            ("keep", "retention", len(kept)),
        ):
            rows.append(
                {
                    "kpi_id": "K-CAC",
                    "statistic": statistic,
                    "grain_name": "company",
                    "grain_key": "company",
                    "period_start": month.start,
                    "numerator": int(spent.loc[spent["purpose"] == purpose, "hundredths"].sum()),
                    "denominator": base,
                }
            )
    return pd.DataFrame(rows)


def tasks(warehouse: Warehouse) -> pd.DataFrame:
    """K-TASK: a visit tries a task once, and bots try nothing."""
    events = warehouse.frame(
        "from core.fct_web_events where not is_bot and not is_internal and task is not null"
    )
    events = events.sort_values(["occurred_at", "web_event_id"])
    tried = events["event"].isin(["started", "completed", "failed"])
    visits = events.assign(tried=tried, done=events["event"] == "completed").groupby(
        ["visit_id", "task"], as_index=False
    )
    attempts = visits.agg(
        tried=("tried", "max"),
        done=("done", "max"),
        day=("occurred_local_date", "min"),
        market=("market", "first"),
        segment=("segment", "first"),
        source=("campaign_source", "first"),
    )
    attempts = attempts[attempts["tried"]]
    attempts = attempts.assign(source=attempts["source"].fillna("direct"))
    grains = SEGMENTS | {"task": "task", "acquisition_source": "source"}
    cells = in_cells(attempts, grains, "day")
    return summed(cells, "K-TASK", "value", cells["done"], cells["tried"])
