"""The warehouse says of the demo company what its simulator knows."""

import pytest

from ingestion.settings import Home
from tests.factories.fates import missed_fates
from tests.factories.incidents import (
    HIT,
    first_case,
    incidents_since,
    statuses_of_hit,
    unanswered_per_day,
)
from tests.factories.truth import differing_kpis, differing_records

INCIDENTS = {"tiny": {"billing_error"}, "full size": {*HIT, "understaffed_queue"}}
"""Those that a company of either size has lived through."""


def test_every_kpi_value_equals_the_simulators(told_home: Home) -> None:
    count, differing = differing_kpis(told_home)
    assert count > 900
    assert differing == []


def test_every_order_call_and_answer_is_as_it_happened(told_home: Home) -> None:
    assert differing_records(told_home) == {}


def test_every_planted_defect_met_its_fate(told_home: Home) -> None:
    assert missed_fates(told_home) == {}


def test_each_incident_led_to_its_cases_and_the_billing_error_shows_as_recovered(
    told_home: Home, request: pytest.FixtureRequest
) -> None:
    lived = incidents_since(told_home, first_case(told_home))
    assert lived == INCIDENTS[request.node.callspec.params["told_home"]]

    for incident in lived & HIT.keys():
        statuses = statuses_of_hit(told_home, incident)
        assert statuses, incident
        assert None not in statuses.values(), incident
    assert set(statuses_of_hit(told_home, "billing_error").values()) == {"settled"}
    if "understaffed_queue" in lived:
        during, otherwise = unanswered_per_day(told_home)
        assert during > 3 * otherwise
