"""The registry of what each KPI needs, against the lineage and against the warehouse's own SQL."""

import csv
from collections import defaultdict
from typing import Any

import pytest
import yaml

from ingestion import Home, Need
from ingestion.entities import MAPPED_STREAMS
from orchestration.lib.coverage import kpi_names, kpi_needs
from serving.wording import LABELS
from tests.factories.ablation import Ablation
from tests.factories.dbt import DBT_PROJECT

OF_SEEDS_ALONE = {"K-MAT"}
"""KPIs that no source feeds: people fill a seed."""


TOO_FEW = {
    *(("K-CYCLE", column) for column in ("closed_on", "outcome")),
    *((kpi, "ended_on") for kpi in ("K-CHURN", "K-RET")),
    ("K-ADV", "customer_number"),
    *(("K-DIM", column) for column in ("due_on", "about_number")),
}
"""KPIs and columns of which the tiny company has too little: no deal is won, no contract ends,
nobody is an advocate, every invoice is paid on time and announced."""

Case = tuple[tuple[str, tuple[str, ...]], ...]
"""What is taken away together: entities with columns."""


def parts() -> dict[tuple[str, int], list[Need]]:
    found = defaultdict(list)
    for need in kpi_needs():
        found[need.kpi_id, need.part].append(need)
    return found


def read_by(parents: dict[str, list[str]], model: str) -> set[str]:
    """Everything that a model is made of."""
    found: set[str] = set()
    waiting = [model]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def test_every_kpi_says_what_it_needs_of_entities_and_columns_that_exist() -> None:
    assert set(kpi_names()) - {need.kpi_id for need in kpi_needs()} == OF_SEEDS_ALONE
    for need in kpi_needs():
        spec = MAPPED_STREAMS[need.entity]
        names = {column.name for column in spec.columns}
        always = {*spec.key, *(column.name for column in spec.columns if column.required)}
        assert {column.partition("=")[0] for column in need.columns} <= names, need
        assert not always & set(need.columns), f"{need}: every row has it"


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
def test_everything_that_may_lack_has_a_name(language: str) -> None:
    said = yaml.safe_load(LABELS.read_text(encoding="utf-8"))[language]["coverage"]
    needs = kpi_needs()

    assert {need.entity for need in needs} <= said["entities"].keys()
    assert {column for need in needs for column in need.columns} <= said["columns"].keys()


def test_what_a_kpi_needs_stands_in_its_lineage(manifest: dict[str, Any]) -> None:
    seed = (DBT_PROJECT / "seeds" / "kpis.csv").read_text(encoding="utf-8").splitlines()
    marts = {row["kpi_id"]: row["drill_mart"] for row in csv.DictReader(seed)}
    lineage = {
        mart: read_by(manifest["parent_map"], f"model.cx_warehouse.{mart}")
        for mart in set(marts.values())
    }
    for need in kpi_needs():
        raw = f"source.cx_warehouse.raw.mapped__{need.entity}"
        assert raw in lineage[marts[need.kpi_id]], need


@pytest.mark.soak
def test_a_kpi_changes_when_anything_that_it_needs_is_taken_away(
    tiny_home: Home, manifest: dict[str, Any]
) -> None:
    ablation = Ablation(tiny_home, manifest)
    cases: dict[Case, set[str]] = defaultdict(set)
    for needs in parts().values():
        taken: list[Case] = [tuple((need.entity, need.columns) for need in needs)]
        if len(needs) == 1:
            taken = [((needs[0].entity, (column,)),) for column in needs[0].columns] or taken
        for case in taken:
            cases[case].add(needs[0].kpi_id)
    published = ablation.kpis()

    unmoved = {}
    for case, kpis in cases.items():
        things: dict[str, set[str]] = {}
        for entity, columns in case:
            things.setdefault(entity, set()).update(columns)
        shown = {
            k for k in kpis & published if not TOO_FEW & {(k, c) for _, cs in case for c in cs}
        }
        left = shown - ablation.changed(things)
        if left:
            unmoved[case] = left

    assert not unmoved
