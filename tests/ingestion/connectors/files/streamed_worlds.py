"""Records that a vendor streams into files, in the worlds of the acceptance kit."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from ingestion.connectors import files
from ingestion.connectors.base import Batch, Cursor
from ingestion.presets import with_preset
from ingestion.settings import Source
from tests.ingestion.connectors.files.preset_worlds import FIXTURES
from tests.ingestion.connectors.local_worlds import Recorded


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """One stream of one preset.

    Args:
        watched: entity column that shows whether an edit arrived.
        record: the documented record with another number, name and time.
        key: the key of the landed row, by number.
        suffix: of the files: an array, or one record behind the other.
    """

    watched: str
    record: Callable[[dict[str, Any], int, str, str], dict[str, Any]]
    key: Callable[[int], str]
    suffix: str = "jsonl"


def _contact(record: dict[str, Any], number: int, name: str, time: str) -> dict[str, Any]:
    agent = record["Agent"] | {"Username": name}
    return record | {"ContactId": str(number), "LastUpdateTimestamp": time, "Agent": agent}


def _event(record: dict[str, Any], number: int, name: str, time: str) -> dict[str, Any]:
    seconds = int(datetime.fromisoformat(time).timestamp())
    named = {"sg_event_id": str(number), "sg_message_id": name.replace(" ", "-")}
    return record | named | {"timestamp": seconds}


STREAMED = {
    ("amazon_connect", "calls"): Streamed(
        watched="agent_number", record=_contact, key=lambda number: f"{number}|Sales"
    ),
    ("sendgrid_events", "communication_events"): Streamed(
        watched="message_number",
        record=_event,
        key=lambda number: f"Name-{number}|{number}",
        suffix="json",
    ),
}


class StreamedWorld(Recorded):
    """Files to which records are only added; an edit is the record once more, in another file."""

    bypass: ClassVar[Mapping[str, str]] = {
        "edits": "a file is read as it was dropped; an edit comes in a file of its own",
        "deletes": "what happened is never unmade: the vendor streams no deletes",
    }

    def __init__(self, folder: Path, preset: str, stream: str) -> None:
        super().__init__(folder)
        self.preset, self.stream = preset, stream
        self.kind = STREAMED[preset, stream]
        self.watched = self.kind.watched

    def state(self) -> dict[str, str]:
        shown = (lambda name: name.replace(" ", "-")) if self.kind.suffix == "json" else str
        return {self.kind.key(number): shown(name) for number, name in self.names.items()}

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        text = (FIXTURES / f"{self.preset}.{self.kind.suffix}").read_text(encoding="utf-8")
        first, _ = json.JSONDecoder().raw_decode(text.removeprefix("[").strip())
        records = [
            self.kind.record(first, number, name, f"{self.times[number]}Z")
            for number, name in self.names.items()
        ]
        # one behind the other, as the services that fill buckets write them
        written = "".join(json.dumps(record) for record in records)
        if self.kind.suffix == "json":
            written = json.dumps(records)
        path = self.folder / f"records.{self.kind.suffix}"
        path.write_text(written, encoding="utf-8")
        raw = {"id": "crm", "connector": "files", "preset": self.preset}
        more = {"streams": {self.stream: {"settle_seconds": 0}}}
        source = Source.model_validate(with_preset(raw | more))
        yield from files.read(source, self.stream, cursor=cursor, inbox=self.folder)
