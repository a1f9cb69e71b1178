"""What the pages for people promise exists."""

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not {".venv", "var", "target"} & set(page.relative_to(ROOT).parts)
)
NAMED = """
    acquisition_source action_today advocacy agent_day agent_scorecard backlog_day billing
    brand_perception call ccm_delivery ces channel_mix churn churn_risk closed_loop clv cohort
    competitor consent_state contact_center content_rating csat customer_360 customer_timeline
    cx_dimensions cx_kpi cx_kpi_history cx_maturity cx_pyramid digital_ease dq_health drivers
    emotion employee employee_cx_link exec_scorecard expectation_gap finance_cx financial_linkage
    identity_health issue journey_funnel journey_map kano lead_score lifecycle_state
    lookup_by_phone loyalty mrr needs next_need nps onboarding ops_kpi owner_performance
    pain_points persona pipeline preference priorities process product_quality punctuality
    purchase_funnel quality recording renewals reputation response_time retention
    retention_economics rfm role_* satisfaction_loyalty segment sentiment service_blueprint
    service_level_variants source_coverage survey_answer survey_coverage survey_response ticket
    touchpoint_score treatment voc voc_by_source wallet
"""
"""Every mart that the specification names, without its prefix."""
HOSTS = re.compile(r"//[a-z0-9.-]*(pypi|pythonhosted|npmjs|debian)[a-z0-9.-]*\.(org|com|net)")


def test_the_readme_names_every_published_mart(manifest: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    marts = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith("mart_")
    ]
    by_period = re.compile(r"mart_cx_kpi_(day|week|month|jalali_month|quarter|year)")
    missing = [name for name in marts if f"`{name}`" not in readme and not by_period.match(name)]
    assert not missing


def test_every_mart_of_the_specification_is_published_or_accounted_for(
    manifest: dict[str, Any],
) -> None:
    readme = (ROOT / "dbt_project" / "README.md").read_text(encoding="utf-8")
    listed = readme.split("| Named | Look in | Why |\n|---|---|---|\n")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in listed.splitlines()]
    left_out = {name for row in rows for name in re.findall(r"`(.+?)`", row[0])}
    pointed_at = {name for row in rows for name in re.findall(r"`(mart_.+?)`", row[1])}
    published = {
        node["name"] for node in manifest["nodes"].values() if node.get("access") == "public"
    } | {"mart_dq_health"}

    wanted = {f"mart_{name}" for name in NAMED.split()} | {"export_crm_cx_fields"}
    assert wanted - published == left_out
    assert pointed_at <= published
    assert all(row[2] for row in rows)


def test_every_published_model_says_which_questions_it_answers(manifest: dict[str, Any]) -> None:
    silent = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["name"].startswith("mart_")
        and not _are_questions(node["config"]["meta"].get("questions"))
    ]
    assert not silent


def _are_questions(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(text, str) for text in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    broken = [target for target in targets if not (page.parent / target).exists()]
    assert not broken


def test_no_file_names_a_registry_host() -> None:
    names = ["pyproject.toml", "Makefile", "requirements.lock", "requirements-dev.lock", ".ci/run"]
    offenders = [
        str(path)
        for path in [*PAGES, *(ROOT / name for name in names)]
        if HOSTS.search(path.read_text(encoding="utf-8"))
    ]
    assert not offenders
