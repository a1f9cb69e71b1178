"""Truth about panels: every answer as it was given, and the KPI values of those by month."""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import (
    PANEL_ITEMS,
    STAFF_ITEMS,
    STAKEHOLDER_ITEMS,
    Column,
    Table,
    length,
    rows,
)
from ingestion.demo.truth.columns import Told
from ingestion.demo.truth.facts import COUNTED, CSAT, NPS, REPURCHASE
from ingestion.demo.truth.kpis import Grain, Measure, Values
from ingestion.demo.world import History
from ingestion.demo.world.panels import STAKEHOLDERS
from ingestion.demo.world.surveying import BEST_CSAT, BEST_NPS, NONE, RELATIONSHIP
from ingestion.demo.writers.panels import (
    PANEL_SURVEY,
    RECOVERY_SURVEY,
    STAFF_SURVEY,
    STAKEHOLDER_SURVEY,
    known,
    response_numbers,
)

ASKED = (
    ("panel", PANEL_SURVEY, PANEL_ITEMS),
    ("recoveries", RECOVERY_SURVEY, ("nps",)),
    ("staff", STAFF_SURVEY, STAFF_ITEMS),
    ("stakeholders", STAKEHOLDER_SURVEY, STAKEHOLDER_ITEMS),
)
GROUPS = (("staff", "team", config.TEAMS), ("stakeholders", "stakeholder", STAKEHOLDERS))
GOOD = 4
LEVELS = ("meetsneeds", "easy", "enjoyable")


def panel_answers(history: History) -> Told:
    """One row per answer of a panel: survey, response, question, value; and who the group is."""
    groups = {name: (column, codes) for name, column, codes in GROUPS}
    parts: list[list[pa.Array]] = []
    for name, survey, items in ASKED:
        table = known(history, name)
        group = pa.nulls(length(table), pa.string())
        if name in groups:
            column, codes = groups[name]
            group = text.chosen(codes, table[column])
        for item in items:
            given = np.flatnonzero(table[item] != NONE)
            numbers = response_numbers(survey, rows(table, given))
            same = [pa.array(np.full(len(given), value), pa.string()) for value in (survey, item)]
            parts.append(
                [same[0], numbers, same[1], pa.array(table[item][given]), group.take(given)]
            )
    names = ("survey_number", "response_number", "question_number", "numeric_value", "group")
    return {
        name: pa.concat_arrays(columns)
        for name, columns in zip(names, zip(*parts, strict=True), strict=True)
    }


def panel_kpis(history: History, answers: Table) -> Table:
    """Levels of the pyramid, loyalty and secure customers of the company."""
    values = Values()
    panel = known(history, "panel")
    panel = rows(panel, np.all([panel[level] != NONE for level in LEVELS], axis=0))
    day = text.local_day(panel["at"])
    reached = np.ones(length(panel), dtype=bool)
    for place, level in enumerate(LEVELS, start=1):
        reached = reached & (panel[level] >= GOOD)
        _add(values, f"K-PYR.L{place}", day, reached, 100.0)
    told = rows(answers, (answers["exclusion"] == COUNTED) & (answers["survey"] == RELATIONSHIP))
    person, score = _complete(told)
    day = text.local_day(person)
    nps, csat, again = score[NPS], score[CSAT], score[REPURCHASE]
    points = 25 * (csat - 1) + 10 * nps + 25 * (again - 1)
    _add(values, "K-LOY", day, points, 1 / 3)
    secure: Flags = (nps == BEST_NPS) & (csat == BEST_CSAT) & (again == BEST_CSAT)
    _add(values, "K-SCI", day, secure, 100.0)
    return values.table()


def _complete(told: Table) -> tuple[Integers, dict[int, Integers]]:
    """When each response with all three items ended, and its items."""
    asked = (NPS, CSAT, REPURCHASE)
    parts = {metric: rows(told, told["metric"] == metric) for metric in asked}
    every = parts[REPURCHASE]["row"]
    for metric in asked:
        every = np.intersect1d(every, parts[metric]["row"])
    score = {
        metric: part["value"][np.searchsorted(part["row"], every)] for metric, part in parts.items()
    }
    ended = parts[REPURCHASE]["ended_at"][np.searchsorted(parts[REPURCHASE]["row"], every)]
    return ended, score


def _add(values: Values, kpi: str, day: Integers, numerator: Column, factor: float) -> None:
    measure = Measure(
        kpi=kpi, day=day, numerator=numerator, denominator=np.ones_like(day), factor=factor
    )
    grain: Grain = ("company", ("all",), np.zeros_like(day))
    values.add(measure, [grain], ("month",))
