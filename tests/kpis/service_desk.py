"""Service-desk KPIs from tickets, appointments and cases, after sections 2 and 5.

Nothing here knows the SQL; the curve of Kaplan and Meier is that of an independent library.
"""

import numpy as np
import pandas as pd
from scipy import stats

from tests.kpis.reading import Warehouse, in_cells, summed

Grains = dict[str, str | None]
COMPANY: Grains = {"company": None}
DESK: Grains = COMPANY | {"market": "market", "channel": "channel", "queue": "queue_id"}
SHORT_DESK: Grains = COMPANY | {"market": "market", "queue": "queue_id"}
PLACES: Grains = COMPANY | {"location": "location"}
AGENT: Grains = {"agent": "first_reply_agent_id"}
MINUTE, HOUR = 60_000, 3_600_000
ANSWER_WITHIN, ANSWER_WITHIN_OPEN_HOURS = 24 * HOUR, 4 * HOUR
ON_TIME, REOPEN_DAYS = 10 * MINUTE, 7
WON_BACK = {"detractor": ("nps", 10, 7), "dissatisfied": ("csat", 5, 4)}
RESOLUTIONS = {
    "K-RES": ("first_resolution_calendar_milliseconds", "first_solved_local_date"),
    "K-RES.B": ("first_resolution_business_milliseconds", "first_solved_local_date"),
    "K-RES.F": ("full_resolution_calendar_milliseconds", "last_solved_local_date"),
    "K-RES.FB": ("full_resolution_business_milliseconds", "last_solved_local_date"),
    "K-RES.O": ("open_time_milliseconds", "last_solved_local_date"),
    "K-RES.OB": ("open_time_business_milliseconds", "last_solved_local_date"),
}
RESPONSES = {
    "K-FRT": ("first_response_calendar_milliseconds", "age_calendar_milliseconds"),
    "K-FRT.B": ("first_response_business_milliseconds", "age_business_milliseconds"),
}


def shares_and_means(warehouse: Warehouse) -> pd.DataFrame:
    """Both parts of every share and mean of the service desk, by month."""
    tickets = read_tickets(warehouse)
    parts = [
        *_responses(tickets),
        *_promises(tickets),
        *_returns(tickets, warehouse.as_of),
        *_punctuality(read_appointments(warehouse)),
        *loop(read_cases(warehouse)),
    ]
    parts += [
        summed(cells, kpi_id, "mean", cells["milliseconds"], _ones(cells))
        for kpi_id, cells in _times(warehouse, tickets, is_mean=True)
    ]
    return pd.concat(parts, ignore_index=True)


def quantiles(warehouse: Warehouse) -> pd.DataFrame:
    """Median, ninth decile and longest of every duration, in minutes."""
    rows = []
    for kpi_id, cells in _times(warehouse, read_tickets(warehouse), is_mean=False):
        for keys, times in cells.groupby(["grain_name", "grain_key", "period_start"]):
            minutes = times["milliseconds"].to_numpy() / MINUTE
            for statistic, level in (("p50", 0.5), ("p90", 0.9), ("max", 1.0)):
                rows.append((kpi_id, statistic, *keys, np.quantile(minutes, level), len(minutes)))
    return _frame(rows)


def attainment(warehouse: Warehouse) -> pd.DataFrame:
    """Share of durations within the target of their mean, where one is in force."""
    targets = warehouse.frame(
        "select kpi_id, grain_name, target from core.dim_kpi_targets where statistic = 'mean'"
    )
    parts = []
    for kpi_id, cells in _times(warehouse, read_tickets(warehouse), is_mean=False):
        mine = cells.merge(targets[targets["kpi_id"] == kpi_id], on="grain_name")
        met = mine["milliseconds"] <= mine["target"] * MINUTE
        parts.append(summed(mine, kpi_id, "attainment", met, _ones(mine)))
    return pd.concat(parts, ignore_index=True)


def medians(tickets: pd.DataFrame) -> pd.DataFrame:
    """K-FRT, median_censored: tickets without an answer still wait."""
    rows = []
    for kpi_id, (reply, age) in RESPONSES.items():
        waits = tickets[tickets["is_readable"] & (tickets[reply].notna() | tickets[age].notna())]
        cells = in_cells(waits, DESK, "created_local_date")
        for keys, group in cells.groupby(["grain_name", "grain_key", "period_start"]):
            ended = group[group[reply].notna()][reply].astype(float)
            waiting = group[group[reply].isna()][age].astype(float)
            reached = np.array([])
            if len(ended):
                curve = stats.ecdf(stats.CensoredData(uncensored=ended, right=waiting)).sf
                reached = curve.quantiles[np.round(curve.probabilities, 9) <= 0.5]
            median = reached.min() / MINUTE if len(reached) else np.nan
            rows.append((kpi_id, "median_censored", *keys, median, len(group)))
    return _frame(rows)


def waits(warehouse: Warehouse) -> pd.DataFrame:
    """The censored medians of the tickets of a warehouse."""
    return medians(read_tickets(warehouse))


def read_tickets(warehouse: Warehouse) -> pd.DataFrame:
    """Tickets that count, with whether their clock can be read."""
    tickets = warehouse.frame(
        "select * from core.fct_tickets where not is_internal and not is_spam and not is_merged"
    )
    closings = warehouse.frame(
        "select ticket_id, status = 'closed' and is_logged as is_given_up"
        " from core.fct_ticket_status_changes where is_solution"
        " qualify row_number() over (partition by ticket_id order by position_in_ticket) = 1"
    )
    tickets = tickets.merge(closings, on="ticket_id", how="left")
    return tickets.assign(
        is_given_up=tickets["is_given_up"].astype("boolean").fillna(value=False),
        is_readable=~tickets["is_clock_skewed"].astype(bool),
    )


def read_appointments(warehouse: Warehouse) -> pd.DataFrame:
    """Appointments that both sides kept."""
    return warehouse.frame(
        "select *, source_id as location from core.fct_appointments"
        " where not is_internal and coalesce(outcome, '') not in ('no_show', 'cancelled')"
    )


def read_cases(warehouse: Warehouse) -> pd.DataFrame:
    """Cases of unhappy customers who may be contacted, with the first answer after each."""
    cases = warehouse.frame(
        "select cases.*, agents.team_name from core.fct_actions as cases"
        " left join core.dim_agents as agents on agents.agent_id = cases.owner_agent_id"
        " and cases.opened_at >= agents.valid_from and cases.opened_at < agents.valid_to"
        " where not cases.is_internal and cases.status <> 'cancelled'"
        " and cases.reason in ('detractor', 'dissatisfied')"
        " and coalesce((select max_by(is_allowed, (valid_from, not is_allowed))"
        " from core.fct_consents as consents where consents.customer_id = cases.customer_id"
        " and consents.channel = 'any' and consents.purpose in ('any', 'service')"
        " and cases.opened_at >= valid_from and cases.opened_at < valid_to), true)"
    )
    answers = warehouse.frame(
        "select customer_id, metric, scale_maximum, numeric_value, answered_at"
        " from core.fct_survey_answers, core.dim_run where horizon = 'recovery'"
        " and exclusion_reason is null and numeric_value is not null"
        " and answered_local_date < as_of"
    )
    return followed_up(cases, answers)


def followed_up(cases: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Cases with ``score``: what the customer said first after the case, on the same scale."""
    scales = pd.DataFrame(
        [(reason, metric, maximum) for reason, (metric, maximum, _) in WON_BACK.items()],
        columns=["reason", "metric", "scale_maximum"],
    )
    said = answers.reset_index(names="answer").merge(scales, on=["metric", "scale_maximum"])
    pairs = said.merge(cases[["case_id", "customer_id", "reason", "opened_at"]])
    pairs = pairs[pairs["answered_at"] > pairs["opened_at"]]
    about = pairs.sort_values(["opened_at", "case_id"]).groupby("answer").tail(1)
    first = about.sort_values("answered_at").groupby("case_id")["numeric_value"].first()
    return cases.assign(score=cases["case_id"].map(first).astype(float))


def loop(cases: pd.DataFrame) -> list[pd.DataFrame]:
    """K-LOOP: contacted of those due, resolved of those due, won back of those asked again."""
    grains: Grains = {"company": None, "market": "market", "reason": "reason"}
    team: Grains = {"team": "team_name"}
    least = cases["reason"].map({reason: least for reason, (_, _, least) in WON_BACK.items()})
    judged = cases.assign(is_won_back=cases["score"] >= least, is_asked=cases["score"].notna())
    parts = []
    for statistic, base, success in (
        ("contacted", "is_contact_due", "is_contacted_in_time"),
        ("resolved", "is_resolution_due", "is_resolved_in_time"),
        ("recovered", "is_asked", "is_won_back"),
    ):
        due = judged[judged[base].astype(bool)]
        named = due[due["team_name"].notna()]
        for rows, cut in ((due, grains), (named, team)):
            cells = in_cells(rows, cut, "opened_local_date")
            met = cells[success].astype("boolean").fillna(value=False)
            parts.append(summed(cells, "K-LOOP", statistic, met, _ones(cells)))
    return parts


def _responses(tickets: pd.DataFrame) -> list[pd.DataFrame]:
    """In time of those due, whether answered or not; without an answer of all."""
    readable = tickets[tickets["is_readable"]]
    promised = (readable["first_due_at"] - readable["created_at"]).dt.total_seconds()
    within = (promised * 1000).round().fillna(ANSWER_WITHIN)
    reply = readable["first_response_calendar_milliseconds"]
    parts = _share(
        "K-FRT",
        "in_time",
        readable,
        within < readable["age_calendar_milliseconds"],
        reply <= within,
    )
    parts += _share(
        "K-FRT.B",
        "in_time",
        readable,
        readable["age_business_milliseconds"] > ANSWER_WITHIN_OPEN_HOURS,
        readable["first_response_business_milliseconds"] <= ANSWER_WITHIN_OPEN_HOURS,
    )
    return parts + _share("K-FRT", "unreplied", readable, reply.isna() | True, reply.isna())


def _promises(tickets: pd.DataFrame) -> list[pd.DataFrame]:
    """K-SLA: what was promised and has fallen due, and of that what was kept."""
    until = tickets["created_at"] + pd.to_timedelta(tickets["age_calendar_milliseconds"], unit="ms")
    first_due = tickets["is_readable"] & (tickets["first_due_at"] < until)
    solve_due = tickets["solve_due_at"] < until
    first_met = tickets["first_replied_at"] <= tickets["first_due_at"]
    solved = (tickets["first_solved_at"] <= tickets["solve_due_at"]) & ~tickets["is_given_up"]
    kept = (first_met | ~first_due) & (solved | ~solve_due)
    return [
        *_share("K-SLA", "first_reply", tickets, first_due, first_met),
        *_share("K-SLA", "resolution", tickets, solve_due, solved),
        *_share("K-SLA", "value", tickets, first_due | solve_due, kept),
    ]


def _returns(tickets: pd.DataFrame, as_of: pd.Timestamp) -> list[pd.DataFrame]:
    """K-REOPEN: of the tickets solved a week ago or earlier."""
    solved = tickets[["first_solved_at", "count_reopens"]].notna().all(axis=1)
    cells = in_cells(tickets[solved & ~tickets["is_given_up"]], DESK, "first_solved_local_date")
    day = pd.to_datetime(cells["first_solved_local_date"])
    ripe = day + pd.Timedelta(days=REOPEN_DAYS) <= as_of
    return [summed(cells, "K-REOPEN", "value", ripe & (cells["count_reopens"] > 0), ripe)]


def _punctuality(appointments: pd.DataFrame) -> list[pd.DataFrame]:
    cells = in_cells(appointments, PLACES, "planned_local_date")
    return [summed(cells, "K-PUNCT", "value", cells["wait_milliseconds"] <= ON_TIME, _ones(cells))]


def _times(
    warehouse: Warehouse, tickets: pd.DataFrame, *, is_mean: bool
) -> list[tuple[str, pd.DataFrame]]:
    """Every duration KPI with its observations by cell; means have more grains."""
    readable = tickets[tickets["is_readable"]]
    more: Grains = {"segment": "segment", **AGENT}
    grains: dict[str, Grains] = {
        "K-FRT": DESK | more if is_mean else DESK,
        "K-FRT.B": SHORT_DESK | AGENT if is_mean else SHORT_DESK,
        "K-RES": DESK if is_mean else SHORT_DESK,
    }
    cells = [
        (kpi_id, _with(readable, reply, grains[kpi_id], "created_local_date"))
        for kpi_id, (reply, _) in RESPONSES.items()
    ]
    cells += [
        (kpi_id, _with(tickets, column, grains.get(kpi_id, SHORT_DESK), date))
        for kpi_id, (column, date) in RESOLUTIONS.items()
    ]
    kept = read_appointments(warehouse)
    waits = _with(kept, "wait_milliseconds", PLACES, "planned_local_date")
    return [*cells, ("K-PUNCT", waits)]


def _with(rows: pd.DataFrame, column: str, grains: Grains, date: str) -> pd.DataFrame:
    known = rows[rows[column].notna()]
    return in_cells(known.assign(milliseconds=known[column].astype("int64")), grains, date)


def _share(
    kpi_id: str, statistic: str, tickets: pd.DataFrame, base: pd.Series, success: pd.Series
) -> list[pd.DataFrame]:
    held, met = (flag.astype("boolean").fillna(value=False) for flag in (base, success))
    cells = in_cells(tickets.assign(is_met=met)[held.astype(bool)], DESK, "created_local_date")
    return [summed(cells, kpi_id, statistic, cells["is_met"], _ones(cells))]


def _ones(cells: pd.DataFrame) -> pd.Series:
    return pd.Series(1, index=cells.index)


def _frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = ["kpi_id", "statistic", "grain_name", "grain_key", "period_start", "value", "n"]
    return pd.DataFrame(rows, columns=columns)
