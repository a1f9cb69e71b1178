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
    "cause": "alert_cause",
    "channel": "channel",
    "channel_family": "channel_family",
    "comparison_class": "treatment_class",
    "competitor": "competitor",
    "connector": "connector",
    "consent_status": "consent_status",
    "currency_code": "currency",
    "departure_reason": "departure_reason",
    "dimension": "statistic",
    "dimension_rating": "dimension_rating",
    "discipline": "cx_discipline",
    "estimation_status": "estimation_status",
    "evaluation_mode": "evaluation_mode",
    "exclusion_reason": "exclusion_reason",
    "family": "family",
    "feature": "feature",
    "feedback_kind": "feedback_kind",
    "goal": "goal",
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
    "line_of_business": "line_of_business",
    "linked_by": "identity_link",
    "location": "location",
    "market": "market",
    "menu": "menu_node",
    "metric": "metric",
    "movement": "mrr_movement",
    "movement_real": "mrr_movement",
    "node": "menu_node",
    "need": "need",
    "organizational_unit": "organizational_unit",
    "outcome": "outcome",
    "owner": "owner",
    "page": "page",
    "payment_channel": "channel",
    "parent_unit": "organizational_unit",
    "period_type": "period_type",
    "persona": "persona",
    "preference_source": "preference_source",
    "preferred_channel": "channel",
    "previous_lifecycle_state": "lifecycle_state",
    "priority": "priority",
    "program": "program",
    "purpose": "purpose",
    "queue_name": "queue",
    "reason": "reason",
    "renewal_timeliness": "renewal_timeliness",
    "region": "organizational_unit",
    "reporting_currency_code": "currency",
    "risk_band": "risk_band",
    "rule_code": "reason",
    "score_class": "score_class",
    "segment": "segment",
    "sentiment": "sentiment",
    "probability_status": "probability_status",
    "stage": "stage",
    "stage_code": "journey_stage",
    "stakeholder": "stakeholder",
    "theme": "theme",
    "theme_kind": "theme_kind",
    "theme_source": "theme_source",
    "state_cause": "state_cause",
    "stated_channel": "channel",
    "statistic": "statistic",
    "purchase_step": "purchase_step",
    "step": "blueprint_step",
    "subscription_state": "subscription_state",
    "suggested_step": "suggested_step",
    "supported_by": "blueprint_step",
    "task": "task",
    "team_name": "team",
    "template_name": "template",
    "touchpoint": "touchpoint",
    "touchpoint_family": "touchpoint_family",
    "treatment_class": "treatment_class",
    "trend": "trend",
    "unit": "unit",
    "unit_kind": "unit_kind",
    "week_start": "week_start",
    "worst_grain_name": "grain",
}
"""The list of codes that a column holds; ``direction`` and ``status`` depend on the table."""
OF_KPIS = {"direction": "direction", "status": "status"}
OF_CALLS = {"direction": "call_direction"}
OF_SOURCES = {"status": "source_status"}
OF_TICKETS = {"status": "ticket_status"}
OF_CASES = {"status": "case_status"}
DIMENSIONS = {
    "account_id": ("dim_accounts_current", "account_id"),
    "agent_id": ("dim_agents_current", "agent_id"),
    "agent_version_id": ("dim_agents", "agent_version_id"),
    "because_of_product_name": ("dim_products_current", "product_name"),
    "customer_id": ("dim_customers_current", "customer_id"),
    "driver_question_id": ("dim_questions", "question_id"),
    "evaluator_agent_id": ("dim_agents_current", "agent_id"),
    "first_evaluator_agent_id": ("dim_agents_current", "agent_id"),
    "first_queue_id": ("dim_queues", "queue_id"),
    "grain_key": ("dim_grain_keys", "grain_key"),
    "kpi_id": ("dim_kpi", "kpi_id"),
    "last_queue_id": ("dim_queues", "queue_id"),
    "outcome_question_id": ("dim_questions", "question_id"),
    "owner_id": ("dim_grain_keys", "grain_key"),
    "product_name": ("dim_products_current", "product_name"),
    "question_id": ("dim_questions", "question_id"),
    "queue_id": ("dim_queues", "queue_id"),
    "schedule_id": ("dim_business_hours", "schedule_id"),
    "second_evaluator_agent_id": ("dim_agents_current", "agent_id"),
    "source_id": ("dim_sources", "source_id"),
    "survey_id": ("dim_surveys", "survey_id"),
    "survey_name": ("dim_surveys", "survey_name"),
    "team_id": ("dim_teams", "team_id"),
    "worst_grain_key": ("dim_grain_keys", "grain_key"),
}
CONFORMED = {
    "channel": ("dim_channels", "channel"),
    "competitor": ("dim_competitors", "competitor"),
    "organizational_unit": ("dim_organizational_units", "organizational_unit"),
    "segment": ("dim_segments", "segment"),
    "stakeholder": ("dim_stakeholders", "stakeholder"),
    "touchpoint": ("dim_touchpoints", "touchpoint"),
}
"""Lists of codes that are dimensions too: a BI tool joins them and must lose no row."""
RECORDS = {
    "answer_id": ("mart_survey_answer", "answer_id"),
    "case_id": ("mart_closed_loop", "case_id"),
    "case_number": ("mart_action_case", "case_number"),
    "contact_id": ("mart_call", "contact_id"),
    "evaluation_id": ("mart_qa_evaluation", "evaluation_id"),
    "feedback_id": ("mart_voc", "feedback_id"),
    "first_interaction_id": ("mart_customer_timeline", "interaction_id"),
    "interaction_id": ("mart_customer_timeline", "interaction_id"),
    "invoice_id": ("mart_billing", "invoice_id"),
    "issue_id": ("mart_issue", "issue_id"),
    "last_interaction_id": ("mart_customer_timeline", "interaction_id"),
    "merged_into_ticket_id": ("mart_ticket", "ticket_id"),
    "opportunity_id": ("mart_pipeline", "opportunity_id"),
    "recorded_case_id": ("mart_closed_loop", "case_id"),
    "renewal_id": ("mart_renewals", "renewal_id"),
    "review_id": ("mart_review", "review_id"),
    "ticket_id": ("mart_ticket", "ticket_id"),
}
"""Keys of single records, and the published table that has the record's row."""
TEXTS = {
    "agent_number", "alert_id", "answer_text", "aspect", "base_expression", "choice_code",
    "closes_at", "company_key", "component_set", "country_code", "display_format",
    "drill_filter", "drill_mart", "feedback_text", "grains", "group_code", "holiday_country",
    "industry", "invitation_id", "model_version", "numerator_expression", "opens_at",
    "order_id", "path", "period_types", "product_id", "product_line", "quadrant", "question",
    "question_number", "question_text", "queue_day_id", "record_id", "response_id", "run_id",
    "source_record_id", "statement_id", "subscription_id", "survey_number", "template_version",
    "themes", "time_zone", "version",
}  # fmt: skip
"""Numbers, texts, and keys of records that no table of their own is published for."""
KEYS = DIMENSIONS | RECORDS
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
    if table in ("mart_closed_loop", "mart_action_today", "mart_action_case"):
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
        if _domain(table, column) is None and column not in KEYS.keys() | TEXTS
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
        if not is_repeated and (_domain(table, column) or column in KEYS):
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
    built: Warehouse, values: dict[tuple[str, str], set[str]], schemas: dict[str, str]
) -> None:
    known = {
        (table, key): set(built.frame(f"select {key} from {schemas[table]}.{table}")[key])
        for table, key in set(KEYS.values())
    }
    persons = (
        "select customer_id from core.dim_customer_identities where not is_known "
        "union select customer_id from core.fct_interactions where is_anonymous"
    )
    # Who never had a customer record has nothing that a dimension could tell.
    known[KEYS["customer_id"]] |= set(built.frame(persons)["customer_id"])
    # What a rule suggests is a case that no system holds yet.
    known[KEYS["case_id"]] |= known[KEYS["case_number"]]
    # A target for every key of its grain.
    known[KEYS["grain_key"]].add("*")
    strays = [
        (table, column, key)
        for (table, column), held in values.items()
        if column in KEYS and _domain(table, column) is None
        for key in held - known[KEYS[column]]
    ]
    assert not strays


def test_every_code_of_a_conformed_dimension_stands_in_it(
    built: Warehouse, values: dict[tuple[str, str], set[str]], schemas: dict[str, str]
) -> None:
    known = {
        domain: set(built.frame(f"select {key} from {schemas[table]}.{table}")[key])
        for domain, (table, key) in CONFORMED.items()
    }
    strays = [
        (table, column, code)
        for (table, column), held in values.items()
        if (domain := _domain(table, column)) in CONFORMED
        for code in held - known[domain]
    ]
    assert not strays
    can_be_unknown = ("channel", "segment", "stakeholder", "touchpoint")
    assert all("unknown" in known[domain] for domain in can_be_unknown)


def test_every_key_of_the_kpis_is_named_in_each_script(built: Warehouse) -> None:
    nameless = built.frame(
        """
        select distinct grain_name, grain_key, grain_label_fa, grain_label_ru
        from marts.mart_cx_kpi
        where grain_label_en is null
            or not coalesce(regexp_matches(grain_label_fa, '[\u0600-\u06ff]'), false)
            or not coalesce(regexp_matches(grain_label_ru, '[\u0400-\u04ff]'), false)
        """
    )
    assert nameless.empty, nameless.to_string()


def test_every_dimension_is_published_and_joins_row_by_row(
    built: Warehouse, manifest: dict[str, Any], schemas: dict[str, str]
) -> None:
    models = {node["name"]: node for node in manifest["nodes"].values()}
    wanted = {table for table, _ in KEYS.values()} | {"dim_labels", "dim_calendar"}
    assert not [name for name in wanted if models[name].get("access") != "public"]
    # These tell a period or a day of the key; the grain of a value says which key is meant.
    apart = {"dim_business_hours", "dim_kpi", "dim_grain_keys"}
    doubled = [
        (table, key)
        for table, key in set(KEYS.values())
        if table not in apart
        and built.frame(f"select {key} from {schemas[table]}.{table}")[key].duplicated().any()
    ]
    assert not doubled


@pytest.fixture(scope="module")
def schemas(manifest: dict[str, Any]) -> dict[str, str]:
    """The schema of every model."""
    return {
        node["name"]: node["schema"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
