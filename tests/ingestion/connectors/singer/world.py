"""A tap of our own in the world of the acceptance kit: a command beside the records it reads."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ingestion.connectors import singer
from ingestion.connectors.base import Batch, Cursor
from ingestion.settings import Source
from tests.factories.vendor import PAGE
from tests.ingestion.connectors.local_worlds import Recorded

TAP = """
import json, sys
records = json.loads(open(sys.argv[1]).read())
since = json.loads(open(sys.argv[3]).read())["since"] if "--state" in sys.argv else ""
fields = {name: {} for name in ("id", "name", "changed", "deleted", "owner")}
def say(**message):
    sys.stdout.write(json.dumps(message) + "\\n")
say(type="SCHEMA", stream="people", schema={"properties": fields}, key_properties=["id"])
for number, record in enumerate(r for r in records if r["changed"] >= since):
    say(type="RECORD", stream="people", record=record, time_extracted="2026-03-01T00:00:00Z")
    say(type="RECORD", stream="others", record={"id": 7})
    if number % page == page - 1:
        say(type="STATE", value={"since": record["changed"]})
"""
COLUMNS = {
    "customer_number": "id",
    "full_name": "name",
    "market": "owner.country",
    "updated_at": "changed",
    "_op": {"from": "deleted", "present": "delete", "default": "upsert"},
}


class SingerWorld(Recorded):
    """Records in order of their change; a deleted one says when."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.deleted: set[int] = set()
        self.tap, self.data = folder / "tap.py", folder / "data.json"
        self.tap.write_text(f"page = {PAGE}\n{TAP}", encoding="utf-8")

    def remove(self, number: int) -> None:
        self.change(number)
        self.deleted.add(number)

    def state(self) -> dict[str, str]:
        return {key: name for key, name in super().state().items() if int(key) not in self.deleted}

    def source(self) -> Source:
        command = [sys.executable, "-S", str(self.tap), str(self.data)]
        return Source(
            id="crm",
            connector="singer",
            options={"command": command, "batch_rows": PAGE},
            streams={"customers": {"stream": "people", "columns": COLUMNS}},
        )

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        records = [
            {"id": number, "name": name, "changed": str(self.times[number])}
            | ({"deleted": "2026-03-01"} if number in self.deleted else {})
            for number, name in self.names.items()
        ]
        ordered = sorted(records, key=lambda record: str(record["changed"]))
        self.data.write_text(json.dumps(ordered), encoding="utf-8")
        yield from singer.read(self.source(), "customers", cursor=cursor, inbox=self.folder)
