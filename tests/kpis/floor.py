"""Reads what the KPIs of agents, the voice menu and recordings are computed from.

The computations themselves are in ``agents``: they take frames.
"""

import pandas as pd

from tests.kpis.agents import (
    Teams,
    busy_persons_of,
    counted_evaluations,
    menu_of,
    occupancy_of,
    overdue_of,
    quality_of,
    recorded_of,
)
from tests.kpis.reading import Warehouse

INBOUND = "not is_internal and coalesce(direction, 'inbound') = 'inbound'"


def occupancy(warehouse: Warehouse) -> pd.DataFrame:
    """K-OCC and K-OCC.C."""
    states = warehouse.frame(
        "select agent_id, state, state_local_date, counted_milliseconds from core.fct_agent_states"
        " where agent_id is not null and counted_milliseconds is not null"
    )
    return occupancy_of(states, Teams.of(warehouse))


def quality(warehouse: Warehouse) -> pd.DataFrame:
    """K-QA."""
    return quality_of(counted_evaluations(warehouse), warehouse.as_of)


def menu(warehouse: Warehouse) -> pd.DataFrame:
    """K-IVR."""
    return menu_of(warehouse.frame("select * from core.fct_ivr_calls where not is_internal"))


def recordings(warehouse: Warehouse) -> pd.DataFrame:
    """K-REC."""
    calls = warehouse.frame(
        "select calls.contact_id, calls.source_id, calls.answered_local_date, legs.queue_id"
        " from core.fct_calls as calls left join ("
        "     select contact_id, min_by(queue_id, (answered_at, call_leg_id)) as queue_id"
        "     from core.fct_call_legs group by contact_id"
        f" ) as legs using (contact_id) where outcome = 'answered' and not is_open and {INBOUND}"
    )
    kept = warehouse.frame(
        "select recordings.*, legs.queue_id from core.fct_recordings as recordings left join ("
        "     select contact_id, min_by(queue_id, (answered_at, call_leg_id)) as queue_id"
        "     from core.fct_call_legs group by contact_id"
        " ) as legs using (contact_id)"
    )
    for frame, column in ((calls, "answered_local_date"), (kept, "recorded_local_date")):
        frame[column] = pd.to_datetime(frame[column])
    overdue = overdue_of(kept, warehouse.as_of, warehouse.time_zone)
    return pd.concat([recorded_of(calls, kept), overdue], ignore_index=True)


def busy_persons(warehouse: Warehouse) -> pd.DataFrame:
    """K-BUSY.P."""
    return busy_persons_of(warehouse.frame(f"select * from core.fct_calls where {INBOUND}"))
