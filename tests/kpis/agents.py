"""KPIs of agents, the voice menu and recordings, after section 2 of the specification.

Functions named ``…_of`` take frames, so that golden examples need no warehouse.
"""

from dataclasses import dataclass

import pandas as pd

from tests.kpis.reading import Warehouse, in_cells, month_of, summed

READY = ("handling", "idle", "ring")
COACHED_WITHIN, KEPT_FOR = pd.Timedelta(days=7), pd.Timedelta(days=240)
RETRY = pd.Timedelta(seconds=60)
PASS_MARK, LEAST_EVALUATIONS = 80, 4
OFFERED = ("answered", "abandoned", "flow_out")
AGENT_GRAINS: tuple[tuple[str, str | None], ...] = (
    ("company", None),
    ("team", "team_name"),
    ("agent", "agent_id"),
)


@dataclass(frozen=True)
class Teams:
    """In which team an agent was at an instant."""

    versions: pd.DataFrame

    @classmethod
    def of(cls, warehouse: Warehouse) -> "Teams":
        """The teams of a warehouse."""
        return cls(
            warehouse.frame("select agent_id, team_name, valid_from, valid_to from core.dim_agents")
        )

    def at(self, rows: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
        """The rows with ``team_name`` as of the beginning of each day."""
        dated = rows.assign(_row=range(len(rows)), _day=pd.to_datetime(days))
        joined = dated.merge(self.versions, on="agent_id")
        held = joined[
            (joined["valid_from"] <= joined["_day"]) & (joined["valid_to"] > joined["_day"])
        ]
        teams = held.set_index("_row")["team_name"]
        return dated.assign(team_name=dated["_row"].map(teams)).drop(columns=["_row", "_day"])


def by_handler(rows: pd.DataFrame, date: str) -> pd.DataFrame:
    """The rows once for the company, for the team and for the agent; who has none is in none."""
    parts = []
    for grain, column in AGENT_GRAINS:
        known = rows if column is None else rows[rows[column].notna()]
        parts.append(in_cells(known, {grain: column}, date))
    return pd.concat(parts, ignore_index=True)


def occupancy_of(states: pd.DataFrame, teams: Teams) -> pd.DataFrame:
    """K-OCC: hundred times the handling over what the agent was ready for, by known days."""
    spent = states.pivot_table(
        index=["agent_id", "state_local_date"],
        columns="state",
        values="counted_milliseconds",
        aggfunc="sum",
        fill_value=0,
    ).astype("int64")
    for state in READY:
        if state not in spent:
            spent[state] = 0
    spent["logged_in"] = spent.sum(axis=1)
    known = spent[spent["idle"] > 0].reset_index()
    cells = by_handler(teams.at(known, known["state_local_date"]), "state_local_date")
    handled = 100 * cells["handling"]
    return pd.concat(
        [
            summed(cells, "K-OCC", "value", handled, cells[list(READY)].sum(axis=1)),
            summed(cells, "K-OCC.C", "value", handled, cells["handling"] + cells["idle"]),
            summed(cells, "K-OCC", "utilization", handled, cells["logged_in"]),
        ],
        ignore_index=True,
    )


def evaluation_scores_of(items: pd.DataFrame) -> pd.DataFrame:
    """Points of each evaluation over the items that apply; none after an automatic failure."""
    applying = items[items["points_possible"].notna() & items["points_earned"].notna()]
    points = applying.groupby("evaluation_id")[["points_possible", "points_earned"]].sum()
    failed = items.groupby("evaluation_id")["is_auto_fail"].any()
    points["is_auto_fail"] = failed
    points.loc[points["is_auto_fail"], "points_earned"] = 0
    points["score"] = 100 * points["points_earned"] / points["points_possible"]
    return points[points["points_possible"] > 0].reset_index()


def counted_evaluations(warehouse: Warehouse, *, with_calibration: bool = False) -> pd.DataFrame:
    """Evaluations with points, team and verdict; neither calibrations nor internal contacts."""
    items = warehouse.frame(
        "select evaluation_id, is_auto_fail, points_possible::double as points_possible,"
        " points_earned::double as points_earned from core.fct_qa_scores"
    )
    heads = warehouse.frame(
        "select heads.evaluation_id, heads.source_id, heads.interaction_number, heads.contact_id,"
        " heads.agent_id, heads.evaluator_agent_id, heads.evaluated_local_date,"
        " heads.coached_at, coalesce(heads.mode, '') as mode"
        " from core.fct_qa_evaluations as heads"
        " left join core.fct_calls as calls using (contact_id)"
        " left join core.fct_tickets as tickets on heads.ticket_id = tickets.ticket_id"
        " where not coalesce(calls.is_internal, tickets.is_internal, false)"
    )
    if not with_calibration:
        heads = heads[heads["mode"] != "calibration"]
    rows = heads.merge(evaluation_scores_of(items), on="evaluation_id")
    rows["evaluated_local_date"] = pd.to_datetime(rows["evaluated_local_date"])
    local = rows["coached_at"].dt.tz_localize("UTC").dt.tz_convert(warehouse.time_zone)
    rows["coached_on"] = local.dt.tz_localize(None).dt.normalize()
    return Teams.of(warehouse).at(rows, rows["evaluated_local_date"])


def quality_of(evaluations: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """K-QA: points, outright failures, and low ones that were talked over within a week."""
    cells = by_handler(evaluations, "evaluated_local_date")
    low = cells[
        (cells["score"] < PASS_MARK) & (cells["evaluated_local_date"] + COACHED_WITHIN <= as_of)
    ]
    in_time = low["coached_on"] < low["evaluated_local_date"] + COACHED_WITHIN
    earned = (100 * 100 * cells["points_earned"]).round()
    one, one_low = pd.Series(1, index=cells.index), pd.Series(1, index=low.index)
    return pd.concat(
        [
            summed(cells, "K-QA", "value", earned, (100 * cells["points_possible"]).round()),
            summed(cells, "K-QA", "auto_fail", cells["is_auto_fail"], one),
            summed(low, "K-QA", "coached", in_time, one_low),
        ],
        ignore_index=True,
    )


def handled_contacts(warehouse: Warehouse) -> pd.DataFrame:
    """What agents handled in each queue, with the team of the day and whether it was held."""
    rows = warehouse.frame(
        "select contact_id, queue_id, agent_id, answered_local_date, hold_milliseconds"
        " from core.fct_queue_entries where outcome = 'answered' and not is_open"
        " and not is_internal and talk_milliseconds is not null"
        " and coalesce(direction, 'inbound') = 'inbound'"
    )
    rows = rows[pd.to_datetime(rows["answered_local_date"]) < warehouse.as_of]
    return Teams.of(warehouse).at(rows, rows["answered_local_date"])


def coverage(warehouse: Warehouse) -> pd.DataFrame:
    """K-QACOV: contacts of an agent that were evaluated, and agents evaluated often enough."""
    evaluations = counted_evaluations(warehouse)
    seen = set(zip(evaluations["contact_id"], evaluations["agent_id"], strict=True))
    handled = handled_contacts(warehouse)
    handled = handled[handled["agent_id"].notna()]
    handled["is_evaluated"] = [
        pair in seen for pair in zip(handled["contact_id"], handled["agent_id"], strict=True)
    ]
    cells = by_handler(handled, "answered_local_date")
    shares = summed(
        cells, "K-QACOV", "value", cells["is_evaluated"], pd.Series(1, index=cells.index)
    )
    return pd.concat([shares, _often_enough(warehouse, handled, evaluations)], ignore_index=True)


def _often_enough(
    warehouse: Warehouse, handled: pd.DataFrame, evaluations: pd.DataFrame
) -> pd.DataFrame:
    months = pd.DataFrame(
        {"agent_id": handled["agent_id"], "month": month_of(handled["answered_local_date"])}
    )
    months = months.drop_duplicates()
    done = evaluations.assign(month=month_of(evaluations["evaluated_local_date"]))
    counts = done.groupby(["agent_id", "month"]).size()
    keys = pd.MultiIndex.from_frame(months)
    months["is_enough"] = (counts.reindex(keys).fillna(0) >= LEAST_EVALUATIONS).to_numpy()
    ends = months["month"] + pd.offsets.MonthBegin(1)
    ended = months[ends <= warehouse.as_of]
    last_days = ended["month"] + pd.offsets.MonthEnd(0)
    cells = by_handler(Teams.of(warehouse).at(ended, last_days), "month")
    cells = cells[cells["grain_name"] != "agent"]
    one = pd.Series(1, index=cells.index)
    return summed(cells, "K-QACOV", "minimum", cells["is_enough"], one)


def menu_of(calls: pd.DataFrame) -> pd.DataFrame:
    """K-IVR: how calls that came to the voice menu ended."""
    cells = in_cells(calls, {"company": None}, "entered_local_date")
    one = pd.Series(1, index=cells.index)
    ends = {"value": "contained", "drop": "dropped", "to_queue": "queued"}
    return pd.concat(
        [
            summed(cells, "K-IVR", statistic, cells["outcome"] == outcome, one)
            for statistic, outcome in ends.items()
        ],
        ignore_index=True,
    )


def recorded_of(calls: pd.DataFrame, recordings: pd.DataFrame) -> pd.DataFrame:
    """K-REC: answered calls with a recording, of those of callers who do not refuse.

    A call center's days begin with its first recording.
    """
    filled = recordings[recordings["length_milliseconds"].fillna(1) > 0]
    kept = set(filled.loc[~filled["is_consent_refused"], "contact_id"].dropna())
    refused = set(recordings.loc[recordings["is_consent_refused"], "contact_id"].dropna())
    recorded = recordings[["contact_id", "recorded_local_date"]]
    begun = recorded.merge(calls[["contact_id", "source_id"]], on="contact_id")
    first = begun.groupby("source_id")["recorded_local_date"].min()
    since = calls["source_id"].map(first)
    eligible = calls[(calls["answered_local_date"] >= since) & ~calls["contact_id"].isin(refused)]
    cells = in_cells(eligible, {"company": None, "queue": "queue_id"}, "answered_local_date")
    one = pd.Series(1, index=cells.index)
    return summed(cells, "K-REC", "value", cells["contact_id"].isin(kept), one)


def overdue_of(recordings: pd.DataFrame, as_of: pd.Timestamp, time_zone: str) -> pd.DataFrame:
    """K-REC: recordings that outlived the rule, of those whose time was over."""
    filled = recordings[recordings["length_milliseconds"].fillna(1) > 0]
    until = filled["recorded_local_date"] + KEPT_FOR
    over = filled[until < as_of]
    deleted = over["deleted_at"].dt.tz_localize("UTC").dt.tz_convert(time_zone)
    day = deleted.dt.tz_localize(None).dt.normalize()
    kept = day.isna() | (day > over["recorded_local_date"] + KEPT_FOR)
    cells = in_cells(
        over.assign(is_kept=kept), {"company": None, "queue": "queue_id"}, "recorded_local_date"
    )
    return summed(cells, "K-REC", "overdue", cells["is_kept"], pd.Series(1, index=cells.index))


def busy_persons_of(calls: pd.DataFrame) -> pd.DataFrame:
    """K-BUSY.P: blocked callers, whose attempts within a minute of the next are no attempts."""
    attempts = calls[calls["outcome"].isin((*OFFERED, "blocked"))]
    ordered = attempts.sort_values(["identity_key", "entered_at", "contact_id"])
    next_at = ordered.groupby("identity_key")["entered_at"].shift(-1)
    is_blocked = ordered["outcome"] == "blocked"
    persons = ordered[~(is_blocked & (next_at - ordered["entered_at"] <= RETRY))]
    cells = in_cells(
        persons, {"company": None, "market": "market", "segment": "segment"}, "entered_local_date"
    )
    one = pd.Series(1, index=cells.index)
    return summed(cells, "K-BUSY.P", "value", cells["outcome"] == "blocked", one)


def kappa_of(first: pd.Series, second: pd.Series) -> float | None:
    """Cohen's kappa of two raters; ``None`` where chance alone makes them agree."""
    table = pd.crosstab(first.astype(bool), second.astype(bool), normalize=True).reindex(
        index=[False, True], columns=[False, True], fill_value=0.0
    )
    observed = table.to_numpy().trace()
    chance = float((table.sum(axis=1).to_numpy() * table.sum(axis=0).to_numpy()).sum())
    return None if chance > 1 - 1e-12 else (observed - chance) / (1 - chance)


def agreement(warehouse: Warehouse) -> pd.DataFrame:
    """K-QAK by month: every two evaluators who rated the same contact."""
    ratings = counted_evaluations(warehouse, with_calibration=True)
    ratings = ratings.sort_values(["evaluated_local_date", "evaluation_id"]).drop_duplicates(
        ["source_id", "interaction_number", "evaluator_agent_id"], keep="last"
    )
    ratings = ratings[ratings["evaluator_agent_id"].notna()]
    pairs = ratings.merge(ratings, on=["source_id", "interaction_number"], suffixes=("", "_other"))
    pairs = pairs[pairs["evaluator_agent_id"] < pairs["evaluator_agent_id_other"]]
    days = pairs[["evaluated_local_date", "evaluated_local_date_other"]].max(axis=1)
    found = []
    for month, rated in pairs.groupby(month_of(days)):
        value = kappa_of(rated["score"] >= PASS_MARK, rated["score_other"] >= PASS_MARK)
        found.append({"period_start": month, "n": len(rated), "value": value})
    values = pd.DataFrame(found, columns=["period_start", "n", "value"]).dropna()
    keys = {"kpi_id": "K-QAK", "statistic": "value", "grain_name": "company"}
    return values.assign(**keys, grain_key="company")


def held(warehouse: Warehouse) -> pd.DataFrame:
    """K-HOLD: contacts on hold for the company, in each queue and of each agent."""
    entries = handled_contacts(warehouse)
    contacts = warehouse.frame(
        "select market, segment, answered_local_date, hold_milliseconds from core.fct_calls"
        " where outcome = 'answered' and not is_open and not is_internal"
        " and talk_milliseconds is not null and coalesce(direction, 'inbound') = 'inbound'"
    )
    contacts = contacts[pd.to_datetime(contacts["answered_local_date"]) < warehouse.as_of]
    parts = []
    for rows, grains in (
        (contacts, {"company": None, "market": "market", "segment": "segment"}),
        (entries, {"queue": "queue_id", "agent": "agent_id"}),
    ):
        cells = in_cells(rows, grains, "answered_local_date")
        hold = cells["hold_milliseconds"].fillna(0)
        parts.append(summed(cells, "K-HOLD", "value", hold > 0, pd.Series(1, index=cells.index)))
        parts.append(summed(cells, "K-HOLD", "mean", hold, hold > 0))
    return pd.concat(parts, ignore_index=True)
