"""The connectors that need no network, in the worlds of the acceptance kit."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from ingestion.connectors import asterisk, files, qualtrics, sql
from ingestion.connectors.base import Batch, Cursor
from ingestion.entities import entity
from ingestion.settings import Source
from ingestion.stream import StreamSpec
from tests.factories.vendor import PAGE
from tests.ingestion.connectors.acceptance import World

FIRST = datetime(2026, 2, 1, 10)
APPENDED = "a log only grows: its records are never changed or taken back"
DROPPED = "a file is read as it was dropped; one that changes meanwhile is left for the next night"


class Recorded(World):
    """A world whose records are numbered names with a time of change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "inbox" / "crm"
        self.folder.mkdir(parents=True)
        self.names: dict[int, str] = {}
        self.times: dict[int, datetime] = {}

    def add(self, count: int, *, together: bool = False) -> None:
        for number in range(len(self.names) + 1, len(self.names) + count + 1):
            self.names[number] = f"Name {number}"
            self.times[number] = FIRST + timedelta(minutes=0 if together else number)

    def change(self, number: int) -> None:
        self.names[number] = f"Edited {number}"
        self.times[number] = FIRST + timedelta(days=1, minutes=number)

    def remove(self, number: int) -> None:
        del self.names[number]

    def state(self) -> dict[str, str]:
        return {str(number): name for number, name in self.names.items()}


class FilesWorld(Recorded):
    """Dropped snapshots: each night's file holds every record."""

    bypass: ClassVar[Mapping[str, str]] = {"edits": DROPPED}

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        lines = [f"{number},{name},{self.times[number]}" for number, name in self.names.items()]
        text = "\n".join(["id,name,changed", *lines])
        (self.folder / "customers.csv").write_text(text, encoding="utf-8")
        columns = {"customer_number": "id", "full_name": "name", "updated_at": "changed"}
        stream = {"glob": "*.csv", "format": "csv", "mode": "snapshot", "settle_seconds": 0}
        source = Source(
            id="crm", connector="files", streams={"customers": stream | {"columns": columns}}
        )
        yield from files.read(source, "customers", cursor=cursor, inbox=self.folder)


class SqlWorld(Recorded):
    """A table with a time of change, whose living keys are read too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.engine = sa.create_engine(f"sqlite:///{self.folder}/crm.sqlite", poolclass=sa.NullPool)
        self._run("pragma journal_mode = wal")
        self._run("create table customers (id integer primary key, name text, changed text)")

    def add(self, count: int, *, together: bool = False) -> None:
        super().add(count, together=together)
        for number in list(self.names)[-count:]:
            self._write(number)

    def change(self, number: int) -> None:
        super().change(number)
        self._write(number)

    def remove(self, number: int) -> None:
        super().remove(number)
        self._run("delete from customers where id = :id", id=number)

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        stream = {
            "table": "customers",
            "cursor": "changed",
            "overlap_minutes": 0,
            "deletes": "key_snapshot",
            "batch_rows": PAGE,
            "columns": {"customer_number": "id", "full_name": "name", "updated_at": "changed"},
        }
        source = Source(
            id="crm",
            connector="sql",
            options={"url": "sqlite:///{inbox}/crm.sqlite"},
            streams={"customers": stream},
        )
        yield from sql.read(source, "customers", cursor=cursor, inbox=self.folder)

    def _write(self, number: int) -> None:
        self._run(
            "insert or replace into customers values (:id, :name, :changed)",
            id=number,
            name=self.names[number],
            changed=str(self.times[number]),
        )

    def _run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)


class AsteriskWorld(Recorded):
    """Call detail records that are appended to one file."""

    bypass: ClassVar[Mapping[str, str]] = {"edits": APPENDED, "deletes": APPENDED}
    stream, watched = "cdr", "disposition"

    @property
    def spec(self) -> StreamSpec:
        return asterisk.STREAMS["cdr"]

    def key(self, row: dict[str, Any]) -> str:
        return str(row["unique_id"])

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        columns = ("src", "dst", "channel", "start", "end", "disposition", "uniqueid", "sequence")
        lines = [
            f'"100","200","SIP/100-1","{self.times[n]}","{self.times[n]}","{name}","{n}","{n}"'
            for n, name in self.names.items()
        ]
        (self.folder / "Master.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        options = {"cdr": "Master.csv*", "cdr_columns": columns}
        source = Source(id="crm", connector="asterisk", options=options)
        yield from asterisk.read(source, "cdr", cursor=cursor, inbox=self.folder)


class QualtricsWorld(Recorded):
    """An export that is dropped again each night, with every response."""

    bypass: ClassVar[Mapping[str, str]] = {
        "edits": DROPPED,
        "deletes": "an export may hold any part of a survey, so what is missing was not deleted",
    }
    stream, watched = "survey_responses", "language"

    @property
    def spec(self) -> StreamSpec:
        return entity("survey_responses", connector="qualtrics")

    def state(self) -> dict[str, str]:
        return {f"SV_1|R_{number}": name for number, name in self.names.items()}

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        names = ["StartDate", "EndDate", "RecordedDate", "Finished", "ResponseId", "UserLanguage"]
        ids = ["startDate", "endDate", "recordedDate", "finished", "_recordId", "userLanguage"]
        written = io.StringIO()
        out = csv.writer(written)
        out.writerow(names)
        out.writerow(names)
        out.writerow([f'{{"ImportId":"{name}","timeZone":"UTC"}}' for name in ids])
        for number, name in self.names.items():
            time = str(self.times[number])
            out.writerow([time, time, time, "True", f"R_{number}", name])
        (self.folder / "export.csv").write_text(written.getvalue(), encoding="utf-8")
        survey = {"name": "Relationship", "horizon": "relationship", "responses": "export*.csv"}
        source = Source(id="crm", connector="qualtrics", options={"surveys": {"SV_1": survey}})
        yield from qualtrics.read(source, self.stream, cursor=cursor, inbox=self.folder)
