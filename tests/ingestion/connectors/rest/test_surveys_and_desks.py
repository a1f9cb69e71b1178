"""Traps of survey tools and service desks that the kit has no point for."""

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest

from ingestion.connectors.rest import answers
from ingestion.errors import TransientSourceError
from ingestion.presets import with_preset
from ingestion.readers.json_values import DECODER
from ingestion.readers.records import expanded
from tests.factories.vendor import PAGE
from tests.ingestion.connectors.acceptance import Held, batches_of
from tests.ingestion.connectors.rest.world import RestWorld, rest_world

Open = Callable[[str], AbstractContextManager[RestWorld]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    return partial(rest_world, patch=monkeypatch)


def test_an_edit_that_keeps_its_time_and_a_delete_are_found_in_a_week(opened: Open) -> None:
    with opened("qualtrics_api") as world:
        world.add(PAGE)
        held = Held(world).read()
        world.vendor.rows[1].name = "Longer than before"
        world.vendor.rows.pop(2)
        assert held.read().values != world.state()
        world.pass_days(8)

        assert held.read().values == world.state()


def test_an_export_that_is_cut_or_too_large_is_refused(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened("qualtrics_api") as world:
        world.add(1)
        monkeypatch.setattr(answers, "EXPANDED", 10)
        with pytest.raises(TransientSourceError, match="no complete ZIP file with one JSON file"):
            batches_of(world)


def test_an_export_whose_packed_bytes_are_damaged_is_no_answer() -> None:
    """A damaged stream and an encrypted file are as little of an export as a cut one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        # Without a time of its own, which is written before the name and can hold any byte.
        archive.writestr(zipfile.ZipInfo("a"), '{"responses": []}', zipfile.ZIP_DEFLATED)
    first_block, flags = packed.getvalue().index(b"a") + 1, packed.getvalue().index(b"PK\1\2") + 8
    for at, bit, told in ((first_block, 4, "invalid block type"), (flags, 1, "encrypted")):
        damaged = bytearray(packed.getvalue())
        damaged[at] ^= bit
        with pytest.raises(ValueError, match=told):
            answers.FORMS["zip"].parse(bytes(damaged))


def test_times_are_asked_for_in_utc_and_questions_are_known_by_number() -> None:
    streams = with_preset({"connector": "rest", "preset": "qualtrics"})["streams"]

    assert streams["survey_answers"]["job"]["body"]["timeZone"] == "UTC"
    assert streams["survey_answers"]["columns"]["question_number"] == "_name"


def test_entries_of_an_object_become_rows_by_their_names() -> None:
    record = DECODER.decode('{"values": {"QID1": 9, "QID2_TEXT": "so", "QID3": ["1"], "a": 1}}')
    rows = expanded([record], ["values.QID*"])

    assert [{name: row[name] for name in row if name != "_parent"} for row in rows] == [
        {"_name": "QID1", "_number": "9"},
        {"_name": "QID2_TEXT", "_value": "so"},
        {"_name": "QID3", "_value": ["1"]},
    ]


def test_who_is_staff_is_named_by_the_source() -> None:
    named = {"author_kind": {"values": {"root": "agent"}}}
    merged: dict[str, Any] = with_preset(
        {
            "connector": "rest",
            "preset": "request_tracker",
            "streams": {"ticket_messages": {"columns": named}},
        }
    )

    kinds = merged["streams"]["ticket_messages"]["columns"]["author_kind"]
    assert kinds["values"] == {"RT_System": "system", "root": "agent"}
    assert kinds["default"] == "customer"
