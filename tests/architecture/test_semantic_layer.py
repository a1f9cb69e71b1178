"""Metrics are the registry's KPIs over published tables; what is none is told with its reason."""

import re
from typing import Any

import pytest

from ingestion.settings import PROJECT_ROOT
from tests.factories.dbt import seed_rows

PAGE = PROJECT_ROOT / "docs" / "metrics.md"
DECLARED = ("definition_version", "unit", "direction")


@pytest.fixture(scope="module")
def kpis() -> dict[tuple[str, str], dict[str, str]]:
    """Every KPI statistic in its latest definition."""
    rows = sorted(seed_rows("kpis"), key=lambda row: int(row["definition_version"]))
    return {(row["kpi_id"], row["statistic"]): row for row in rows}


@pytest.fixture(scope="module")
def metrics(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics that are KPIs; the others are their parts."""
    return [
        metric for metric in manifest["metrics"].values() if "kpi_id" in metric["config"]["meta"]
    ]


def key(metric: dict[str, Any]) -> tuple[str, str]:
    return metric["config"]["meta"]["kpi_id"], metric["config"]["meta"]["statistic"]


def test_every_headline_is_a_metric_or_is_told_to_be_none(
    kpis: dict[tuple[str, str], dict[str, str]], metrics: list[dict[str, Any]]
) -> None:
    told = re.findall(
        r"^\| (K-[\w.]+) \| (\w+) \| \w.*\. \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    are = {key(metric) for metric in metrics}
    headlines = {name for name, row in kpis.items() if row["is_headline"] == "true"}

    assert len(told) == len(set(told))
    assert not are & set(told)
    assert headlines - are == set(told)


def test_a_metric_says_of_its_kpi_what_the_registry_says(
    kpis: dict[tuple[str, str], dict[str, str]], metrics: list[dict[str, Any]]
) -> None:
    for metric in metrics:
        kpi, meta = kpis[key(metric)], metric["config"]["meta"]
        assert {name: str(meta[name]) for name in DECLARED} == {n: kpi[n] for n in DECLARED}
        assert metric["label"] in (kpi["name_en"], f"{kpi['name_en']}, by queue")
        assert metric["description"].startswith(kpi["question"])
        for name in ("grains", "period_types"):
            assert set(meta[name].split("|")) <= set(kpi[name].split("|")), metric["name"]


def test_no_two_metrics_are_the_same_kpi_in_one_grain(metrics: list[dict[str, Any]]) -> None:
    cells = [
        (*key(metric), grain)
        for metric in metrics
        for grain in metric["config"]["meta"]["grains"].split("|")
    ]
    assert len(cells) == len(set(cells))


def test_metrics_are_made_of_published_tables_cut_by_the_grains_of_the_registry(
    manifest: dict[str, Any],
) -> None:
    grains = {row["grain_name"] for row in seed_rows("kpi_grains")}
    for model in manifest["semantic_models"].values():
        (table,) = model["depends_on"]["nodes"]
        assert manifest["nodes"][table]["access"] == "public", model["name"]
        foreign = {entity["name"] for entity in model["entities"] if entity["type"] == "foreign"}
        assert foreign <= grains, model["name"]
        assert model["description"].startswith("One row per"), model["name"]


def test_every_part_of_a_metric_is_described(manifest: dict[str, Any]) -> None:
    assert not [m["name"] for m in manifest["metrics"].values() if not m["description"]]
