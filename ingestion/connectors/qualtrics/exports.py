"""Qualtrics CSV exports: columns known by ImportId, in the shape of the survey entities.

Addresses, locations and devices are never passed on. The rules for answers are shared with
other survey tools in ``ingestion.readers.surveys``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

import duckdb
import pyarrow as pa

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.qualtrics.options import Options, QualtricsSurvey
from ingestion.readers.content import ROW
from ingestion.readers.files import FileRefused
from ingestion.readers.surveys.answers import answer_rows, question_rows
from ingestion.readers.surveys.declaration import AS_EXPORTED
from ingestion.readers.surveys.drops import (
    Drop,
    Shaped,
    csv_records,
    drops,
    new_batches,
    settled_files,
)
from ingestion.settings import Source
from ingestion.sql import identifier, literal

SYSTEM = {
    "startDate": "StartDate",
    "endDate": "EndDate",
    "status": "Status",
    "finished": "Finished",
    "recordedDate": "RecordedDate",
    "_recordId": "ResponseId",
    "recipientEmail": "RecipientEmail",
    "userLanguage": "UserLanguage",
    "distributionChannel": "DistributionChannel",
}
"""ImportIds that are passed on, with the tag that names them where ImportIds are lost."""

_UNASKED = {
    *("ipAddress", "progress", "duration", "recipientLastName", "recipientFirstName"),
    *("externalDataReference", "locationLatitude", "locationLongitude"),
    *("IPAddress", "Progress", "Duration (in seconds)", "RecipientLastName"),
    *("RecipientFirstName", "ExternalReference", "LocationLatitude", "LocationLongitude"),
    *("Browser", "Version", "Operating System", "Resolution"),
}
_QUESTION = re.compile(r"^\d*_?QID\d+")
_MEASURED = re.compile(
    r"_(BROWSER|VERSION|OS|RESOLUTION|FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT|NPS_GROUP)$"
)
_NO_PERSON = ("1", "2", "8", "9", "12", "17", "40", "48")


@dataclass(frozen=True, kw_only=True)
class Export:
    """A parsed export whose columns carry their ImportIds.

    Args:
        rows: text columns by ImportId, ``_row`` and ``_file``.
        rejects: records that were no rows.
        tags, labels: export tag and wording by ImportId.
        time_zone: zone in which the export writes times, if it says so.
        has_import_ids: the export names its columns by ImportId, not only by tag.
    """

    rows: pa.Table
    rejects: pa.Table
    tags: Mapping[str, str]
    labels: Mapping[str, str]
    time_zone: str | None
    has_import_ids: bool

    def import_id(self, name: str) -> str | None:
        """The ImportId of a column that is named by ImportId or tag."""
        if name in self.tags:
            return name
        return next((column for column, tag in self.tags.items() if tag == name), None)


def read_exports(
    source: Source, options: Options, stream: str, *, cursor: Cursor, inbox: Path
) -> Iterator[Batch]:
    """Yield the records of ``stream`` from exports that were not read before.

    Raises:
        SourceError: no file matches a pattern, or a file cannot be opened.
    """
    if stream == "survey_questions":
        yield from _questions(options, inbox)
        return
    settle = options.settle_seconds
    offered = drops(
        source, options.surveys, lambda survey: survey.responses, inbox=inbox, settle_seconds=settle
    )
    with duckdb.connect(config={"threads": 1}) as connection:

        def shape(drop: Drop[QualtricsSurvey]) -> Shaped:
            export = _parsed(drop.path, drop.file, options)
            rows = _answers if stream == "survey_answers" else _responses
            zone = {"time_zone": export.time_zone} if export.time_zone else {}
            return Shaped(
                rows=rows(connection, drop, export),
                rejects=export.rejects,
                conventions=AS_EXPORTED | zone,
            )

        yield from new_batches(offered, shape, cursor=cursor)


def _parsed(path: Path, file: str, options: Options) -> Export:
    count = options.header_rows
    csv = csv_records(
        path,
        file=file,
        encoding=options.encoding,
        delimiter=options.delimiter,
        header_records=count,
    )
    *tags, _ = csv.rows.column_names
    if count == 3:
        notes = [_note(text) for text in csv.headers[2]]
        columns = [note["ImportId"] for note in notes]
        zones = {note["timeZone"] for note in notes if note.get("timeZone")}
    else:
        known = {tag: column for column, tag in SYSTEM.items()}
        columns, zones = [known.get(tag, tag) for tag in tags], set()
    if len(set(columns)) < len(columns) or len(columns) != len(tags):
        raise FileRefused("bad_header", "ImportIds are repeated or missing")
    if "_recordId" not in columns:
        raise FileRefused("not_an_export", "there is no ResponseId")
    rows = csv.rows.rename_columns([*columns, ROW.name])
    return Export(
        rows=rows.append_column("_file", pa.repeat(file, rows.num_rows)),
        rejects=csv.rejects,
        tags=dict(zip(columns, tags, strict=True)),
        labels=dict(zip(columns, csv.headers[1] if count == 3 else tags, strict=False)),
        time_zone=_zone(zones),
        has_import_ids=count == 3,
    )


def _note(text: str) -> dict[str, str]:
    try:
        note = json.loads(text)
    except ValueError:
        note = None
    if not isinstance(note, dict) or not isinstance(note.get("ImportId"), str):
        raise FileRefused("bad_header", f"the third header row holds {text[:60]!r}, no ImportId")
    return note


def _zone(zones: set[str]) -> str | None:
    if not zones:
        return None
    zone, *others = sorted(zones)
    zone = "UTC" if zone == "Z" else zone
    if others or zone not in available_timezones():
        raise FileRefused("bad_time_zone", f"the export names {sorted(zones)}")
    return zone


def _is_question(column: str, survey: QualtricsSurvey, export: Export) -> bool:
    tag = export.tags.get(column, column)
    if {column, tag} & survey.questions.keys():
        return True
    if {column, tag} & {*survey.about.values(), *survey.ignore} or _MEASURED.search(column):
        return False
    if column in SYSTEM or {column, tag} & _UNASKED:
        return False
    return bool(_QUESTION.match(column)) or not export.has_import_ids


def _with_import_ids(survey: QualtricsSurvey, export: Export) -> QualtricsSurvey:
    """The declaration with its questions under their ImportIds."""
    questions = {
        export.import_id(name) or name: question for name, question in survey.questions.items()
    }
    return survey.model_copy(update={"questions": questions})


def _answers(
    connection: duckdb.DuckDBPyConnection, drop: Drop[QualtricsSurvey], export: Export
) -> pa.Table:
    questions = {
        column: column for column in export.tags if _is_question(column, drop.survey, export)
    }
    connection.register("export", export.rows)
    chosen = "".join(f", {identifier(column)}" for column in questions)
    updated = _column("recordedDate", export)
    table = connection.sql(
        f"select _recordId as response_number, {updated} as updated_at, _file, _row{chosen} "
        "from export"
    ).to_arrow_table()
    survey = _with_import_ids(drop.survey, export)
    return answer_rows(connection, drop.number, survey, table, questions)


def _responses(
    connection: duckdb.DuckDBPyConnection, drop: Drop[QualtricsSurvey], export: Export
) -> pa.Table:
    connection.register("export", export.rows)
    survey = drop.survey
    about = "".join(
        f"{_column(export.import_id(place), export)} as {column}, "
        for column, place in survey.about.items()
    )
    if not survey.channel_from:
        fallback = literal(survey.channel) if survey.channel else "null"
        about += f"coalesce({_column('distributionChannel', export)}, {fallback}) as channel, "
    status = f"regexp_replace({_column('status', export)}, '\\.0$', '')"
    finished = f"lower({_column('finished', export)})"
    return connection.sql(
        f"""
        select
            $survey_number as survey_number,
            _recordId as response_number,
            {about}
            {_column("recipientEmail", export)} as email,
            {_column("userLanguage", export)} as language,
            coalesce({finished} in ('true', '1', '1.0'), false) as is_complete,
            coalesce(
                {status} in {_NO_PERSON} or regexp_matches({status}, 'Preview|Test|Spam'), false
            ) as is_test,
            {_column("startDate", export)} as started_at,
            coalesce({_column("endDate", export)}, {_column("recordedDate", export)})
                as submitted_at,
            {_column("recordedDate", export)} as updated_at,
            _file,
            _row
        from export
        order by _row
        """,
        params={"survey_number": drop.number},
    ).to_arrow_table()


def _column(name: str | None, export: Export) -> str:
    """SQL value: the column's text, null where it is empty or not exported."""
    if name is None or name not in export.tags:
        return "cast(null as varchar)"
    return f"nullif(trim({identifier(name)}), '')"


def _questions(options: Options, inbox: Path) -> Iterator[Batch]:
    for number, survey in options.surveys.items():
        paths = settled_files(inbox, survey.responses, settle_seconds=options.settle_seconds)
        if not paths:
            continue
        file = str(paths[-1].relative_to(inbox))
        export = _parsed(paths[-1], file, options)
        found = [column for column in export.tags if _is_question(column, survey, export)]
        declared = _with_import_ids(survey, export)
        yield Batch(
            rows=question_rows(number, declared, found, export.labels, file),
            conventions=AS_EXPORTED,
        )
