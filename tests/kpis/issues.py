"""Issue KPIs from core tables, after sections 2 and 3 of the KPI specification.

Contacts are chained one by one, person by person; what the warehouse does with windows is not
looked at. Costs, complaints and self-service are in ``contact_rates``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from tests.kpis.reading import UNKNOWN, Warehouse, in_cells, summed

WINDOW = pd.Timedelta(days=7)
JUDGED_AFTER = pd.Timedelta(days=8)
HANDLED_CALLS = """
    select 'call:' || contact_id as contact, coalesce(customer_id, identity_key) as person,
        reason, entered_at as started, entered_local_date as day, 'phone' as channel,
        first_queue_id as queue, agent_id as agent, market, segment
    from core.fct_calls
    where outcome = 'answered' and coalesce(direction, 'inbound') = 'inbound' and not is_internal
"""
HANDLED_TICKETS = """
    select 'ticket:' || ticket_id as contact, coalesce(customer_id, identity_key) as person,
        reason, created_at as started, created_local_date as day, channel,
        queue_id as queue, coalesce(first_reply_agent_id, agent_id) as agent, market, segment
    from core.fct_tickets
    where first_replied_at is not null and not is_spam and not is_merged and not is_internal
        and channel <> 'phone' and created_local_date < (select as_of from core.dim_run)
"""
HANDLED_CHATS = """
    select interaction_id as contact, customer_id as person, reason, started_at as started,
        started_local_date as day, channel, queue_id as queue, agent_id as agent, market, segment
    from core.fct_interactions
    where touch_kind = 'touch' and channel not in ('visit', 'store', 'phone', 'call', 'survey')
        and direction = 'inbound' and agent_id is not null and not is_internal
        and outcome is distinct from 'abandoned'
"""
GRAINS: dict[str, str | None] = {
    "company": None,
    "market": "market",
    "segment": "segment",
    "channel": "channel",
    "queue": "queue",
    "agent": "agent",
    "reason": "reason",
}


@dataclass(frozen=True)
class Chain:
    """Contacts of one person, each within the window of the one before, as row labels."""

    contacts: tuple[int, ...]


def handled_contacts(warehouse: Warehouse) -> pd.DataFrame:
    """Every contact that a person of the company handled."""
    contacts = pd.concat(
        [warehouse.frame(query) for query in (HANDLED_CALLS, HANDLED_TICKETS, HANDLED_CHATS)],
        ignore_index=True,
    )
    return contacts.assign(
        started=pd.to_datetime(contacts["started"]), day=pd.to_datetime(contacts["day"])
    )


def chains(contacts: pd.DataFrame, by: list[str]) -> list[Chain]:
    """The contacts in chains of equal ``by``; rows without one of these are in none."""
    found: list[Chain] = []
    for _, rows in contacts.sort_values(["started", "contact"]).groupby(by):
        chain: list[int] = []
        last = pd.Timestamp.min
        for label, started in rows["started"].items():
            if chain and started - last > WINDOW:
                found.append(Chain(tuple(chain)))
                chain = []
            chain.append(int(str(label)))
            last = started
        found.append(Chain(tuple(chain)))
    return found


def outcomes(contacts: pd.DataFrame, by: list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Contacts that are in a chain, with their place in it and what is known by ``as_of``."""
    places = [
        {
            "label": label,
            "is_first": number == 0,
            "is_last": number == len(chain.contacts) - 1,
            "length": len(chain.contacts),
            "end": chain.contacts[-1],
        }
        for chain in chains(contacts, by)
        for number, label in enumerate(chain.contacts)
    ]
    placed = contacts.join(
        pd.DataFrame(places, columns=["label", "is_first", "is_last", "length", "end"]).set_index(
            "label"
        ),
        how="inner",
    )
    is_mature = contacts["day"] + JUDGED_AFTER <= as_of
    return placed.assign(
        is_mature=is_mature.loc[placed.index],
        is_closed=is_mature.loc[placed["end"].to_numpy()].to_numpy(),
    )


def followed_contacts(warehouse: Warehouse) -> pd.DataFrame:
    """K-FCR, K-NRC, their agnostic variants and K-EFFB of all handled contacts."""
    return followed(handled_contacts(warehouse), warehouse.as_of)


def followed(contacts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The same of any contacts, by cell and month."""
    same = outcomes(contacts, ["person", "reason"], as_of)
    agnostic = outcomes(contacts, ["person"], as_of)
    issues = same[same["is_first"]]
    persons = agnostic[agnostic["is_first"]]
    effort = ["company", "market", "segment", "channel", "reason"]
    every = [grain for grain in GRAINS if grain != "segment"]
    return pd.concat(
        [
            _judged(issues, "K-FCR", GRAINS),
            _judged(persons, "K-FCR.A", [grain for grain in GRAINS if grain != "reason"]),
            _judged(same, "K-NRC", every),
            _judged(agnostic, "K-NRC.A", [grain for grain in every if grain != "reason"]),
            _effort(issues, "value", effort, issues["is_closed"]),
            _effort(issues, "with_open", effort, issues["is_closed"] | True),
        ],
        ignore_index=True,
    )


def told_by_customers(warehouse: Warehouse) -> pd.DataFrame:
    """K-FCR.S: of first contacts with an answer, those that the customer calls solved."""
    agnostic = outcomes(handled_contacts(warehouse), ["person"], warehouse.as_of)
    words = warehouse.frame(
        "select responses.interaction_id as contact, answers.numeric_value as word, answered_at"
        " from core.fct_survey_answers as answers"
        " inner join core.fct_survey_responses as responses using (response_id)"
        " where metric = 'resolved' and exclusion_reason is null and numeric_value is not null"
        " and interaction_id is not null"
    )
    last = words.sort_values("answered_at").groupby("contact")["word"].last().astype(float)
    first = agnostic[agnostic["is_first"]]
    told = first.assign(word=first["contact"].map(last))
    told = told[told["word"].notna()]
    grains = ["company", "market", "segment", "queue", "agent"]
    cells = in_cells(told, {grain: GRAINS[grain] for grain in grains}, "day")
    return summed(cells, "K-FCR.S", "value", cells["word"] == 1, cells["word"].notna())


def _judged(rows: pd.DataFrame, kpi_id: str, grains: Iterable[str]) -> pd.DataFrame:
    cells = in_cells(rows, {grain: GRAINS[grain] for grain in grains}, "day")
    met = cells["is_mature"] & cells["is_last"]
    return summed(cells, kpi_id, "value", met, cells["is_mature"])


def _effort(
    issues: pd.DataFrame, statistic: str, grains: list[str], counts: pd.Series
) -> pd.DataFrame:
    rows = issues.assign(counts=counts)
    cells = in_cells(rows, {grain: GRAINS[grain] for grain in grains}, "day")
    return summed(
        cells, "K-EFFB", statistic, cells["length"].where(cells["counts"], 0), cells["counts"]
    )


def by_month(rows: pd.DataFrame, grains: list[str]) -> pd.DataFrame:
    """How many rows each cell has in each month; an unknown attribute is a cell."""
    known = rows.assign(**{grain: rows[grain].fillna(UNKNOWN) for grain in grains})
    cells = in_cells(known, {"company": None} | {grain: grain for grain in grains}, "day")
    keys = ["grain_name", "grain_key", "period_start"]
    return cells.groupby(keys, as_index=False).size()
