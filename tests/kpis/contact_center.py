"""Contact-center KPIs from contacts and queue entries, after section 2 of the specification."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.kpis.reading import Warehouse, in_cells, summed

CONTACT_CELLS: dict[str, str | None] = {
    "company": None,
    "market": "market",
    "segment": "segment",
}
ENTRY_CELLS: dict[str, str | None] = {"queue": "queue_id"}
AGENT_CELLS: dict[str, str | None] = {"agent": "agent_id"}
OFFERED = ("answered", "abandoned", "flow_out")
THRESHOLD, SHORT, WRAP_CAP = 20_000, 5_000, 30 * 60_000
DURATIONS = ("wait_milliseconds", "talk_milliseconds", "hold_milliseconds", "wrap_milliseconds")
VARIANT_GRAINS = {"company", "queue"}


def counts_and_means(warehouse: Warehouse) -> pd.DataFrame:
    """Every additive KPI: contacts count once for the company, entries once in each queue."""
    contacts, entries = _contacts(warehouse), _entries(warehouse)
    parts: list[pd.DataFrame] = []
    for rows, grains in ((contacts, CONTACT_CELLS), (entries, ENTRY_CELLS)):
        parts += _entered(in_cells(rows, grains, "entered_local_date"))
        parts += _handled(in_cells(_finished(rows), grains, "answered_date"))
    parts += _handled(in_cells(_finished(entries), AGENT_CELLS, "answered_date"))
    parts.append(_misrouted(warehouse, _finished(contacts)))
    values = pd.concat(parts, ignore_index=True)
    is_variant = values["kpi_id"].str.startswith("K-SL.")
    return values[
        (~is_variant | values["grain_name"].isin(VARIANT_GRAINS))
        & (values["period_start"] < warehouse.as_of)
    ]


def attainment(warehouse: Warehouse) -> pd.DataFrame:
    """Share of contacts that met the target of the mean: of those that have one, the company."""
    targets = warehouse.frame(
        "select kpi_id, max_by(target, valid_from) as target from core.dim_kpi_targets"
        " where statistic = 'mean' and grain_name = 'company' group by kpi_id"
    ).set_index("kpi_id")["target"]
    contacts = _contacts(warehouse)
    company: dict[str, str | None] = {"company": None}
    entered = in_cells(contacts, company, "entered_local_date")
    answered = entered[(entered["outcome"] == "answered") & entered["is_wait_measured"]]
    finished = in_cells(_finished(contacts), company, "answered_date")
    parts = [
        summed(
            cells,
            kpi_id,
            "attainment",
            cells[measure] <= targets[kpi_id] * 1000,
            pd.Series(1, index=cells.index),
        )
        for kpi_id, cells, measure in (
            ("K-ASA", answered, "wait_milliseconds"),
            ("K-AHT", finished, "handle_milliseconds"),
        )
    ]
    values = pd.concat(parts, ignore_index=True)
    return values[values["period_start"] < warehouse.as_of]


def peaks(warehouse: Warehouse) -> pd.DataFrame:
    """K-CONC by month: at each arrival, the calls that have come and not yet gone."""
    parts = []
    for rows, grains, left in (
        (_contacts(warehouse), {"company": None}, "ended_at"),
        (_entries(warehouse), ENTRY_CELLS, "left_at"),
    ):
        cells = in_cells(rows[rows["outcome"].isin(OFFERED)], grains, "entered_local_date")
        for (grain, key), calls in cells.groupby(["grain_name", "grain_key"]):
            arrivals = calls["entered_at"].to_numpy()
            lasting = calls[calls[left] > calls["entered_at"]]
            come = np.searchsorted(np.sort(lasting["entered_at"]), arrivals, side="right")
            gone = np.searchsorted(np.sort(lasting[left]), arrivals, side="right")
            peak = calls.assign(value=come - gone).groupby("period_start")["value"]
            found = peak.agg(["max", "count"]).reset_index()
            found.columns = pd.Index(["period_start", "value", "n"])
            parts.append(found.assign(grain_name=grain, grain_key=key))
    values = pd.concat(parts, ignore_index=True).assign(kpi_id="K-CONC", statistic="value")
    return values[values["period_start"] < warehouse.as_of]


def quantiles(warehouse: Warehouse) -> pd.DataFrame:
    """Median, 90th percentile and maximum of waits and handle times, in seconds."""
    parts: list[pd.DataFrame] = []
    for rows, grains in (
        (_contacts(warehouse), CONTACT_CELLS),
        (_entries(warehouse), ENTRY_CELLS),
    ):
        entered = in_cells(rows[rows["is_wait_measured"]], grains, "entered_local_date")
        finished = in_cells(_finished(rows), grains, "answered_date")
        parts += [
            *_spread(entered[entered["outcome"] == "answered"], "K-ASA", "wait_milliseconds"),
            *_spread(entered[entered["outcome"].isin(OFFERED)], "K-WAIT", "wait_milliseconds"),
            *_spread(finished, "K-AHT", "handle_milliseconds"),
        ]
    values = pd.concat(parts, ignore_index=True)
    return values[values["period_start"] < warehouse.as_of]


def _contacts(warehouse: Warehouse) -> pd.DataFrame:
    return _prepared(
        warehouse,
        "select * from core.fct_calls where not is_internal"
        " and coalesce(direction, 'inbound') = 'inbound' and outcome is not null",
    )


def _entries(warehouse: Warehouse) -> pd.DataFrame:
    return _prepared(
        warehouse,
        "select entries.* from core.fct_queue_entries as entries"
        " inner join core.fct_calls as calls on calls.contact_id = entries.contact_id"
        " where not entries.is_internal"
        " and coalesce(calls.direction, 'inbound') = 'inbound'"
        " and entries.outcome is not null",
    )


def _prepared(warehouse: Warehouse, query: str) -> pd.DataFrame:
    rows = warehouse.frame(query)
    rows["is_wait_measured"] = rows["wait_milliseconds"].notna()
    rows["is_finished"] = ~rows["is_open"].astype(bool) & rows["talk_milliseconds"].notna()
    for name in DURATIONS:
        rows[name] = rows[name].fillna(0).astype("int64")
    rows["wrap_milliseconds"] = rows["wrap_milliseconds"].clip(upper=WRAP_CAP)
    rows["handle_milliseconds"] = (
        rows["talk_milliseconds"] + rows["hold_milliseconds"] + rows["wrap_milliseconds"]
    )
    answered = rows["entered_at"] + pd.to_timedelta(rows["wait_milliseconds"], unit="ms")
    local = answered.dt.tz_localize("UTC").dt.tz_convert(warehouse.time_zone)
    rows["answered_date"] = local.dt.tz_localize(None).dt.normalize()
    return rows


def _finished(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["outcome"] == "answered") & rows["is_finished"]]


def _entered(cells: pd.DataFrame) -> list[pd.DataFrame]:
    wait, measured = cells["wait_milliseconds"], cells["is_wait_measured"]
    answered = cells["outcome"] == "answered"
    abandoned = cells["outcome"] == "abandoned"
    offered = cells["outcome"].isin(OFFERED)
    blocked = cells["outcome"] == "blocked"
    counted = cells[offered | blocked]
    short = abandoned & measured & (wait <= SHORT)
    met = answered & measured & (wait <= THRESHOLD)
    gave_up = abandoned & ~short & measured & (wait <= THRESHOLD)
    spoke_or_left = answered | abandoned
    pairs = {
        ("K-SL", "value"): (met, offered & ~short),
        ("K-SL.V1", "value"): (met, spoke_or_left),
        ("K-SL.V2", "value"): (met, spoke_or_left & ~short),
        ("K-SL.V3", "value"): (met, offered),
        ("K-SL.V4", "value"): (met, answered),
        ("K-SL.V5", "value"): (met | gave_up, offered & ~short),
        ("K-SL.V6", "value"): (met & (wait < THRESHOLD), offered & ~short),
        ("K-ASA", "mean"): (wait.where(answered, 0), answered & measured),
        ("K-WAIT", "mean"): (wait.where(offered, 0), offered & measured),
        ("K-ABN", "value"): (abandoned & ~short, offered & ~short),
        ("K-ABN", "raw"): (abandoned, offered),
        ("K-BUSY", "value"): (blocked, offered | blocked),
    }
    return [
        summed(counted, kpi_id, statistic, top[counted.index], base[counted.index])
        for (kpi_id, statistic), (top, base) in pairs.items()
    ]


def _handled(cells: pd.DataFrame) -> list[pd.DataFrame]:
    one = pd.Series(1, index=cells.index)
    measures = {
        ("K-AHT", "mean"): cells["handle_milliseconds"],
        ("K-AHT", "talk"): cells["talk_milliseconds"],
        ("K-AHT", "hold"): cells["hold_milliseconds"],
        ("K-AHT", "wrap"): cells["wrap_milliseconds"],
        ("K-XFER", "value"): cells["is_transferred"].fillna(False).astype(bool),
    }
    return [
        summed(cells, kpi_id, statistic, measure, one)
        for (kpi_id, statistic), measure in measures.items()
    ]


def _misrouted(warehouse: Warehouse, contacts: pd.DataFrame) -> pd.DataFrame:
    """Contacts with a conversation that ended in a transfer within a minute of its answer."""
    legs = warehouse.frame("select * from core.fct_call_legs where is_transferred")
    is_short = legs["parted_at"] - legs["answered_at"] <= pd.Timedelta(minutes=1)
    cells = in_cells(contacts, CONTACT_CELLS, "answered_date")
    passed_on = cells["contact_id"].isin(legs.loc[is_short, "contact_id"])
    return summed(cells, "K-XFER", "misroute", passed_on, pd.Series(1, index=cells.index))


def _spread(cells: pd.DataFrame, kpi_id: str, measure: str) -> Iterator[pd.DataFrame]:
    by_cell = cells.groupby(["grain_name", "grain_key", "period_start"])[measure]
    for statistic, share in (("p50", 0.5), ("p90", 0.9), ("max", 1.0)):
        values = by_cell.apply(lambda waits, share=share: float(np.quantile(waits, share)) / 1000)
        yield values.rename("value").reset_index().assign(kpi_id=kpi_id, statistic=statistic)
