"""K-BACKLOG: what is open when a day ends, after section 2 of the KPI specification."""

import pandas as pd

from tests.kpis.reading import KEYS, Warehouse, computed, in_cells, month_of, summed

OLD_DAYS = 7
CELLS: dict[str, str | None] = {"company": None, "queue": "queue_id"}


def open_tickets(warehouse: Warehouse) -> pd.DataFrame:
    """Each day anew, the tickets whose last status of it is none of an end."""
    changes = warehouse.frame(
        "select changes.ticket_id, changes.position_in_ticket, changes.status, changes.queue_id,"
        " changes.valid_from_local_date as changed, tickets.created_local_date as created"
        " from core.fct_ticket_status_changes as changes"
        " inner join core.fct_tickets as tickets on tickets.ticket_id = changes.ticket_id"
        " where not tickets.is_internal and not tickets.is_spam and not tickets.is_merged"
    ).sort_values(["ticket_id", "position_in_ticket"])
    days = []
    for day in pd.date_range(changes["changed"].min(), warehouse.as_of, inclusive="left"):
        last = changes[changes["changed"] <= day].drop_duplicates("ticket_id", keep="last")
        unsolved = last[~last["status"].isin(["solved", "closed", "deleted"])]
        days.append(
            unsolved.assign(day=day, is_old=(day - unsolved["created"]).dt.days >= OLD_DAYS)
        )
    return pd.concat(days, ignore_index=True)


def backlog_of_months(warehouse: Warehouse) -> pd.DataFrame:
    """The mean of the days of a month, and the share of old tickets."""
    seen = computed(open_tickets, warehouse)
    calendar = pd.Series(pd.date_range(seen["day"].min(), warehouse.as_of, inclusive="left"))
    lengths = calendar.groupby(month_of(calendar)).size()
    cells = in_cells(seen, CELLS, "day")
    one = pd.Series(1, index=cells.index)
    old = summed(cells, "K-BACKLOG", "aged", cells["is_old"], one)
    mean = old.assign(statistic="mean", numerator=old["denominator"])
    mean["denominator"] = mean["period_start"].map(lengths)
    return pd.concat([old, mean], ignore_index=True)


def backlog_of_days(warehouse: Warehouse) -> pd.DataFrame:
    """How many tickets are open when each day ends, and how many of them are old."""
    cells = in_cells(computed(open_tickets, warehouse), CELLS, "day")
    by_day = cells.drop(columns="period_start").rename(columns={"day": "period_start"})
    counts = by_day.groupby(KEYS[2:], as_index=False)["is_old"].agg(["sum", "size"]).reset_index()
    old = counts.assign(statistic="aged", numerator=counts["sum"], denominator=counts["size"])
    told = counts.assign(statistic="value", numerator=counts["size"], denominator=1)
    parts = pd.concat([told, old], ignore_index=True).assign(kpi_id="K-BACKLOG")
    return parts[[*KEYS, "numerator", "denominator"]]
