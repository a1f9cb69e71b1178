"""Every code and key of the published tables has a name in three languages or a dimension."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kpis.reading import Warehouse

DOMAINS = {
    "acquisition_source": "acquisition_source",
    "age_band": "age_band",
    "attribute": "bias_attribute",
    "behavior_channel": "channel",
    "calendar": "calendar",
    "channel": "channel",
    "channel_family": "channel_family",
    "connector": "connector",
    "consent_status": "consent_status",
    "currency_code": "currency",
    "dimension": "statistic",
    "dimension_rating": "dimension_rating",
    "discipline": "cx_discipline",
    "evaluation_mode": "evaluation_mode",
    "exclusion_reason": "exclusion_reason",
    "family": "family",
    "feedback_kind": "feedback_kind",
    "grain_name": "grain",
    "horizon": "horizon",
    "invoice_status": "invoice_status",
    "journey": "journey",
    "kano_category": "kano_category",
    "kind": "kind",
    "lane": "blueprint_lane",
    "language": "language",
    "last_channel": "channel",
    "lifecycle_state": "lifecycle_state",
    "linked_by": "identity_link",
    "market": "market",
    "metric": "metric",
    "movement": "mrr_movement",
    "movement_real": "mrr_movement",
    "outcome": "outcome",
    "owner": "owner",
    "payment_channel": "channel",
    "period_type": "period_type",
    "preference_source": "preference_source",
    "preferred_channel": "channel",
    "previous_lifecycle_state": "lifecycle_state",
    "priority": "priority",
    "purpose": "purpose",
    "reason": "reason",
    "renewal_timeliness": "renewal_timeliness",
    "reporting_currency_code": "currency",
    "risk_band": "risk_band",
    "score_class": "score_class",
    "segment": "segment",
    "sentiment": "sentiment",
    "stage": "stage",
    "stage_code": "journey_stage",
    "stakeholder": "stakeholder",
    "state_cause": "state_cause",
    "stated_channel": "channel",
    "statistic": "statistic",
    "purchase_step": "purchase_step",
    "step": "blueprint_step",
    "subscription_state": "subscription_state",
    "suggested_step": "suggested_step",
    "supported_by": "blueprint_step",
    "touchpoint": "touchpoint",
    "touchpoint_family": "touchpoint_family",
    "trend": "trend",
    "unit": "unit",
    "week_start": "week_start",
}
"""The list of codes that a column holds; ``direction`` and ``status`` depend on the table."""
OF_KPIS = {"direction": "direction", "status": "status"}
OF_CALLS = {"direction": "call_direction"}
OF_SOURCES = {"status": "source_status"}
OF_TICKETS = {"status": "ticket_status"}
OF_CASES = {"status": "case_status"}
DIMENSIONS = {
    "agent_id": ("dim_agents", "agent_id"),
    "driver_question_id": ("dim_questions", "question_id"),
    "evaluator_agent_id": ("dim_agents", "agent_id"),
    "first_evaluator_agent_id": ("dim_agents", "agent_id"),
    "first_queue_id": ("dim_queues", "queue_id"),
    "kpi_id": ("dim_kpi", "kpi_id"),
    "last_queue_id": ("dim_queues", "queue_id"),
    "outcome_question_id": ("dim_questions", "question_id"),
    "question_id": ("dim_questions", "question_id"),
    "queue_id": ("dim_queues", "queue_id"),
    "schedule_id": ("dim_business_hours", "schedule_id"),
    "second_evaluator_agent_id": ("dim_agents", "agent_id"),
    "source_id": ("dim_sources", "source_id"),
    "survey_id": ("dim_surveys", "survey_id"),
    "team_id": ("dim_teams", "team_id"),
}
TEXTS = {
    "account_id", "agent_number", "agent_version_id", "answer_id", "answer_text", "aspect",
    "case_id", "choice_code", "closes_at", "company_key", "competitor", "component_set",
    "base_expression", "numerator_expression",
    "contact_id", "country_code", "customer_id", "display_format", "drill_filter", "drill_mart",
    "evaluation_id", "feature", "feedback_id", "feedback_text", "first_interaction_id",
    "grain_key", "grains", "group_code", "holiday_country", "interaction_id", "invitation_id",
    "invoice_id", "issue_id", "last_interaction_id", "location", "menu", "merged_into_ticket_id",
    "model_version", "node", "opens_at", "opportunity_id", "order_id", "owner_id", "page",
    "period_types", "product_name", "quadrant", "question", "question_number", "question_text",
    "queue_day_id", "queue_name", "renewal_id", "response_id", "review_id", "run_id",
    "source_record_id", "subscription_id", "survey_name", "survey_number", "task", "team_name",
    "template_name", "template_version", "theme", "ticket_id", "time_zone", "version",
}  # fmt: skip
"""Names, numbers, texts and keys of single records, which no dimension explains."""
LANGUAGES = ("_en", "_fa", "_ru")


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


@pytest.fixture(scope="module")
def text_columns(manifest: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Schema, table and name of every text column that readers see."""
    return [
        (node["schema"], node["name"], column["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node.get("access") == "public"
        and node["name"] != "dim_labels"
        for column in node["columns"].values()
        if column["data_type"] == "varchar" and not column["name"].endswith(LANGUAGES)
    ]


def _domain(table: str, column: str) -> str | None:
    if table in ("mart_call", "mart_customer_timeline"):
        return (DOMAINS | OF_CALLS).get(column)
    if table == "mart_ticket":
        return (DOMAINS | OF_TICKETS).get(column)
    if table in ("mart_closed_loop", "mart_action_today"):
        return (DOMAINS | OF_CASES).get(column)
    if table == "dim_sources":
        return (DOMAINS | OF_SOURCES).get(column)
    return (DOMAINS | OF_KPIS).get(column)


def test_every_text_column_is_a_code_a_key_or_plain_text(
    text_columns: list[tuple[str, str, str]],
) -> None:
    unexplained = [
        (table, column)
        for _, table, column in text_columns
        if _domain(table, column) is None and column not in DIMENSIONS.keys() | TEXTS
    ]
    assert not unexplained


@pytest.fixture(scope="module")
def values(
    built: Warehouse, text_columns: list[tuple[str, str, str]]
) -> dict[tuple[str, str], set[str]]:
    """What stands in each column of codes or keys, table by table."""
    columns: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in text_columns:
        # One view per period type repeats mart_cx_kpi.
        is_repeated = table.startswith("mart_cx_kpi_") and table != "mart_cx_kpi_history"
        if not is_repeated and (_domain(table, column) or column in DIMENSIONS):
            columns.setdefault((schema, table), []).append(column)
    found: dict[tuple[str, str], set[str]] = {}
    for (schema, table), names in columns.items():
        lists = ", ".join(f"list(distinct {name}) as {name}" for name in names)
        row = built.frame(f"select {lists} from {schema}.{table}").iloc[0]
        for name in names:
            held = row[name] if isinstance(row[name], np.ndarray | list) else ()
            found[table, name] = {value for value in held if value is not None}
    return found


def test_every_code_has_a_name_in_three_languages(
    built: Warehouse, values: dict[tuple[str, str], set[str]]
) -> None:
    labels = built.frame("select * from core.dim_labels")
    named = labels[labels[["name_en", "name_fa", "name_ru"]].notna().all(axis=1)]
    codes = set(zip(named["domain"], named["code"], strict=True))
    nameless = [
        (table, column, code)
        for (table, column), held in values.items()
        if (domain := _domain(table, column)) is not None
        for code in held
        if (domain, code) not in codes
    ]
    assert not nameless


def test_every_key_stands_in_its_dimension(
    built: Warehouse, values: dict[tuple[str, str], set[str]]
) -> None:
    known = {
        (dimension, key): set(built.frame(f"select {key} from core.{dimension}")[key])
        for dimension, key in set(DIMENSIONS.values())
    }
    strays = [
        (table, column, key)
        for (table, column), held in values.items()
        if column in DIMENSIONS and _domain(table, column) is None
        for key in held - known[DIMENSIONS[column]]
    ]
    assert not strays


def test_the_dimensions_of_the_keys_are_published(manifest: dict[str, Any]) -> None:
    public = {node["name"] for node in manifest["nodes"].values() if node.get("access") == "public"}
    wanted = {dimension for dimension, _ in DIMENSIONS.values()}
    assert wanted | {"dim_labels", "dim_calendar"} <= public
