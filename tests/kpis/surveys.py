"""Survey KPIs from answers and invitations, after section 1 of the KPI specification."""

import pandas as pd

from tests.kpis.reading import Warehouse, in_cells, summed

CELLS: dict[str, str | None] = {
    "company": None,
    "market": "market",
    "segment": "segment",
    "survey": "survey_id",
    "touchpoint": "touchpoint",
    "channel": "channel",
}
SCORE_CELLS = CELLS | {"question": "question_id"}
HANDLER_CELLS = SCORE_CELLS | {"agent": "agent_id", "queue": "queue_id"}
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
ANSWER_WINDOW = pd.Timedelta(days=30)


def scores(warehouse: Warehouse) -> pd.DataFrame:
    """NPS, CSAT and CES by the day of the answer; horizons apart, other scales out."""
    answers = warehouse.frame(
        "select * from core.fct_survey_answers where exclusion_reason is null"
        " and numeric_value is not null"
    )
    answers = answers[pd.to_datetime(answers["answered_local_date"]) < warehouse.as_of]
    return scores_of(answers)


def scores_of(answers: pd.DataFrame) -> pd.DataFrame:
    """The same of answers that count."""
    answers = answers.assign(score=answers["numeric_value"].astype(float))
    parts = [
        *_net_score(_of(answers, "nps", "relationship"), "K-NPS", SCORE_CELLS),
        *_net_score(_of(answers, "nps", "transactional"), "K-NPS.T", HANDLER_CELLS),
        *_satisfaction(_of(answers, "csat", "transactional"), "K-CSAT", HANDLER_CELLS),
        *_satisfaction(_of(answers, "csat", "relationship"), "K-CSAT.R", SCORE_CELLS),
        *_good_or_bad(_of(answers, "csat", "transactional", (0, 1))),
        *_effort(_of(answers, "ces", "transactional")),
    ]
    return pd.concat(parts, ignore_index=True)


def _of(
    answers: pd.DataFrame, metric: str, horizon: str, scale: tuple[int, int] | None = None
) -> pd.DataFrame:
    lowest, highest = scale or SCALES[metric]
    return answers[
        (answers["metric"] == metric)
        & (answers["horizon"] == horizon)
        & (answers["scale_minimum"].astype(float) == lowest)
        & (answers["scale_maximum"].astype(float) == highest)
    ]


def _net_score(
    answers: pd.DataFrame, kpi_id: str, grains: dict[str, str | None]
) -> list[pd.DataFrame]:
    cells = in_cells(answers, grains, "answered_local_date")
    net = (cells["score"] >= 9).astype(int) - (cells["score"] <= 6).astype(int)
    return [summed(cells, kpi_id, "value", net, _ones(cells))]


def _satisfaction(
    answers: pd.DataFrame, kpi_id: str, grains: dict[str, str | None]
) -> list[pd.DataFrame]:
    cells = in_cells(answers, grains, "answered_local_date")
    one = _ones(cells)
    return [
        summed(cells, kpi_id, "value", cells["score"].isin([4, 5]), one),
        summed(cells, kpi_id, "bottom2", cells["score"].isin([1, 2]), one),
        summed(cells, kpi_id, "mean", cells["score"] * 100, one),
    ]


def _good_or_bad(answers: pd.DataFrame) -> list[pd.DataFrame]:
    cells = in_cells(answers, HANDLER_CELLS, "answered_local_date")
    return [summed(cells, "K-CSAT2", "value", cells["score"] == 1, _ones(cells))]


def _effort(answers: pd.DataFrame) -> list[pd.DataFrame]:
    cells = in_cells(answers, HANDLER_CELLS, "answered_local_date")
    one = _ones(cells)
    return [
        summed(cells, "K-CES", "mean", cells["score"] * 100, one),
        summed(cells, "K-CES", "agree", cells["score"] >= 5, one),
        summed(cells, "K-CES", "strong", cells["score"] >= 6, one),
    ]


def weighted_scores(warehouse: Warehouse) -> pd.DataFrame:
    """K-NPS.W by month: the score of every segment, weighted by its customers at the end."""
    answers = warehouse.frame(
        "select *, coalesce(market, 'unknown') as place, coalesce(segment, 'unknown') as part"
        " from core.fct_survey_answers where exclusion_reason is null"
        " and numeric_value is not null"
    )
    answers = answers[pd.to_datetime(answers["answered_local_date"]) < warehouse.as_of]
    answers = _of(answers, "nps", "relationship")
    answers["score"] = answers["numeric_value"].astype(float)
    cells = in_cells(answers, {"company": None, "market": "place"}, "answered_local_date")
    rows = []
    for (grain, key, start), cell in cells.groupby(["grain_name", "grain_key", "period_start"]):
        end = min(start + pd.offsets.MonthBegin(1), warehouse.as_of)
        weights = customers_by_segment(warehouse, end, None if grain == "company" else key)
        value, effective_n, spoken_for, n = weighted(cell, weights)
        shown = {"value": value, "effective_n": effective_n, "spoken_for": spoken_for}
        rows += [
            {
                "kpi_id": "K-NPS.W",
                "statistic": statistic,
                "grain_name": grain,
                "grain_key": key,
                "period_start": start,
                "value": number,
                "n": n,
            }
            for statistic, number in shown.items()
            if n
        ]
    return pd.DataFrame(rows)


def weighted(cell: pd.DataFrame, weights: dict[str, int]) -> tuple[float, float, float, int]:
    """Score, effective answers, share of customers spoken for and answers of one cell.

    A segment without an answer is spoken for by the one before it in ``weights``.
    """
    answered = [part for part in weights if (cell["part"] == part).any()]
    spoken: dict[str, int] = dict.fromkeys(answered, 0)
    silent = 0
    for position, (part, customers) in enumerate(weights.items()):
        before = [name for name in list(weights)[: position + 1] if name in spoken]
        speaker = before[-1] if before else next(iter(answered), None)
        silent += 0 if part in spoken else customers
        if speaker is not None:
            spoken[speaker] += customers
    total = sum(spoken.values())
    score, squares, n = 0.0, 0.0, 0
    for part, customers in spoken.items():
        own = cell.loc[cell["part"] == part, "score"]
        share = customers / total
        score += share * 100 * ((own >= 9).mean() - (own <= 6).mean())
        squares += share * share / len(own)
        n += len(own)
    return score, 1 / squares if squares else 0.0, 100 * silent / max(total, 1), n


def customers_by_segment(
    warehouse: Warehouse, end: pd.Timestamp, market: str | None = None
) -> dict[str, int]:
    """How many customers each segment has at the end of a period, in the order of segments."""
    rows = warehouse.frame(
        f"""
        select coalesce(segment, 'unknown') as part, count(*) as customers
        from core.dim_customers
        left join core.dim_labels
            on dim_labels.domain = 'segment' and dim_labels.code = dim_customers.segment
        where not is_internal and valid_from < timestamp '{end}' and valid_to >= timestamp '{end}'
            and coalesce(created_at < timestamp '{end}', true)
            {"" if market is None else f"and coalesce(market, 'unknown') = '{market}'"}
        group by part
        order by coalesce(min(sort_order), 1000), part
        """
    )
    return dict(zip(rows["part"], rows["customers"].astype(int), strict=True))


def response_rates(warehouse: Warehouse) -> pd.DataFrame:
    """K-RR by the day of sending; a cohort counts when its answer window is over."""
    sent = warehouse.frame(
        "select * from core.fct_survey_invitations where not is_internal"
        " and sent_local_date is not null"
    )
    sent["delivery_status"] = sent["delivery_status"].fillna("sent")
    sent = sent[sent["delivery_status"].isin(["sent", "delivered", "bounced", "blocked"])]
    day = pd.to_datetime(sent["sent_local_date"])
    sent = sent[day < warehouse.as_of].assign(is_mature=day + ANSWER_WINDOW <= warehouse.as_of)
    parts = []
    for kpi_id, horizon in (("K-RR", "transactional"), ("K-RR.R", "relationship")):
        parts += _funnel(sent[sent["horizon"] == horizon], kpi_id)
    return pd.concat(parts, ignore_index=True)


def _funnel(sent: pd.DataFrame, kpi_id: str) -> list[pd.DataFrame]:
    cells = in_cells(sent, CELLS, "sent_local_date")
    bounced = cells["delivery_status"] == "bounced"
    final = cells["is_mature"]
    delivered = cells["delivery_status"].isin(["sent", "delivered"]) & final
    completed = delivered & cells["is_completed"]
    started = delivered & (cells["is_started"] | cells["is_completed"])
    return [
        summed(cells, kpi_id, "value", completed, delivered),
        summed(cells, kpi_id, "bounce", bounced, _ones(cells)),
        summed(cells, kpi_id, "start", started, delivered),
        summed(cells, kpi_id, "completion", completed, started),
        summed(cells, kpi_id, "partial", started & ~completed, delivered),
    ]


def _ones(cells: pd.DataFrame) -> pd.Series:
    return pd.Series(1, index=cells.index)
