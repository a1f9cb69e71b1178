"""What is told of whole years: retention economics and the link of answers to revenue.

After section 3 of the KPI specification, from money as ``value`` reads it. Programmes and what
they bring are in ``programs``.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from tests.kpis.reading import KEYS, Warehouse
from tests.kpis.value import money

BOUGHT = ("new", "active", "advocate", "won_back")
YEAR = pd.DateOffset(years=1)
DISCOUNT = 0.1
TOLD = [*KEYS, "value", "n"]
ENDS, STARTS = 0, 1


def lifetime_values(warehouse: Warehouse) -> pd.DataFrame:
    """K-CLV.S of every ended year, and by how much keeping more would lift it (K-RECON)."""
    rows: list[tuple[Any, ...]] = []
    for year in economics(warehouse).to_dict("records"):
        of_year = (_grain(year["grain_key"]), year["grain_key"], year["period_start"])
        for (kpi_id, statistic), value in lifetimes(year["m"], year["m_real"], year["r"]).items():
            rows.append((kpi_id, statistic, *of_year, value, year["n"]))
    return pd.DataFrame(rows, columns=TOLD)


def lifetimes(m: float, m_real: float, r: float) -> dict[tuple[str, str], float]:
    """Values of a customer who brings ``m`` a year and stays with ``r``, and their rises."""
    found = {
        ("K-CLV.S", "value"): simple_value(m, r)[ENDS],
        ("K-CLV.S", "immediate"): simple_value(m, r)[STARTS],
        ("K-CLV.S", "real"): simple_value(m_real, r)[ENDS],
        ("K-CLV.S", "immediate_real"): simple_value(m_real, r)[STARTS],
    }
    for better, statistics in (
        (r + 0.05, ("points_end", "value")),
        (r * 1.05, ("percent_end", "percent")),
    ):
        for side, statistic in enumerate(statistics):
            before = simple_value(1, r)[side]
            # Nobody can keep more than all.
            if better <= 1 and before:
                rise = 100 * (simple_value(1, better)[side] / before - 1)
                found["K-RECON", statistic] = rise
    return found


def links(warehouse: Warehouse) -> pd.DataFrame:
    """K-LINK of the years and segments with three answers or more."""
    answers = linkage(warehouse)
    cells = pd.concat(
        [answers.assign(grain_key="company"), answers.assign(grain_key=answers["segment"])]
    )
    rows: list[tuple[Any, ...]] = []
    for (key, year), own in cells.groupby(["grain_key", "year"]):
        if len(own) < 3:
            continue
        nominal, real = (fitted(own["score"], own[name]) for name in ("revenue", "revenue_real"))
        found = {
            "value": (nominal, "ratio"),
            "real": (real, "ratio"),
            "slope": (nominal, "slope"),
            "slope_real": (real, "slope"),
            "spearman": (real, "spearman"),
        }
        for statistic, (fit, name) in found.items():
            bounds = (fit["ci_low"], fit["ci_high"]) if name == "slope" else (np.nan, np.nan)
            start = pd.Timestamp(int(year), 1, 1)
            if not np.isnan(fit[name]):
                cell = ("K-LINK", statistic, _grain(key), key, start)
                rows.append((*cell, fit[name], len(own), *bounds))
    return pd.DataFrame(rows, columns=[*TOLD, "ci_low", "ci_high"])


def _grain(key: str) -> str:
    return "company" if key == "company" else "segment"


def economics(warehouse: Warehouse) -> pd.DataFrame:
    """Customers at both ends of each ended year, and what they brought, company and segments."""
    entries = money(warehouse)
    first = entries.loc[entries["kind"] != "contact", "day"].min()
    rows = []
    for year in range(first.year, warehouse.as_of.year):
        start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
        if start < first:
            continue
        begun = customers_on(warehouse, start)
        kept = set(customers_on(warehouse, end)["customer_id"])
        brought = entries[(entries["day"] >= start) & (entries["day"] < end)]
        begun["kept"] = begun["customer_id"].isin(kept)
        for name, margin, cost in (("m", "margin", "cost"), ("m_real", "margin_real", "cost_real")):
            net = (brought[margin] - brought[cost]).groupby(brought["customer_id"]).sum()
            begun[name] = begun["customer_id"].map(net).fillna(0.0)
        for key, own in [("company", begun), *begun.groupby("segment")]:
            brings = own[["m", "m_real"]].mean().to_dict()
            told = {"grain_key": key, "period_start": start, "n": len(own), "r": own["kept"].mean()}
            rows.append(told | brings)
    return pd.DataFrame(rows, columns=["grain_key", "period_start", "n", "r", "m", "m_real"])


def customers_on(warehouse: Warehouse, day: pd.Timestamp) -> pd.DataFrame:
    """Who buys or has a contract on a day, with segment and market of that day."""
    on_day = f"date '{day:%Y-%m-%d}'"
    rows = warehouse.frame(
        "select spells.customer_id, coalesce(versions.segment, 'unknown') as segment,"
        " coalesce(versions.market, 'unknown') as market from metrics.met_lifecycle_spells as"
        " spells left join core.dim_customers as versions on versions.customer_id ="
        f" spells.customer_id and versions.valid_from <= timestamp '{day}'"
        f" and versions.valid_to > timestamp '{day}' where spells.entered_on <= {on_day}"
        f" and coalesce(spells.left_on, date '9999-12-31') > {on_day}"
        f" and spells.lifecycle_state in {BOUGHT} and versions.is_internal is not true"
    )
    assert rows["customer_id"].is_unique
    return rows


def simple_value(m: float, r: float, d: float = DISCOUNT) -> tuple[float, float]:
    """K-CLV.S by adding up a thousand years: margins at the ends, and at the starts, of years."""
    years = np.arange(3000)
    kept = (r / (1 + d)) ** years
    return float(m * kept[1:].sum()), float(m * kept.sum())


def linkage(warehouse: Warehouse) -> pd.DataFrame:
    """Score and real revenue of the twelve months after, one row per person and year."""
    answers = warehouse.frame(
        "select customer_id, coalesce(segment, 'unknown') as segment, numeric_value::int as score,"
        " answered_local_date as day, answered_at, answer_id from core.fct_survey_answers"
        " where exclusion_reason is null and metric = 'nps' and horizon = 'relationship'"
        " and scale_minimum = 0 and scale_maximum = 10 and is_known_customer"
        " and numeric_value is not null order by answered_at, answer_id"
    )
    answers["day"] = pd.to_datetime(answers["day"])
    answers["year"] = answers["day"].dt.year
    answers = answers.drop_duplicates(["customer_id", "year"], keep="first")
    answers = answers[answers["day"] + YEAR < warehouse.as_of].reset_index(drop=True)
    entries = money(warehouse)
    entries = entries[entries["kind"] != "contact"]
    joined = answers.reset_index().merge(entries, on="customer_id", suffixes=("", "_of_entry"))
    later = joined["day_of_entry"]
    after = joined[(later > joined["day"]) & (later <= joined["day"] + YEAR)]
    total = after.groupby("index")[["revenue", "revenue_real"]].sum()
    return answers.join(total).fillna({"revenue": 0.0, "revenue_real": 0.0})


def fitted(scores: pd.Series, revenue: pd.Series) -> dict[str, float]:
    """K-LINK of one cell, by an independent library."""
    line = stats.linregress(scores, revenue)
    margin = stats.t.ppf(0.975, len(scores) - 2) * line.stderr
    means = {
        name: float(revenue[held].mean())
        for name, held in (("promoters", scores >= 9), ("detractors", scores <= 6))
    }
    return {
        "ratio": means["promoters"] / means["detractors"],
        "slope": float(line.slope),
        "ci_low": float(line.slope - margin),
        "ci_high": float(line.slope + margin),
        "spearman": float(stats.spearmanr(scores, revenue).statistic),
    }
