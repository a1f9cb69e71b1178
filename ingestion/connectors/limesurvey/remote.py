"""Mode ``remote_control``: responses and participants asked from the interface, page by page.

What the records mean is in ``shapes``; how the interface is spoken to is in ``client``.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.connectors.base import Batch, Cursor
from ingestion.connectors.limesurvey.client import RemoteControl
from ingestion.connectors.limesurvey.exports import records_table
from ingestion.connectors.limesurvey.options import LimeSurveySurvey, Options
from ingestion.connectors.limesurvey.shapes import (
    invitation_rows,
    latest_people,
    participants_table,
    response_answers,
    response_rows,
)
from ingestion.errors import QuotaExceededError, SourceError
from ingestion.readers.allowance import HttpLimits
from ingestion.readers.http import JsonClient
from ingestion.readers.surveys.answers import question_rows
from ingestion.readers.surveys.declaration import AS_EXPORTED
from ingestion.settings import secret

ATTRIBUTES = ("completed", "sent", "emailstatus", "language")


def read_remote(
    options: Options,
    stream: str,
    *,
    cursor: Cursor,
    limits: HttpLimits | None = None,
) -> Iterator[Batch]:
    """Yield the records of ``stream``; responses continue before the last id that was read.

    A survey that the interface refuses does not keep the others from being read.

    Raises:
        SourceError: a survey or the login is refused, or the interface cannot be reached.
    """
    with (
        _session(options, limits or HttpLimits()) as session,
        duckdb.connect(config={"threads": 1}) as connection,
    ):
        reader = _Reader(options, session, connection)
        refusals = []
        places = dict(cursor.get("surveys", {}))
        for number, survey in options.surveys.items():
            try:
                for batch in reader.batches(stream, number, survey, places):
                    places = dict(batch.cursor.get("surveys", places))
                    yield batch
            except QuotaExceededError:
                raise
            except SourceError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]


def _session(options: Options, limits: HttpLimits) -> RemoteControl:
    password = secret(options.password_env or "")
    http = JsonClient(url=secret(options.url_env or ""), secrets=(password,), limits=limits)
    return RemoteControl(http, user=secret(options.user_env or ""), password=password)


class _Reader:
    """Reads one stream of the surveys through one session."""

    def __init__(
        self,
        options: Options,
        session: RemoteControl,
        connection: duckdb.DuckDBPyConnection,
    ) -> None:
        self._options, self._session, self._connection = options, session, connection

    def batches(
        self, stream: str, number: str, survey: LimeSurveySurvey, places: dict[str, int]
    ) -> Iterator[Batch]:
        if stream == "survey_questions":
            yield self._questions(number, survey)
        elif stream == "survey_invitations":
            people = self._participants(number, survey)
            rows = invitation_rows(self._connection, number, survey, people)
            yield Batch(rows=rows, conventions=AS_EXPORTED)
        else:
            yield from self._responses(stream, number, survey, places)

    def _responses(
        self, stream: str, number: str, survey: LimeSurveySurvey, places: dict[str, int]
    ) -> Iterator[Batch]:
        is_answers = stream == "survey_answers"
        people = pa.table({})
        if not is_answers:
            people = latest_people(self._connection, self._participants(number, survey))
        last = places.get(number, 0)
        first = max(1, last - self._options.overlap_rows + 1)
        while True:
            page = self._page(number, first)
            if page is None:
                return
            records, first = page
            last = max(last, *(int(record["id"]) for record in records))
            table = records_table(records)
            table = table.append_column("_file", pa.repeat(f"survey {number}", table.num_rows))
            rows = (
                response_answers(self._connection, number, survey, table)
                if is_answers
                else response_rows(self._connection, number, survey, table, people)
            )
            yield Batch(
                rows=rows,
                cursor={"surveys": places | {number: last}},
                conventions=AS_EXPORTED,
            )

    def _page(self, number: str, first: int) -> tuple[list[dict[str, Any]], int] | None:
        """The next responses and the id after them; gaps of deleted ids are jumped over."""
        size = self._options.page_rows
        records = self._session.responses(number, first=first, last=first + size - 1)
        if not records:
            later = self._session.responses(number, first=first, last=None, only_ids=True)
            if not later:
                return None
            first = min(int(record["id"]) for record in later)
            records = self._session.responses(number, first=first, last=first + size - 1)
        return (records, first + size) if records else None

    def _participants(self, number: str, survey: LimeSurveySurvey) -> pa.Table:
        attributes = [
            *ATTRIBUTES,
            *(place for place in survey.about.values() if place.startswith("attribute_")),
        ]
        records: list[dict[str, Any]] = []
        size = self._options.page_rows
        while page := self._session.participants(
            number, start=len(records), limit=size, attributes=attributes
        ):
            records += page
            if len(page) < size:
                break
        return participants_table(records, f"survey {number}")

    def _questions(self, number: str, survey: LimeSurveySurvey) -> Batch:
        listed = self._session.questions(number, survey.language)
        names = {str(item["id"]): item["title"] for item in listed}
        parents = {str(item.get("parent_qid") or 0) for item in listed}
        texts = {}
        for item in listed:
            parent = names.get(str(item.get("parent_qid") or 0))
            code = f"{parent}[{item['title']}]" if parent else item["title"]
            if str(item["id"]) not in parents:
                texts[code] = item.get("question") or ""
        rows = question_rows(number, survey, texts, texts, f"survey {number}")
        return Batch(rows=rows, conventions=AS_EXPORTED)
