"""Each preset of files on the documented file: what lands, typed."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.conform import conform
from ingestion.connectors import files
from ingestion.entities import MAPPED_STREAMS
from ingestion.presets import preset_names, with_preset
from ingestion.settings import Source
from tests.ingestion.connectors.acceptance import KEY, as_table
from tests.ingestion.connectors.files.preset_worlds import documented, drop, preset_source

ANSWERS = ("source_id", "numeric_value", "answer_text")
EXPECTED: dict[tuple[str, str], tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
    ("pbx_cdr", "calls"): (
        ("source_id", "outcome", "agent_number", "talk_milliseconds", "entered_at"),
        [
            (
                *("1769927400.1|700", "answered", "SIP/201-00000002", "80000"),
                "2026-02-01 06:30:00+00",
            ),
            ("1769927700.3|700", "abandoned", None, "0", "2026-02-01 06:35:00+00"),
        ],
    ),
    ("google_forms", "survey_answers"): (
        ANSWERS,
        [
            ("form|1/31/2026 10:00:00|Why?", None, "quick and kind"),
            ("form|1/31/2026 10:00:00|nps", "9.00", None),
            ("form|2/1/2026 18:30:00|nps", "4.00", None),
        ],
    ),
    ("yandex_forms", "survey_responses"): (
        ("source_id", "submitted_at"),
        [
            ("form|65d1f0", "2026-02-01 09:30:00+00"),
            ("form|65d1f1", "2026-02-01 10:00:00+00"),
        ],
    ),
    ("porsline", "survey_responses"): (
        ("source_id", "started_at", "submitted_at"),
        [
            ("survey|1", "2026-02-01 06:30:00+00", "2026-02-01 06:35:00+00"),
            ("survey|2", "2026-02-02 07:30:00+00", "2026-02-02 07:32:00+00"),
        ],
    ),
    ("porsline", "survey_answers"): (
        ANSWERS,
        [
            ("survey|1|nps", "9.00", None),
            ("survey|1|چرا؟", None, "سریع بود"),
            ("survey|2|nps", "2.00", None),
        ],
    ),
    ("sms_panel", "communication_events"): (
        ("source_id", "_op", "event", "occurred_at"),
        [
            ("8792343|delivery", "upsert", "delivered", "2026-02-01 06:30:00+00"),
            ("8792344|delivery", "delete", None, None),
        ],
    ),
}


@pytest.mark.parametrize(("preset", "stream"), EXPECTED)
def test_the_documented_file_lands_typed(preset: str, stream: str, tmp_path: Path) -> None:
    columns, expected = EXPECTED[preset, stream]
    drop(tmp_path, preset, documented(preset))
    source = preset_source(preset, stream)
    (batch,) = files.read(source, stream, cursor={}, inbox=tmp_path)

    with duckdb.connect() as connection:
        found = conform(
            connection,
            as_table(batch),
            spec=MAPPED_STREAMS[stream],
            conventions=source.conventions_of(stream),
            source_id="crm",
            key=KEY,
        )
        written = ", ".join(f'"{name}"::varchar' for name in columns)
        landed = connection.sql(f"select {written} from {found.accepted} order by 1").fetchall()
        beside = connection.sql(f"select distinct _extra from {found.accepted}").fetchall()

    assert landed == expected
    assert not stream.startswith("survey") or beside == [(None,)], "it would land in clear"
    assert found.count_rejected == 0


@pytest.mark.parametrize("preset", preset_names("files"))
def test_every_stream_of_a_preset_is_accepted(preset: str) -> None:
    raw = with_preset({"id": "crm", "connector": "files", "preset": preset})
    files.check(Source.model_validate(raw))
