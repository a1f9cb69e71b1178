"""Survey methods, ratings, coverage and words, after sections 1 and 5 of the KPI specification.

What the demo company is not asked is computed from answers that a test hands over.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from tests.kpis.reading import KEYS, Warehouse, in_cells, summed

PLACES: dict[str, str | None] = {"company": None, "market": "market"}
REVIEW_CELLS = PLACES | {"product": "product_name", "location": "site"}
COVERAGE_CELLS = PLACES | {"segment": "segment", "touchpoint": "touchpoint"}
STATEMENT_CELLS = PLACES | {"segment": "segment", "channel": "channel"}
NOT_SERVED = ("abandoned", "flow_out", "blocked", "ivr_only", "failed", "missed")
WEEK = pd.Timedelta(days=7)
KANO = {"L": "QAAAO", "M": "RIIIM", "N": "RIIIM", "W": "RIIIM", "D": "RRRRQ"}
KANO_COLUMNS = "LMNWD"
DAY = 24 * 3_600_000
QUANTILES = {"p50": 50, "p90": 90, "max": 100}


def ratings(warehouse: Warehouse) -> pd.DataFrame:
    """K-RATE and K-RATE.REPLY, what adds up: stars, replies and the time to them."""
    reviews = _reviews(warehouse)
    cells = in_cells(reviews, REVIEW_CELLS, "posted_local_date")
    rated = cells[cells["rating_of_five"].notna()]
    stars = (rated["rating_of_five"].astype(float) * 10000).round()
    waited = cells[cells["waited"].notna()]
    return pd.concat(
        [
            summed(rated, "K-RATE", "mean", stars, _ones(rated)),
            summed(cells, "K-RATE", "reply", cells["replied_at"].notna(), _ones(cells)),
            summed(waited, "K-RATE.REPLY", "mean", waited["waited"], _ones(waited)),
            summed(waited, "K-RATE.REPLY", "attainment", waited["waited"] <= DAY, _ones(waited)),
        ],
        ignore_index=True,
    )


def rating_values(warehouse: Warehouse) -> pd.DataFrame:
    """The Bayesian mean of every cell and month, and quantiles of the time to a reply."""
    reviews = _reviews(warehouse)
    cells = in_cells(reviews, REVIEW_CELLS, "posted_local_date")
    day = pd.to_datetime(reviews["posted_local_date"])
    rows: list[dict[str, Any]] = []
    for (grain, key, start), cell in cells.groupby(["grain_name", "grain_key", "period_start"]):
        names = dict(zip(KEYS[2:], (grain, key, start), strict=True))
        end = pd.Timestamp(str(start)) + pd.offsets.MonthBegin(1)
        known = reviews.loc[day < end, "rating_of_five"]
        votes = cell["rating_of_five"].dropna().astype(float)
        if len(votes):
            value = bayesian_mean(votes.to_numpy(), float(known.dropna().astype(float).mean()))
            rows.append({"kpi_id": "K-RATE", "statistic": "value", "value": value} | names)
        waited = cell["waited"].dropna().astype(float) / 3_600_000
        for statistic, percent in QUANTILES.items() if len(waited) else ():
            value = float(np.percentile(waited, percent))
            rows.append({"kpi_id": "K-RATE.REPLY", "statistic": statistic, "value": value} | names)
    return pd.DataFrame(rows)


def bayesian_mean(votes: np.ndarray, common_mean: float, weight: int = 20) -> float:
    """Votes beside ``weight`` votes of the common mean."""
    return float((weight * common_mean + votes.sum()) / (weight + len(votes)))


def _reviews(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.frame(
        "select *, reply_calendar_milliseconds as waited from core.fct_reviews"
        " where not is_bot and not is_internal"
    )


def read_statements(warehouse: Warehouse) -> pd.DataFrame:
    """The share of statements of two words or more whose sentiment was read: none yet."""
    said = warehouse.frame("select * from core.fct_feedback where not is_internal")
    said = said[said["feedback_text"].str.strip().str.contains(" ")]
    said = said.assign(channel=said["channel"].mask(said["feedback_kind"] == "review", "review"))
    cells = in_cells(said, STATEMENT_CELLS, "stated_local_date")
    return summed(cells, "K-SENT", "enriched", 0 * _ones(cells), _ones(cells))


def coverage(warehouse: Warehouse) -> pd.DataFrame:
    """K-COV: of the served touches since a touchpoint's first invitation, those asked about."""
    sent = warehouse.frame(
        "select * from core.fct_survey_invitations where horizon = 'transactional'"
        " and sent_at is not null and touchpoint is not null and not is_internal"
    )
    touches = warehouse.frame("select * from core.fct_interactions where not is_internal")
    day = pd.to_datetime(touches["started_local_date"])
    served = ~touches["outcome"].isin(NOT_SERVED) & touches["started_at"].notna()
    first_day = touches["touchpoint"].map(
        pd.to_datetime(sent.groupby("touchpoint")["sent_local_date"].min())
    )
    touches = touches[served & (day >= first_day)]
    cells = in_cells(
        touches.assign(is_asked=touches["interaction_id"].isin(_asked(touches, sent))),
        COVERAGE_CELLS,
        "started_local_date",
    )
    return summed(cells, "K-COV", "value", cells["is_asked"], _ones(cells))


def _asked(touches: pd.DataFrame, sent: pd.DataFrame) -> set[str]:
    by_person = {
        key: part.sort_values(["started_at", "interaction_id"])
        for key, part in touches.groupby(["customer_id", "touchpoint"])
    }
    asked: set[str] = set()
    sent = sent[~sent["delivery_status"].isin(["opted_out", "suppressed"])]
    for person, touchpoint, sent_at in sent[["customer_id", "touchpoint", "sent_at"]].to_numpy():
        own = by_person.get((person, touchpoint))
        if own is not None:
            started = own["started_at"]
            near = own[(started <= sent_at) & (started > sent_at - WEEK)]
            asked |= set(near["interaction_id"].tail(1))
    return asked


def blueprint(warehouse: Warehouse) -> pd.DataFrame:
    """K-BP of the steps that are measured: failures, and time over what was promised."""
    steps = {
        "support_call": (
            20_000,
            "select entered_local_date as day, outcome = 'abandoned' as failed,"
            " wait_milliseconds as lasted from core.fct_queue_entries"
            " where outcome in ('answered', 'abandoned') and not is_internal and not is_open",
        ),
        "delivery": (
            3 * DAY,
            "select delivered_local_date as day, not coalesce(is_perfect, is_on_time, true) as"
            " failed, epoch_ms(delivered_at) - epoch_ms(ordered_at) as lasted"
            " from core.fct_order_deliveries where delivered_at is not null and not is_internal",
        ),
        "ticket": (
            DAY // 6,
            "select created_local_date as day, count_reopens > 0 as failed,"
            " first_response_business_milliseconds as lasted from core.fct_tickets"
            " where first_replied_at is not null and not is_internal and not is_spam"
            " and not is_merged and not is_clock_skewed",
        ),
    }
    parts = []
    for touchpoint, (standard, query) in steps.items():
        done = warehouse.frame(query).assign(touchpoint=touchpoint)
        cells = in_cells(done, {"touchpoint": "touchpoint"}, "day")
        timed = cells[cells["lasted"].notna()]
        excess = (timed["lasted"].astype("int64") - standard).clip(lower=0)
        parts += [
            summed(cells, "K-BP", "value", cells["failed"], _ones(cells)),
            summed(timed, "K-BP", "over_standard", excess > 0, _ones(timed)),
            summed(timed, "K-BP", "excess", excess, _ones(timed)),
        ]
    return pd.concat(parts, ignore_index=True)


def dimension(indicators: Sequence[tuple[float, float, float]]) -> float:
    """A dimension of K-DIM: its indicators between their bad and their good value."""
    scores = [100 * (value - bad) / (good - bad) for value, bad, good in indicators]
    return float(np.mean(np.clip(scores, 0, 100)))


def overall(dimensions: Sequence[float]) -> float | None:
    """K-DIM of the dimensions that are measured; none of fewer than four."""
    return float(np.mean(dimensions)) if len(dimensions) >= 4 else None


def wait_excess(durations: Sequence[float], standard: float) -> tuple[float, float]:
    """K-BP of durations: the share over the standard per hundred, and the mean excess."""
    excess = np.clip(np.array(durations) - standard, 0, None)
    return 100 * float((excess > 0).mean()), float(excess.mean())


def loyalty(people: Sequence[tuple[float | None, float | None, float | None]]) -> float:
    """K-LOY of satisfaction of five, recommendation of ten and repurchase of five."""
    scores = [
        ((satisfaction - 1) / 4 + recommend / 10 + (repurchase - 1) / 4) / 3
        for satisfaction, recommend, repurchase in people
        if satisfaction is not None and recommend is not None and repurchase is not None
    ]
    return 100 * float(np.mean(scores))


def secure(people: Sequence[tuple[float | None, float | None, float | None]]) -> float:
    """K-SCI: the share of those who answered all three that gave the best mark to each."""
    complete = [answers for answers in people if None not in answers]
    return 100 * sum(answers == (5, 10, 5) for answers in complete) / len(complete)


def pyramid(people: Sequence[tuple[int, int, int]]) -> tuple[float, float, float, float]:
    """The shares that reach the levels of K-PYR, and the companion index."""
    answers = np.array(people)
    good = answers >= 4
    levels = [100 * good[:, : level + 1].all(axis=1).mean() for level in range(3)]
    index = 100 * (good.mean(axis=0) - (answers <= 2).mean(axis=0)).mean()
    return float(levels[0]), float(levels[1]), float(levels[2]), float(index)


def kano(pairs: Sequence[str]) -> dict[str, Any]:
    """K-KANO of pairs such as ``L/N``: coefficients, strengths, category, contradictions."""
    found = Counter(KANO[pair[0]][KANO_COLUMNS.index(pair[2])] for pair in pairs)
    counts = {code: found[code] for code in "MOAI"}
    base = sum(counts.values())
    ranked = sorted(counts.values(), reverse=True)
    if not base:
        return {"base": 0}
    return {
        "base": base,
        "better": (counts["A"] + counts["O"]) / base,
        "worse": -(counts["O"] + counts["M"]) / base,
        "category": max(counts, key=lambda code: counts[code]),
        "category_strength": (ranked[0] - ranked[1]) / base,
        "total_strength": 1 - counts["I"] / base,
        "contradictory": found["Q"] / len(pairs),
    }


def net_score(scores: Sequence[int]) -> float:
    """Promoters less detractors of 0 to 10, per hundred."""
    return 100 * float(np.mean([(score >= 9) - (score <= 6) for score in scores]))


def reputation(people: Sequence[Sequence[float | None]]) -> float:
    """K-REPU of up to four items of seven; three at least."""
    kept = [[item for item in person if item is not None] for person in people]
    return float(np.mean([(np.mean(items) - 1) / 6 * 100 for items in kept if len(items) >= 3]))


def comparison(own: Sequence[int], rival: Sequence[int]) -> tuple[float, float]:
    """K-COMP of classes -1, 0, 1 on both sides: the difference and its pooled error."""
    sides = [np.array(own), np.array(rival)]
    error = np.sqrt(sum(side.var() / len(side) for side in sides))
    return 100 * float(sides[0].mean() - sides[1].mean()), 100 * float(error)


def link(enps: Sequence[float], csat: Sequence[float]) -> tuple[float, float]:
    """K-EMPLINK: Pearson's and Spearman's correlation over teams."""
    return float(stats.pearsonr(enps, csat)[0]), float(stats.spearmanr(enps, csat)[0])


def _ones(cells: pd.DataFrame) -> pd.Series:
    return pd.Series(1, index=cells.index)
