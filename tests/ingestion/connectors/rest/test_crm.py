"""Traps of CRMs that the kit has no point for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from ingestion.errors import SourceError, TransientSourceError
from tests.factories.json_server import Answer
from tests.factories.vendor import PAGE
from tests.ingestion.connectors.acceptance import Held, batches_of
from tests.ingestion.connectors.rest.world import RestWorld, rest_world

Open = Callable[[str], AbstractContextManager[RestWorld]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return partial(rest_world, patch=monkeypatch)


def test_a_delta_link_that_is_too_old_is_given_up_before_it_loses_deletes(opened: Open) -> None:
    with opened("dataverse") as world:
        world.add(2 * PAGE)
        held = Held(world).read()
        world.remove(2)
        # such a link brings all rows and no deletes
        world.pass_days(29)

        (batch,) = batches_of(world, held.cursor)
        held.land(batch)

        assert held.values == world.state()
        assert batch.is_snapshot
        assert "had expired: everything was read again" in batch.note
        assert "deltatoken" not in str(world.vendor.asked[-2].query)
        assert not any(again.is_snapshot for again in batches_of(world, held.cursor))


def test_a_delta_link_that_the_source_forgot_is_given_up(opened: Open) -> None:
    with opened("dataverse") as world:
        world.add(PAGE)
        held = Held(world).read()
        link = held.cursor["lists"][""]["next_url"].split("=")[0]
        held.cursor = {"lists": {"": held.cursor["lists"][""] | {"next_url": f"{link}=forgotten"}}}
        world.remove(1)

        assert held.read().values == world.state()


def test_a_link_that_is_forgotten_at_once_is_told(opened: Open) -> None:
    with opened("dataverse") as world:
        world.vendor.misbehave = lambda _: Answer(status=410)
        with pytest.raises(SourceError, match="is gone"):
            batches_of(world)


def test_a_page_of_csv_that_is_cut_is_no_page(opened: Open, monkeypatch: Any) -> None:
    with opened("salesforce_bulk") as world:
        world.add(PAGE)
        dialect = type(world.vendor.dialect)
        whole = dialect.answer
        for cut, said in [(b"\n", "sends 2 records where"), (b'"', "no complete CSV")]:

            def answer(self: Any, vendor: Any, asked: Any, cut: bytes = cut) -> Any:
                found = whole(self, vendor, asked)
                if not isinstance(found, Answer):
                    return found
                end = found.body.rstrip().rindex(cut)
                return Answer(body=found.body[:end], headers=found.headers)

            monkeypatch.setattr(dialect, "answer", answer)
            with pytest.raises(TransientSourceError, match=said):
                batches_of(world)


def test_a_formula_that_changes_without_its_time_is_read_each_month(opened: Open) -> None:
    with opened("salesforce_bulk") as world:
        world.add(PAGE)
        held = Held(world).read()
        world.vendor.rows[1].name = "Formula"
        world.vendor.rows.pop(2)  # purged from the recycle bin
        assert held.read().values != world.state()
        world.pass_days(31)

        assert held.read().values == world.state()


def test_a_merged_contact_names_the_one_that_stays(opened: Open) -> None:
    with opened("salesforce") as world:
        world.add(1)
        world.vendor.rows[1].is_deleted = True
        world.vendor.rows[1].shape = lambda record: record | {"MasterRecordId": "0035g"}

        (batch, *_) = batches_of(world)

        (row,) = batch.rows.to_pylist()
        assert (row["_op"], row["merged_into_number"]) == ("delete", "0035g")
