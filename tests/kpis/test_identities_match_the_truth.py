"""Persons of the demo company: against a second computation, and against who they really are."""

from pathlib import Path

import pytest

from ingestion.settings import Home
from tests.kpis.identities import labelled, quality, resolved
from tests.kpis.reading import Warehouse


@pytest.fixture(scope="module")
def built(warehouse: Path) -> Warehouse:
    return Warehouse(warehouse)


def test_persons_equal_a_union_find_over_the_same_records(built: Warehouse) -> None:
    mine = resolved(built.frame("from intermediate.int_identity__records_collected"))
    held = built.frame("select identity_key, customer_id from core.dim_customer_identities")
    both = mine.rename("mine").to_frame().join(held.set_index("identity_key"), how="outer")
    assert len(both) > 150
    assert both.notna().all(axis=None)
    assert (both.groupby("mine")["customer_id"].nunique() == 1).all()
    assert (both.groupby("customer_id")["mine"].nunique() == 1).all()


def test_records_that_can_be_linked_are_linked_to_their_person_only(
    built: Warehouse, tiny_home: Home
) -> None:
    records = labelled(built, tiny_home.root / "truth")
    assert set(records["kind"]) == {"customer", "call", "order", "invitation"}
    assert records["customer_id"].notna().all()
    linkable = records[records["is_linkable"]]
    found = quality(linkable["customer_id"], linkable["person_id"])
    assert (found.precision, found.recall) == (1, 1)


def test_what_cannot_be_linked_costs_recall_and_no_strangers_meet(
    built: Warehouse, tiny_home: Home
) -> None:
    """Hidden numbers and family phones: their calls stay apart rather than with someone else."""
    records = labelled(built, tiny_home.root / "truth")
    found = quality(records["customer_id"], records["person_id"])
    assert found.precision > 0.99
    assert found.recall > 0.85


def test_match_rate_and_consolidation_are_neither_none_nor_all(built: Warehouse) -> None:
    published = built.month_values().query("kpi_id == 'K-ID'").set_index("statistic")["value"]

    assert 30 < published["value"] < 95
    assert 20 < published["consolidation"] < 80


def test_no_link_of_a_key_leads_outside_its_person(built: Warehouse) -> None:
    rows = built.frame(
        "select keys.identity_key from core.dim_customer_identities as keys "
        "left join core.dim_customer_identities as linked "
        "on keys.linked_key = linked.identity_key "
        "where keys.customer_id <> coalesce(linked.customer_id, '') and keys.linked_by <> 'self'"
    )
    assert rows.empty
