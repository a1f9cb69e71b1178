"""The acceptance kit: the points that every connector passes in its world.

A connector joins by naming its world in ``worlds.WORLDS``.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.errors import (
    AuthenticationError,
    QuotaExceededError,
    SourceError,
    TransientSourceError,
)
from tests.factories.json_server import Answer
from tests.factories.vendor import PAGE, SECRET
from tests.ingestion.connectors.acceptance import Held, World, as_table, batches_of, conformed
from tests.ingestion.connectors.rest.world import RestWorld
from tests.ingestion.connectors.worlds import REMOTE, WORLDS, open_world

FAILURES = {
    "quota": (Answer(status=429, headers={"Retry-After": "30"}), QuotaExceededError, "HTTP 429"),
    "broken": (Answer(status=500), TransientSourceError, "HTTP 500"),
    "cut": (Answer(body=b'{"a": [{"id": 1}, {"i'), TransientSourceError, "no complete JSON"),
    "short": (Answer(body=b"{}", headers={"Content-Length": "90"}), TransientSourceError, "answer"),
    "page": (Answer(body=b"<html>sign in</html>"), TransientSourceError, "a web page instead of"),
    "revoked": (Answer(status=403), AuthenticationError, "lacks a permission"),
    "expired": (Answer(status=401), AuthenticationError, "refuses the credentials"),
    "error": (Answer(body={"error": "sorry"}), SourceError, "without a list at"),
    "nothing": (Answer(body={}), SourceError, "without a list at"),
}

OFTEN = ["cut", "expired", "revoked", "page"]
"""What every vendor does one day: half an answer, no login, no permission, a web page."""


def without(record: Any, path: str) -> Any:
    """A record without the field at ``path``."""
    *parents, last = path.split(".")
    below = record
    for name in parents:
        below = below[int(name) if name.isdigit() else name]
    del below[last]
    return record


@pytest.fixture
def world(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    with open_world(request.param, tmp_path, monkeypatch) as opened:
        yield opened


def applies(world: World, point: str) -> bool:
    """Whether a point applies; one that does not has a written reason."""
    reason = world.bypass.get(point)
    assert reason is None or len(reason) > 20
    return reason is None


def each_world(names: Any) -> Any:
    return pytest.mark.parametrize("world", list(names), indirect=True)


@each_world(WORLDS)
def test_two_full_reads_are_identical(world: World) -> None:
    world.add(2 * PAGE + 1)

    first, second = batches_of(world), batches_of(world)

    assert [as_table(batch) for batch in first] == [as_table(batch) for batch in second]
    assert Held(world).read().values == world.state()


@each_world(WORLDS)
def test_a_read_goes_on_behind_every_batch(world: World) -> None:
    world.add(2 * PAGE + 1)
    batches = batches_of(world)

    for place in range(1, len(batches) + 1):
        held = Held(world)
        for batch in batches[:place]:
            held.land(batch)
        assert held.read().values == world.state()


@each_world(WORLDS)
def test_more_records_of_one_moment_than_a_page_are_all_read(world: World) -> None:
    world.add(2 * PAGE + 2, together=True)

    assert Held(world).read().values == world.state()


@each_world(WORLDS)
def test_what_changes_while_it_is_read_is_right_after_the_next_read(world: World) -> None:
    if not applies(world, "edits"):
        return
    world.add(3 * PAGE)
    held = Held(world)

    reading = world.read({})
    held.land(next(reading))
    world.change(1)
    world.change(2 * PAGE)
    for batch in reading:
        held.land(batch)
    held.read()

    assert held.values == world.state()


@each_world(WORLDS)
def test_what_was_deleted_is_a_tombstone(world: World) -> None:
    if not applies(world, "deletes"):
        return
    world.add(2 * PAGE)
    held = Held(world).read()

    world.remove(2)
    if isinstance(world, RestWorld):
        world.pass_days(8)
    held.read()

    assert held.values == world.state()
    assert len(held.values) == 2 * PAGE - 1


@each_world(name for name in WORLDS if name == "local" or name not in REMOTE)
def test_every_row_is_typed_as_it_stands(world: World) -> None:
    world.add(PAGE)
    with duckdb.connect() as connection:
        for batch in batches_of(world):
            found = conformed(world, batch, connection)
            assert found.count_rejected == 0, connection.sql(f"from {found.rejects}").fetchall()
            noted = connection.sql(f"select column_name, rule from {found.rejects}").fetchall()
            assert {name for name, _ in noted} <= {world.watched}


@each_world(REMOTE)
def test_a_field_that_nobody_declared_is_kept(world: RestWorld) -> None:
    world.add(1)
    world.vendor.rows[1].shape = lambda record: record | {"brand_new": {"deep": 12.50}}
    if not applies(world, "unasked"):
        return

    (rows, *_) = batches_of(world)

    assert '"brand_new": {"deep": "12.5' in str(as_table(rows).column("unmapped").to_pylist())


@each_world(REMOTE)
def test_a_field_that_disappears_is_named_and_one_that_is_retyped_is_refused(
    world: RestWorld,
) -> None:
    if not applies(world, "fields"):
        return
    world.add(1)
    name = world.vendor.dialect.changed
    row = world.vendor.rows[1]
    row.shape = lambda record: without(record, name)
    with pytest.raises(SourceError, match=f"has no column '{name}"):
        batches_of(world)

    row.shape = lambda record: record | {name: ["no", "time"]}
    if "." not in name:
        with duckdb.connect() as connection:
            counts = [
                conformed(world, batch, connection).count_rejected for batch in batches_of(world)
            ]
        assert sum(counts) == 1


@each_world(REMOTE)
def test_a_position_from_the_future_reads_nothing_and_stays(world: RestWorld) -> None:
    if not applies(world, "future"):
        return
    world.add(PAGE)
    held = Held(world).read()
    world.pass_days(-400)

    with pytest.raises(SourceError, match="clock says"):
        batches_of(world, held.cursor)


@pytest.mark.parametrize(
    ("world", "kinds"),
    [*(("local", [kind]) for kind in FAILURES), *((name, OFTEN) for name in REMOTE[1:])],
    indirect=["world"],
)
def test_a_page_that_fails_ends_in_one_sentence_and_the_next_read_goes_on(
    world: RestWorld, kinds: list[str]
) -> None:
    world.add(3 * PAGE)
    held = Held(world)
    for place, kind in enumerate(kinds):
        answer, error, said = FAILURES[kind]
        first = len(world.vendor.asked) + 2 - place % 2
        world.vendor.misbehave = lambda count, a=answer, n=first: a if count >= n else None

        with pytest.raises(error, match=said) as caught:
            held.read()
        assert "\n" not in str(caught.value)
        assert held.values.keys() <= world.state().keys()
    world.vendor.misbehave = lambda count: None

    assert held.read().values == world.state()


@each_world(REMOTE)
def test_pages_that_go_in_a_circle_end_in_one_sentence(
    world: RestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not applies(world, "loop"):
        return
    world.add(2 * PAGE + 1)
    dialect, first = world.vendor.dialect, []
    whole = dialect.answered

    def again(vendor: Any, asked: Any) -> Answer:
        if dialect.is_job(asked):
            return whole(vendor, asked)
        first.append(first[0] if first else whole(vendor, asked))
        return first[0]

    monkeypatch.setattr(dialect, "answered", again)
    with pytest.raises(SourceError, match="leads back to a page that was read before"):
        batches_of(world)
    assert len(first) <= 4


@each_world(REMOTE)
def test_a_failure_that_passes_changes_nothing(world: RestWorld) -> None:
    world.add(2 * PAGE)
    whole = [as_table(batch) for batch in batches_of(world)]
    failing = iter([None, Answer(status=503), Answer(body=b"{"), None, Answer(status=429)])
    world.vendor.misbehave = lambda count: next(failing, None)

    assert [as_table(batch) for batch in batches_of(world)] == whole
    assert len(world.waits) >= 2


@each_world(REMOTE)
def test_a_budget_of_requests_stops_cleanly_and_the_next_run_goes_on(world: RestWorld) -> None:
    world.add(4 * PAGE)
    world.more = {"requests_per_run": 2}
    held = Held(world)

    with pytest.raises(QuotaExceededError, match="the budget of one run"):
        held.read()
    if not applies(world, "quota_goes_on"):
        world.more = {}
    for _ in range(6):
        try:
            held.read()
        except QuotaExceededError:
            continue
        break

    assert held.values == world.state()


# in a header, in the path, as a password, in a header of its own
@each_world(["local", "bitrix24", "zendesk", "espocrm"])
def test_no_secret_and_no_person_stands_in_a_log_or_an_error(
    world: RestWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.add(2 * PAGE)
    batches_of(world)
    errors = []
    for answer, _, _ in FAILURES.values():
        world.vendor.misbehave = lambda count, answer=answer: answer
        with pytest.raises(SourceError) as caught:
            batches_of(world)
        errors.append(str(caught.value))

    said = "\n".join([caplog.text, *errors])
    assert SECRET not in said
    assert "Name 1" not in said
    assert "example.com" not in said
