"""Mode ``files``: responses, participants and structure as LimeSurvey exports them.

Each export is read once, unless the declaration of its survey changes. What its records mean
is in ``shapes``; asking the interface instead is in ``remote``.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.limesurvey.options import LimeSurveySurvey, Options
from ingestion.connectors.limesurvey.shapes import (
    invitation_rows,
    latest_people,
    participants_table,
    question_columns,
    response_answers,
    response_rows,
    text_columns,
    with_columns,
)
from ingestion.readers.content import ROW, reject_table
from ingestion.readers.files import FileRefused, read_text
from ingestion.readers.surveys.answers import question_rows
from ingestion.readers.surveys.declaration import AS_EXPORTED
from ingestion.readers.surveys.drops import (
    Drop,
    Records,
    Shaped,
    csv_records,
    drops,
    new_batches,
    settled_files,
)
from ingestion.settings import Source


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
    offered = drops(
        source,
        options.surveys,
        lambda survey: survey.participants if stream == "survey_invitations" else survey.responses,
        inbox=inbox,
        settle_seconds=options.settle_seconds,
    )
    with duckdb.connect(config={"threads": 1}) as connection:

        @cache
        def people_of(number: str) -> _People:
            return _People(connection, _latest_first(options.surveys[number], options, inbox))

        def shape(drop: Drop[LimeSurveySurvey]) -> Shaped:
            rows, rejects = _shape(connection, options, stream, drop, people_of)
            return Shaped(rows=rows, rejects=rejects, conventions=AS_EXPORTED)

        yield from new_batches(offered, shape, cursor=cursor)


def _shape(
    connection: duckdb.DuckDBPyConnection,
    options: Options,
    stream: str,
    drop: Drop[LimeSurveySurvey],
    people_of: Callable[[str], "_People"],
) -> tuple[pa.Table, pa.Table]:
    number, survey = drop.number, drop.survey
    if stream == "survey_invitations":
        people, rejects = _participants(drop.path, drop.file, options)
        return invitation_rows(connection, number, survey, people), rejects
    export = _responses(drop.path, drop.file, options)
    if stream == "survey_answers":
        return response_answers(connection, number, survey, export.rows), export.rejects
    tokens = with_columns(export.rows, ["token"])["token"]
    people = people_of(number).among(tokens.unique().to_pylist())
    return response_rows(connection, number, survey, export.rows, people), export.rejects


def _files(inbox: Path, pattern: str | None, options: Options) -> list[Path]:
    if not pattern:
        return []
    return settled_files(inbox, pattern, settle_seconds=options.settle_seconds)


def _responses(path: Path, file: str, options: Options) -> Records:
    if ".json" in path.suffixes:
        records = _response_records(_json(read_text(path, options.encoding)))
        export = Records(rows=records, rejects=reject_table([], file))
    else:
        export = csv_records(
            path, file=file, encoding=options.encoding, delimiter=options.delimiter
        )
    if "id" not in export.rows.column_names:
        raise FileRefused("not_by_code", "there is no column id: export with question codes")
    marked = export.rows.append_column("_file", pa.repeat(file, export.rows.num_rows))
    return replace(export, rows=marked)


def _json(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileRefused("not_json", str(error)) from None


def _response_records(content: Any) -> pa.Table:
    """Responses of a JSON export; older releases wrap each in an object keyed by its id."""
    records = content.get("responses") if isinstance(content, dict) else None
    if not isinstance(records, list):
        raise FileRefused("not_an_export", "there is no list of responses")
    return records_table(records)


def records_table(records: list[dict[str, Any]]) -> pa.Table:
    """Records of the JSON export as text columns and ``_row``."""
    flat = [
        next(iter(record.values()))
        if len(record) == 1 and isinstance(next(iter(record.values())), dict)
        else record
        for record in records
    ]
    places = pa.array(range(1, len(flat) + 1), pa.int64())
    return pa.table(text_columns(flat) | {"_row": places})


def _participants(path: Path, file: str, options: Options) -> tuple[pa.Table, pa.Table]:
    """The participants of one export, and its refused records."""
    if ".json" in path.suffixes:
        records, rejects = _json(read_text(path, options.encoding)), reject_table([], file)
    else:
        delimiter = options.participants_delimiter
        export = csv_records(path, file=file, encoding=options.encoding, delimiter=delimiter)
        records, rejects = export.rows.drop_columns([ROW.name]).to_pylist(), export.rejects
    if not isinstance(records, list) or not all("token" in record for record in records):
        raise FileRefused("not_an_export", "there is no list of participants with a token")
    return participants_table(records, file), rejects


class _People:
    """Participants of a survey, whose exports are read back as far as somebody is sought.

    Most responses of a night are of the last invitations, and all exports are long to read.

    Args:
        connection: finds the last row of each.
        exports: participants of each export, of the last one first.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, exports: Iterator[pa.Table]) -> None:
        self._connection = connection
        self._exports = exports
        self._tokens: set[str | None] = {None, ""}
        self._people = participants_table([], "")

    def among(self, tokens: Iterable[str | None]) -> pa.Table:
        """The last row of each participant, of all with these tokens and of some others."""
        sought = set(tokens) - self._tokens
        earlier: list[pa.Table] = []
        while sought and (export := next(self._exports, None)) is not None:
            found = with_columns(export, ["token"])["token"].to_pylist()
            self._tokens.update(found)
            sought.difference_update(found)
            earlier.insert(0, export)
        if earlier:
            self._people = latest_people(self._connection, _in_order([*earlier, self._people]))
        return self._people


def _in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """All rows, of which those of later tables have later places."""
    table = pa.concat_tables(tables, promote_options="default")
    index = table.schema.get_field_index("_place")
    return table.set_column(index, "_place", pa.array(range(table.num_rows), pa.int64()))


def _latest_first(survey: LimeSurveySurvey, options: Options, inbox: Path) -> Iterator[pa.Table]:
    """Participants of every export, later files before earlier ones."""
    for path in reversed(_files(inbox, survey.participants, options)):
        try:
            yield _participants(path, path.name, options)[0]
        except FileRefused:
            # Stands in the quarantine of the invitations; the others are still worth joining.
            continue


def _questions(options: Options, inbox: Path) -> Iterator[Batch]:
    for number, survey in options.surveys.items():
        paths = _files(inbox, survey.responses, options)
        found: dict[str, str] = {}
        if paths:
            file = str(paths[-1].relative_to(inbox))
            try:
                columns = _responses(paths[-1], file, options).rows.column_names
                found = question_columns(columns, survey)
            except FileRefused:
                # Stands in the quarantine of the responses; the declaration is still right.
                found = {}
        structures = _files(inbox, survey.structure, options)
        texts = _texts(structures[-1], survey.language) if structures else {}
        yield Batch(
            rows=question_rows(number, survey, found, texts, f"survey {number}"),
            conventions=AS_EXPORTED,
        )


def _texts(path: Path, language: str) -> dict[str, str]:
    """Wording by question code from the tab-separated structure, in one language."""
    reader = csv.DictReader(io.StringIO(read_text(path, "utf-8"), newline=""), delimiter="\t")
    texts: dict[str, str] = {}
    question = ""
    for line in reader:
        if line.get("language") != language:
            continue
        if line.get("class") == "Q":
            question = line["name"]
            texts[question] = line["text"]
        elif line.get("class") == "SQ":
            texts[f"{question}[{line['name']}]"] = f"{texts.get(question, '')}: {line['text']}"
    return texts
