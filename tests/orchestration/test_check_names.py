"""Checks have short names and say what they check."""

from typing import Any

import pytest

from orchestration.lib.check_names import with_plain_checks


def data_test(rule: str | None, **more: Any) -> dict[str, Any]:
    arguments = more.pop("arguments", {})
    metadata = {"name": rule, "kwargs": arguments} if rule else None
    node = {"resource_type": "test", "name": "long", "attached_node": "m", "meta": {}}
    return node | {"test_metadata": metadata, "column_name": arguments.get("column_name")} | more


TABLE = {"key": ["a", "b"], "not_null": ["c"], "accepted_values": {"d": ["x", "y"]}}
RANGES = {"ranges": {"e": [0, None], "f": [None, 9], "g": [0, 100]}}
FOUND = {"column_name": "agent_id", "to": "ref('dim_agents')", "field": "agent_id"}


@pytest.mark.parametrize(
    ("node", "name", "description"),
    [
        (
            data_test("assert_table", arguments=TABLE | RANGES),
            "key_and_values",
            "One row per a, b, which are never empty. Never empty: c. d is one of x, y. e is at "
            "least 0. f is at most 9. g is from 0 to 100.",
        ),
        (
            data_test("relationships", arguments=FOUND),
            "refers_agent_id",
            "Every agent_id is found in dim_agents.agent_id.",
        ),
        (
            data_test("has_known_codes", arguments=FOUND | {"among": "domain = 'x'"}),
            "known_codes_agent_id",
            "Every agent_id is found in dim_agents.agent_id where domain = 'x'.",
        ),
        (
            data_test("assert_counts_add_up", arguments={"parts": ["a", "b"], "total": "c"}),
            "counts_add_up",
            "a + b make c in every row.",
        ),
        (
            data_test("unique", arguments={"column_name": "a"}),
            "unique_a",
            "No a stands twice.",
        ),
        (
            data_test(
                None,
                name="assert_it",
                raw_code="{{ config() }}\n-- It holds,\n-- always.\nwith\n\na as (-- no",
            ),
            "assert_it",
            "It holds, always.",
        ),
        (data_test("of_a_package", description="What it says."), "of_a_package", "What it says."),
    ],
)
def test_a_check_says_its_rule(node: dict[str, Any], name: str, description: str) -> None:
    found = with_plain_checks({"nodes": {"test.a": node}})["nodes"]["test.a"]

    assert (found["name"], found["meta"]["description"]) == (name, description)
    assert node["meta"] == {}


def test_two_checks_of_one_rule_are_numbered_and_models_stay() -> None:
    nodes = {
        "test.b": data_test("unique", arguments={"column_name": "a"}),
        "test.a": data_test("unique", arguments={"column_name": "a"}),
        "test.c": data_test("unique", arguments={"column_name": "a"}, attached_node="other"),
        "model.m": {"resource_type": "model", "name": "m"},
    }

    found = with_plain_checks({"nodes": nodes})["nodes"]

    names = {name: node["name"] for name, node in found.items()}
    assert names == {
        "test.a": "unique_a",
        "test.b": "unique_a_2",
        "test.c": "unique_a",
        "model.m": "m",
    }
