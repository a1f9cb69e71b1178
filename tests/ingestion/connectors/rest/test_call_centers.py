"""Traps of call centers that the kit has no point for."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ingestion.errors import QuotaExceededError
from tests.factories.vendor import NOW, PAGE, put
from tests.ingestion.connectors.acceptance import Held, as_table, batches_of
from tests.ingestion.connectors.rest.world import RestWorld, rest_world

Open = Callable[[str], AbstractContextManager[RestWorld]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return partial(rest_world, patch=monkeypatch)


def rows_of(world: RestWorld, cursor: Any = None) -> Iterator[dict[str, Any]]:
    for batch in batches_of(world, cursor):
        yield from as_table(batch).to_pylist()


def with_value(place: str, value: Any) -> Callable[[Any], Any]:
    """What makes a record with another value at ``place``."""

    def shape(record: Any) -> Any:
        put(record, place, value)
        return record

    return shape


def test_a_wrap_up_that_comes_two_days_late_is_read(opened: Open) -> None:
    with opened("genesys") as world:
        world.add(PAGE)
        world.vendor.rows[2].changed = NOW - timedelta(days=2)
        cursor = batches_of(world)[-1].cursor
        world.pass_days(1)
        code = "participants.3.sessions.0.segments.1.wrapUpCode"
        world.vendor.rows[2].shape = with_value(code, "late")

        assert {row["reason"] for row in rows_of(world, cursor)} == {"late"}


def test_a_call_that_still_waits_is_none_yet_and_one_that_gave_up_is_abandoned(
    opened: Open,
) -> None:
    with opened("genesys") as world:
        world.add(2)
        rang = with_value("participants.3.sessions.0.metrics", [{"name": "tAlert", "value": 1}])
        world.vendor.rows[1].shape = lambda record: rang(record | {"conversationEnd": None})
        gave_up = with_value(
            "participants.1.sessions.0.metrics", [{"name": "tAbandon", "value": 9}]
        )
        world.vendor.rows[2].shape = lambda record: gave_up(rang(record))

        found = {(row["_op"], row["outcome"], row["agent_number"]) for row in rows_of(world)}

    assert found == {("delete", "flow_out", None), ("upsert", "abandoned", None)}


def test_a_long_first_read_goes_on_behind_the_slice_that_it_reached(opened: Open) -> None:
    with opened("genesys") as world:
        world.add(2)
        world.vendor.rows[2].changed = NOW - timedelta(days=5)
        world.more = {"requests_per_run": 7}
        held = Held(world)
        with pytest.raises(QuotaExceededError):
            held.read()
        world.more = {}
        world.vendor.asked.clear()
        assert held.read().values == world.state()

    begun = [asked.body["interval"] for asked in world.vendor.asked if asked.method == "POST"]
    assert [interval[:10] for interval in begun] == ["2026-02-14"]


def test_a_job_that_fails_or_never_ends_is_told_in_one_sentence(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened("genesys") as world:
        world.add(1)
        answer = type(world.vendor.dialect).answer
        for state, said in [("FAILED", "job ended with FAILED"), ("RUNNING", "not ready after")]:

            def stuck(self: Any, vendor: Any, asked: Any, state: str = state) -> Any:
                found = answer(self, vendor, asked)
                is_state = isinstance(found, dict) and set(found) == {"state"}
                return {"state": state} if is_state else found

            monkeypatch.setattr(type(world.vendor.dialect), "answer", stuck)
            with pytest.raises(Exception, match=said):
                batches_of(world)
    assert sum(world.waits) <= 3660 + len(world.waits)


def test_the_legs_of_a_call_and_calls_that_go_on_are_no_calls(opened: Open) -> None:
    with opened("twilio_voice") as world:
        world.add(3)
        world.vendor.rows[1].shape = with_value("parent_call_sid", "CA1")
        world.vendor.rows[2].shape = with_value("status", "in-progress")

        assert [row["_op"] for row in rows_of(world)] == ["delete", "delete", "upsert"]


def test_two_days_are_read_again_for_what_comes_later(opened: Open) -> None:
    with opened("twilio_voice") as world:
        world.add(1)
        world.vendor.rows[1].changed = NOW
        cursor = batches_of(world)[-1].cursor
        world.vendor.asked.clear()
        batches_of(world, cursor)

        assert world.vendor.asked[0].query["StartTime>"] == "2026-02-27"


def test_a_pause_longer_than_the_vendor_keeps_events_is_told(opened: Open) -> None:
    with opened("twilio_taskrouter") as world:
        world.add(1)
        cursor = batches_of(world)[-1].cursor
        assert [batch.note for batch in batches_of(world, cursor) if batch.note] == []
        world.pass_days(40)

        (note, *_) = [batch.note for batch in batches_of(world, cursor) if batch.note]

    assert note.startswith("the source shows 30 days only and was last read up to 2026-01-30")
