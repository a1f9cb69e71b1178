"""Sources of customers and tasks on the site, after section 3 of the specification.

Referrals and what customers cost are in ``growth``.
"""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from tests.kpis.money import price_levels, reporting_hundredths, rows_of
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse, in_cells, month_of, summed

WINDOW = pd.Timedelta(days=90)
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
    """K-ATTR by month of the order: credit of its value in hundredths, nominal and real."""
    touches = touches_of_sources(warehouse)
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
    level = price_levels(warehouse)
    rows = []
    for (rule, source, start), total in sums.items():
        cell = ("acquisition_source", source, start)
        rows += [(rule, *cell, total), (f"{rule}_real", *cell, total / level[start])]
    return pd.DataFrame(rows, columns=[*KEYS[1:], "numerator"]).assign(kpi_id="K-ATTR")


def touches_of_sources(warehouse: Warehouse) -> dict[str, list[Touch]]:
    """The first touch of each source and day, by person."""
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
