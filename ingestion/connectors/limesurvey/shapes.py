"""LimeSurvey's records in the shape of the unified survey entities.

Works on tables of text columns named as LimeSurvey names them, wherever they came from.
Reading exports belongs in ``exports``, asking the interface in ``remote``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.connectors.limesurvey.options import LimeSurveySurvey
from ingestion.readers.surveys.answers import answer_rows
from ingestion.sql import identifier, literal

SYSTEM_COLUMNS = frozenset(
    {
        *("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate"),
        *("datestamp", "ipaddr", "refurl", "interviewtime", "_row", "_file"),
    }
)
NOT_STAMPED = "1980-01-01%"
_TIMING = re.compile(r"^(groupTime|questionTime)\d+$|Time$", re.IGNORECASE)
_RESPONSE = ("submitdate", "startlanguage", "token", "startdate", "datestamp")
_PARTICIPANT = ("email", "language", "completed", "sent", "emailstatus")
_RENAMED = {"invited": "sent", "language_code": "language"}
_LEFT_OUT = ("participant_info", "firstname", "lastname")


def question_columns(columns: Collection[str], survey: LimeSurveySurvey) -> dict[str, str]:
    """The columns that hold answers, each with its question number (the same)."""
    known = SYSTEM_COLUMNS | set(survey.ignore) | set(survey.about.values())
    return {
        column: column
        for column in columns
        if column in survey.questions or not (column in known or _TIMING.search(column))
    }


def with_columns(table: pa.Table, names: Collection[str]) -> pa.Table:
    """``table`` with empty text columns for those of ``names`` that it lacks."""
    for name in names:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    return table


def response_rows(
    connection: duckdb.DuckDBPyConnection,
    survey_number: str,
    survey: LimeSurveySurvey,
    responses: pa.Table,
    participants: pa.Table,
) -> pa.Table:
    """One row per response, with the customer of its token among the ``latest_people``."""
    attributes = survey.about.values()
    connection.register("responses", with_columns(responses, [*_RESPONSE, *attributes]))
    connection.register("people", with_columns(participants, ["token", "email", *attributes]))
    about = "".join(f"{_about(survey, column)} as {column}, " for column in survey.about)
    return connection.sql(
        f"""
        select
            $survey_number as survey_number,
            responses.id as response_number,
            responses.token as invitation_number,
            {about}
            people.email as email,
            {_constant_channel(survey)}
            responses.startlanguage as language,
            coalesce(responses.submitdate, '') <> '' as is_complete,
            {_stamped("responses.startdate")} as started_at,
            coalesce({_stamped("responses.submitdate")}, {_stamped("responses.datestamp")})
                as submitted_at,
            {_UPDATED_AT} as updated_at,
            responses._file,
            responses._row
        from responses
        left join people on people.token = responses.token
        order by responses._row
        """,
        params={"survey_number": survey_number},
    ).to_arrow_table()


def _about(survey: LimeSurveySurvey, column: str) -> str:
    name = identifier(survey.about[column])
    value = f"coalesce(nullif(responses.{name}, ''), people.{name})"
    if column == "channel" and survey.channel:
        return f"coalesce(nullif({value}, ''), {literal(survey.channel)})"
    return value


def _constant_channel(survey: LimeSurveySurvey) -> str:
    if survey.channel_from or not survey.channel:
        return ""
    return f"{literal(survey.channel)} as channel,"


def _stamped(column: str) -> str:
    """SQL value: the time, unless LimeSurvey writes the date that means "not recorded"."""
    return f"case when {column} not like '{NOT_STAMPED}' then nullif({column}, '') end"


_UPDATED_AT = f"greatest({_stamped('responses.datestamp')}, {_stamped('responses.submitdate')})"


def response_answers(
    connection: duckdb.DuckDBPyConnection,
    survey_number: str,
    survey: LimeSurveySurvey,
    responses: pa.Table,
) -> pa.Table:
    """One row per answered question of the responses."""
    questions = question_columns(responses.column_names, survey)
    connection.register("responses", with_columns(responses, _RESPONSE))
    columns = "".join(f", {identifier(column)}" for column in questions)
    table = connection.sql(
        f"select id as response_number, {_UPDATED_AT} as updated_at, _file, _row{columns} "
        "from responses"
    ).to_arrow_table()
    return answer_rows(connection, survey_number, survey, table, questions)


def invitation_rows(
    connection: duckdb.DuckDBPyConnection,
    survey_number: str,
    survey: LimeSurveySurvey,
    participants: pa.Table,
) -> pa.Table:
    """One row per participant with a token; its state has no time, so the load orders it."""
    about = {
        column: place
        for column, place in survey.about.items()
        if column in ("customer_number", "phone", "interaction_number", "channel")
    }
    table = with_columns(participants, ["token", *_PARTICIPANT, *about.values()])
    connection.register("invited", table)
    chosen = "".join(f"{identifier(place)} as {column}, " for column, place in about.items())
    return connection.sql(
        f"""
        select
            $survey_number as survey_number,
            token as invitation_number,
            {chosen}
            email,
            {_constant_channel(survey)}
            language,
            case
                when lower(emailstatus) like 'optout%' then 'opted_out'
                when lower(emailstatus) like '%bounce%' then 'bounced'
                when lower(coalesce(emailstatus, '')) not in ('', 'ok') then 'blocked'
                when {_is_time("sent")} then 'sent'
            end as delivery_status,
            case when {_is_time("sent")} then sent end as sent_at,
            case when {_is_time("completed")} then completed end as completed_at,
            _file,
            _row
        from invited
        where coalesce(token, '') <> ''
        order by _place
        """,
        params={"survey_number": survey_number},
    ).to_arrow_table()


def _is_time(column: str) -> str:
    """SQL condition: LimeSurvey writes N, Y or the time itself."""
    return f"regexp_matches({column}, '^[0-9]{{4}}-')"


def participants_table(records: Sequence[Mapping[str, Any]], file: str) -> pa.Table:
    """Participants of any origin as text columns, the nested person flattened, names left out.

    Adds ``_file``, ``_row`` and ``_place`` (both the 1-based position).
    """
    persons = [record.get("participant_info") for record in records]
    nested = [person if isinstance(person, dict) else {} for person in persons]
    columns: dict[str, pa.Array] = {}
    for part in (nested, records):
        for name, values in text_columns(part, without=_LEFT_OUT).items():
            clean = name.strip().split(" <", 1)[0]
            clean = _RENAMED.get(clean, clean)
            columns[clean] = pc.coalesce(values, columns[clean]) if clean in columns else values
    places = pa.array(range(1, len(records) + 1), pa.int64())
    marks = {"_file": pa.repeat(file, len(records)), "_row": places, "_place": places}
    return pa.table(columns | marks)


def latest_people(connection: duckdb.DuckDBPyConnection, participants: pa.Table) -> pa.Table:
    """The last row of each token by ``_place``; a participant without a token is nobody's."""
    connection.register("invited", with_columns(participants, ["token"]))
    return connection.sql(
        "select * from invited where coalesce(token, '') <> '' "
        "qualify row_number() over (partition by token order by _place desc) = 1"
    ).to_arrow_table()


def text_columns(
    records: Sequence[Mapping[str, Any]], *, without: Collection[str] = ()
) -> dict[str, pa.Array]:
    """Every name that occurs in ``records``, with its values as text."""
    names = dict.fromkeys(chain.from_iterable(records))
    return {
        str(name): _texts([record.get(name) for record in records])
        for name in names
        if name not in without
    }


def _texts(values: Sequence[object]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([text(value) for value in values], pa.string())


def text(value: object) -> str | None:
    """A JSON value as the text that an export would hold."""
    return value if value is None or isinstance(value, str) else str(value)
