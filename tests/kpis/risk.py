"""K-RISK and K-RAR from core tables, after section 3 of the KPI specification.

Customer by customer, on any day, by what was known before it.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd

from tests.kpis.lapse import DEFAULT
from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.value import in_grains, money
from tests.kpis.years import BOUGHT

DAY = pd.Timedelta(days=1)
BACK_TEST_MONTHS = 3
PARTS = ["numerator", "denominator", "value", "n"]


@dataclass(frozen=True)
class Judge:
    """Scores the customers of a warehouse on a day."""

    warehouse: Warehouse

    def scores(self, day: pd.Timestamp) -> pd.DataFrame:
        """One row per customer who has not left by then: the points of each rule and more."""
        base = self._customers(day).set_index("customer_id")
        nps, csat = (
            self._last_answer(metric, day).reindex(base.index) for metric in ("nps", "csat")
        )
        last_order = self._entries[self._entries["kind"] == "order"]
        last_order = last_order[last_order["day"] < day].groupby("customer_id")["day"].max()
        silence = (day - last_order.reindex(base.index)).dt.days
        windows = base["segment"].map(self._windows(day)).fillna(DEFAULT)
        base["points"] = (
            30 * (nps <= 6).astype(int)
            + 20 * (csat <= 2).astype(int)
            + 20 * base.index.isin(self._repeaters(day)).astype(int)
            + 15 * base.index.isin(self._debtors(day)).astype(int)
            + 25 * (silence > 0.6 * windows).astype(int)
            + 10 * base.index.isin(self._renewing(day)).astype(int)
            + 10 * base.index.isin(self._put_off(day)).astype(int)
        ).clip(upper=100)
        base["is_high"] = base["points"] >= 60
        base["is_silent_in_surveys"] = nps.isna() & csat.isna()
        for name in ("revenue", "revenue_real"):
            base[name] = self._brought(name, day).reindex(base.index)
        base["complains"] = base.index.isin(self._complaining(day))
        return base.reset_index()

    def left_by(self, day: pd.Timestamp, end: pd.Timestamp) -> set[str]:
        """Who lapsed or churned after ``day``, up to ``end``."""
        spells = self._spells
        gone = spells[~spells["state"].isin([*BOUGHT, "prospect"])]
        return set(gone[(gone["entered"] > day) & (gone["entered"] <= end)]["customer_id"])

    @cached_property
    def _entries(self) -> pd.DataFrame:
        return money(self.warehouse)

    @cached_property
    def _spells(self) -> pd.DataFrame:
        rows = self.warehouse.frame(
            "select customer_id, lifecycle_state as state, entered_on as entered,"
            " coalesce(left_on, date '2200-01-01') as gone from metrics.met_lifecycle_spells"
        )
        return rows.assign(
            entered=pd.to_datetime(rows["entered"]), gone=pd.to_datetime(rows["gone"])
        )

    def _customers(self, day: pd.Timestamp) -> pd.DataFrame:
        eve, spells = day - DAY, self._spells
        held = spells[(spells["entered"] <= eve) & (spells["gone"] > eve)]
        leaves = spells[(spells["entered"] == day) & ~spells["state"].isin([*BOUGHT, "prospect"])]
        held = held[held["state"].isin(BOUGHT) & ~held["customer_id"].isin(leaves["customer_id"])]
        versions = self.warehouse.frame(
            "select customer_id, segment, market, is_internal from core.dim_customers"
            f" where valid_from <= timestamp '{day}' and valid_to > timestamp '{day}'"
        )
        joined = held[["customer_id"]].merge(versions, on="customer_id", how="left")
        joined = joined.fillna({"segment": "unknown", "market": "unknown"})
        return joined[joined["is_internal"].ne(True)]

    def _windows(self, day: pd.Timestamp) -> pd.Series:
        rows = self.warehouse.frame(
            "select segment, window_days from metrics.met_lapse_windows"
            f" where reference_date = date '{day:%Y-%m-%d}'"
        )
        return rows.set_index("segment")["window_days"]

    def _last_answer(self, metric: str, day: pd.Timestamp) -> pd.Series:
        top = {"nps": (0, 10), "csat": (1, 5)}[metric]
        rows = self.warehouse.frame(
            "select customer_id, numeric_value::int as score from core.fct_survey_answers"
            f" where metric = '{metric}' and scale_minimum = {top[0]} and scale_maximum = {top[1]}"
            " and coalesce(exclusion_reason, 'superseded') = 'superseded'"
            f" and numeric_value is not null and answered_local_date < date '{day:%Y-%m-%d}'"
            f" and answered_local_date >= date '{day - 90 * DAY:%Y-%m-%d}'"
            " order by answered_at, answer_id"
        )
        return rows.groupby("customer_id")["score"].last()

    @cached_property
    def _contacts(self) -> pd.DataFrame:
        rows = self.warehouse.frame(
            "select customer_id, reason, outcome, started_local_date as day"
            " from core.fct_interactions where not is_internal"
            " and touch_kind in ('call', 'menu', 'ticket', 'touch')"
            " and direction is distinct from 'outbound' order by started_at, interaction_id"
        )
        return rows.assign(day=pd.to_datetime(rows["day"]))

    def _repeaters(self, day: pd.Timestamp) -> set[str]:
        rows = self._contacts
        recent = rows[(rows["day"] < day) & (rows["day"] >= day - 30 * DAY)]
        counts = recent.dropna(subset=["reason"]).groupby(["customer_id", "reason"]).size()
        return set(counts[counts >= 3].reset_index()["customer_id"])

    def _put_off(self, day: pd.Timestamp) -> set[str]:
        rows = self._contacts
        last = rows[rows["day"] < day].drop_duplicates("customer_id", keep="last")
        return set(last[last["outcome"].isin(["abandoned", "blocked", "failed"])]["customer_id"])

    def _debtors(self, day: pd.Timestamp) -> set[str]:
        rows = self.warehouse.frame(
            "select customer_id from core.fct_invoices where not is_void and not is_disputed"
            f" and not is_internal and amount > 0 and due_on < date '{day - 15 * DAY:%Y-%m-%d}'"
            f" and coalesce(paid_in_full_local_date, date '2200-01-01') >= date '{day:%Y-%m-%d}'"
        )
        return set(rows["customer_id"])

    def _renewing(self, day: pd.Timestamp) -> set[str]:
        rows = self.warehouse.frame(
            "select customer_id from core.fct_renewals where not is_internal"
            f" and timeliness <> 'void' and due_on >= date '{day:%Y-%m-%d}'"
            f" and due_on <= date '{day + 60 * DAY:%Y-%m-%d}'"
            f" and coalesce(renewed_on, date '2200-01-01') >= date '{day:%Y-%m-%d}'"
        )
        return set(rows["customer_id"])

    def _complaining(self, day: pd.Timestamp) -> set[str]:
        rows = self.warehouse.frame(
            "select customer_id from core.fct_tickets where is_complaint and not is_internal"
            f" and not is_spam and not is_merged and created_local_date < date '{day:%Y-%m-%d}'"
            f" and coalesce(first_solved_local_date, date '2200-01-01') >= date '{day:%Y-%m-%d}'"
        )
        return set(rows["customer_id"])

    def _brought(self, name: str, day: pd.Timestamp) -> pd.Series:
        rows = self._entries[self._entries["kind"] != "contact"]
        recent = rows[(rows["day"] < day) & (rows["day"] >= day - pd.DateOffset(years=1))]
        return recent.groupby("customer_id")[name].sum()


@cache
def judged_today(warehouse: Warehouse) -> pd.DataFrame:
    """The scores of the day of the run; read them, don't change them."""
    return Judge(warehouse).scores(warehouse.as_of)


def back_tested(warehouse: Warehouse) -> pd.DataFrame:
    """The scores of three months before the month of the run, and who has left since."""
    judge, day = Judge(warehouse), warehouse.as_of.replace(day=1)
    then = judge.scores(day - pd.DateOffset(months=BACK_TEST_MONTHS))
    left = judge.left_by(day - pd.DateOffset(months=BACK_TEST_MONTHS), warehouse.as_of)
    return then.assign(has_left=then["customer_id"].isin(left))


def risk_kpis(warehouse: Warehouse) -> pd.DataFrame:
    """K-RISK and K-RAR in the month of the last day, by cell."""
    month = (warehouse.as_of - DAY).to_period("M").start_time
    found = risk_parts(judged_today(warehouse), back_tested(warehouse))
    return found.assign(period_start=month)[[*KEYS, *PARTS]]


def risk_parts(today: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """The same of any scores of today and of the back-test, without the month."""
    high = today[today["is_high"]]
    shares = {
        ("K-RISK", "value"): (today, today["is_high"]),
        ("K-RISK", "mean"): (today, today["points"]),
        ("K-RISK", "no_signal"): (today, today["is_silent_in_surveys"]),
        ("K-RISK", "precision"): (then[then["is_high"]], then["has_left"]),
        ("K-RISK", "recall"): (then[then["has_left"]], then["is_high"]),
        ("K-RAR", "with_complaint"): (high, high["complains"]),
        ("K-RAR", "no_value"): (high, high["revenue_real"].isna()),
    }
    counts = [
        _by_cell(rows.assign(told=told.loc[rows.index]), kpi)
        for kpi, (rows, told) in shares.items()
    ]
    parts = [
        part.assign(denominator=part["n"]).rename(columns={"told": "numerator"}) for part in counts
    ]
    for statistic, money_of in (("value", "revenue"), ("real", "revenue_real")):
        known = high[high[money_of].notna()]
        sums = _by_cell(known.assign(told=known[money_of].round(2)), ("K-RAR", statistic))
        parts.append(sums.rename(columns={"told": "value"}))
    return pd.concat([*parts, lift(then)], ignore_index=True)


def lift(then: pd.DataFrame) -> pd.DataFrame:
    """How many times more of the high band leave than of all who were judged."""
    left = then["has_left"]
    rates = then.loc[then["is_high"], "has_left"].mean(), left.mean()
    is_known = then["is_high"].any() and left.any()
    cell = ("K-RISK", "lift", "company", "company", rates[0] / rates[1] if is_known else None)
    columns = ["kpi_id", "statistic", "grain_name", "grain_key", "value", "n"]
    return pd.DataFrame([(*cell, len(then))] if is_known else [], columns=columns)


def _by_cell(rows: pd.DataFrame, kpi: tuple[str, str]) -> pd.DataFrame:
    cells = in_grains(rows).astype({"told": "float64"}).groupby(["grain_name", "grain_key"])
    sums = cells["told"].agg(["sum", "size"]).reset_index()
    named = sums.rename(columns={"sum": "told", "size": "n"})
    return named.assign(kpi_id=kpi[0], statistic=kpi[1])
