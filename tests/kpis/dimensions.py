"""K-DIM: the six dimensions of an experience, from second computations of their indicators.

After section 5 of the KPI specification. Which indicator belongs where, and its anchors, are
declarations of the company (seed ``dimension_indicators``); nothing published is read.
"""

from typing import Any

import pandas as pd

from tests.kpis import contact_rates, methods
from tests.kpis.billing import invoices, renewals
from tests.kpis.communications import messages
from tests.kpis.contact_center import counts_and_means
from tests.kpis.issues import followed_contacts
from tests.kpis.reading import KEYS, Compute, Warehouse, computed
from tests.kpis.service_desk import shares_and_means

INDICATORS: dict[tuple[str, str], Compute] = {
    ("K-RATE", "reply"): methods.ratings,
    ("K-PERS", "value"): messages,
    ("K-PREFM", "value"): messages,
    ("K-FCR", "value"): followed_contacts,
    ("K-SLA", "value"): shares_and_means,
    ("K-XFER", "value"): counts_and_means,
    ("K-NOTICE.I", "value"): invoices,
    ("K-NOTICE.R", "value"): renewals,
    ("K-COMPL", "acknowledged"): contact_rates.acknowledged,
}
"""Of the company as a whole; sentiment waits for a reader of words and is not told here."""


def dimensions(warehouse: Warehouse) -> pd.DataFrame:
    """Each dimension that has an indicator, and their mean, of the company by month."""
    declared = warehouse.frame("select * from seeds.dimension_indicators")
    anchored: dict[tuple[str, pd.Timestamp], list[tuple[float, float, float]]] = {}
    for row in declared.itertuples():
        for start, share in _shares(warehouse, (row.kpi_id, row.statistic)).items():
            told = (share, float(row.anchor_bad), float(row.anchor_good))
            anchored.setdefault((row.dimension, start), []).append(told)
    scores = {key: methods.dimension(told) for key, told in anchored.items()}
    rows: list[tuple[Any, ...]] = [
        (name, "company", "company", start, score) for (name, start), score in scores.items()
    ]
    for start in {start for _, start in scores}:
        known = [score for (_, month), score in scores.items() if month == start]
        whole = methods.overall(known)
        if whole is not None:
            rows.append(("value", "company", "company", start, whole))
    return pd.DataFrame(rows, columns=[*KEYS[1:], "value"]).assign(kpi_id="K-DIM")


def _shares(warehouse: Warehouse, pair: tuple[str, str]) -> dict[pd.Timestamp, float]:
    """The indicator in percent by month, where it has a base."""
    if pair not in INDICATORS:
        return {}
    parts = computed(INDICATORS[pair], warehouse)
    own = parts[(parts["kpi_id"] == pair[0]) & (parts["statistic"] == pair[1])]
    own = own[(own["grain_name"] == "company") & (own["denominator"] > 0)]
    share = 100 * own["numerator"].astype(float) / own["denominator"].astype(float)
    return dict(zip(own["period_start"], share, strict=True))
