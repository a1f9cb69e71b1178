"""The presets of dropped files in the worlds of the acceptance kit."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from openpyxl import Workbook

from ingestion.connectors import files
from ingestion.connectors.base import Batch, Cursor
from ingestion.presets import with_preset
from ingestion.settings import Conventions, Source
from tests.ingestion.connectors.local_worlds import DROPPED, Recorded

FIXTURES = Path(__file__).parents[3] / "fixtures" / "files"
SCORED = {
    "google_forms": "How likely are you to recommend us?",
    "yandex_forms": "Порекомендуете ли вы нас?",
    "porsline": "ما را توصیه می‌کنید؟",
}


@dataclass(frozen=True, kw_only=True)
class FilePreset:
    """One stream of one preset, and how its files name a record.

    Args:
        number, name: columns of the record's number and of the watched value.
        key: the key of a landed row, by the number as it is written.
        write: a record's number as the file writes it.
    """

    preset: str
    stream: str
    watched: str
    number: str
    name: str
    key: Callable[[str], str]
    write: Callable[[int], str] = str


PRESETS = {
    "pbx_cdr": FilePreset(
        preset="pbx_cdr",
        stream="calls",
        watched="agent_number",
        number="uniqueid",
        name="dstchannel",
        key=lambda number: f"{number}|700",
    ),
    "google_forms": FilePreset(
        preset="google_forms",
        stream="survey_answers",
        watched="answer_text",
        number="Timestamp",
        name="Why?",
        key=lambda number: f"form|{number}|Why?",
        write=lambda number: f"1/31/2026 10:00:{number:02}",
    ),
    "yandex_forms": FilePreset(
        preset="yandex_forms",
        stream="survey_answers",
        watched="answer_text",
        number="ID",
        name="Почему?",
        key=lambda number: f"form|{number}|Почему?",
    ),
    "porsline": FilePreset(
        preset="porsline",
        stream="survey_answers",
        watched="answer_text",
        number="ردیف",
        name="چرا؟",
        key=lambda number: f"survey|{number}|چرا؟",
    ),
    "sms_panel": FilePreset(
        preset="sms_panel",
        stream="communications",
        watched="phone",
        number="شناسه پیام",
        name="گیرنده",
        key=str,
    ),
}


def preset_source(preset: str, stream: str) -> Source:
    """A source with one stream of a preset, its scored question named."""
    more: dict[str, object] = {"settle_seconds": 0}
    if stream == "survey_answers":
        more["wide"] = {"scored": {SCORED[preset]: "nps"}}
    raw = with_preset(
        {"id": "crm", "connector": "files", "preset": preset, "streams": {stream: more}}
    )
    return Source.model_validate(raw)


def documented(preset: str) -> list[list[str]]:
    """The records of the documented file, that of the names first."""
    text = (FIXTURES / f"{preset}.csv").read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text)))


def drop(folder: Path, preset: str, records: list[list[str]]) -> None:
    """Write the records as the file that the preset reads."""
    if preset == "porsline":
        book = Workbook()
        for record in records:
            book.active.append(record)
        book.save(folder / "responses.xlsx")
        return
    text = io.StringIO()
    csv.writer(text).writerows(records)
    (folder / "responses.csv").write_text(text.getvalue(), encoding="utf-8")


class PresetWorld(Recorded):
    """Files of one preset, each holding everything so far."""

    bypass: ClassVar[Mapping[str, str]] = {
        "edits": DROPPED,
        "deletes": "a file may hold any part of the records, so what is missing was not deleted",
    }

    def __init__(self, folder: Path, preset: FilePreset) -> None:
        super().__init__(folder)
        self.preset = preset
        self.stream, self.watched = preset.stream, preset.watched

    @property
    def conventions(self) -> Conventions:
        return preset_source(self.preset.preset, self.stream).conventions_of(self.stream)

    def state(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {
            self.preset.key(self.preset.write(number)): name for number, name in self.names.items()
        }
        if self.stream == "survey_answers":
            scored = self.preset.key("\0").split("|")[0]
            found |= {f"{scored}|{self.preset.write(number)}|nps": None for number in self.names}
        return found

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        names, first, *_ = documented(self.preset.preset)
        places = names.index(self.preset.number), names.index(self.preset.name)
        records = [names]
        for number, name in self.names.items():
            record = list(first)
            record[places[0]], record[places[1]] = self.preset.write(number), name
            records.append(record)
        drop(self.folder, self.preset.preset, records)
        source = preset_source(self.preset.preset, self.stream)
        yield from files.read(source, self.stream, cursor=cursor, inbox=self.folder)
