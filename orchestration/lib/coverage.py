"""What the configured sources unlock: the registry of needs against what the sources fill.

The registry is a seed of ``dbt_project``; comparing belongs in ``ingestion``, words in ``serving``.
"""

import csv
from pathlib import Path

from ingestion import Gap, Need, Sources, coverage, filled
from orchestration.lib.environment import DBT_PROJECT
from serving import Lack, Unlocked

SEEDS = DBT_PROJECT / "seeds"
LANGUAGES = ("en", "fa", "ru")


def unlocked_by(sources: Sources) -> Unlocked:
    """The KPIs that ``sources`` allow, and what would allow more.

    Raises:
        ConfigurationError: a setting that is not allowed.
    """
    names = kpi_names()
    found = coverage(kpi_needs(), filled(sources))
    needless = [kpi for kpi in names if kpi not in found.gaps]
    return Unlocked(
        computable=tuple(needless),
        lacks={kpi: _lacks(gaps) for kpi, gaps in found.gaps.items()},
        additions=tuple((_lacks(one.gaps), one.kpis) for one in found.additions),
        names=names,
    )


def kpi_needs() -> list[Need]:
    """The registry of needs."""
    return [
        Need(
            kpi_id=row["kpi_id"],
            part=int(row["part"]),
            entity=row["entity"],
            columns=tuple(filter(None, row["column_names"].split("|"))),
        )
        for row in _rows("kpi_needs.csv")
    ]


def kpi_names() -> dict[str, dict[str, str]]:
    """Every KPI with the names of its headline, by language."""
    names: dict[str, dict[str, str]] = {}
    for row in _rows("kpis.csv"):
        if row["kpi_id"] not in names or row["is_headline"] == "true":
            names[row["kpi_id"]] = {language: row[f"name_{language}"] for language in LANGUAGES}
    return names


def _rows(name: str) -> list[dict[str, str]]:
    with Path(SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _lacks(gaps: tuple[Gap, ...]) -> tuple[Lack, ...]:
    return tuple(Lack(gap.entity, gap.columns, gap.is_new) for gap in gaps)
