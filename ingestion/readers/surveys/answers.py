"""Answers in long form: one row per question, one row per answered question.

What an answer means is declared in ``declaration``; how a tool names its columns belongs in
its connector.
"""

from collections.abc import Collection, Mapping, Sequence

import duckdb
import pyarrow as pa

from ingestion.readers.surveys.declaration import UNDECLARED, Survey
from ingestion.sql import identifier

_QUESTION_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("survey_number", "question_number", "survey_name")),
        *((name, pa.string()) for name in ("question_text", "metric", "horizon", "touchpoint")),
        *((name, pa.string()) for name in ("scale_minimum", "scale_maximum")),
        *((name, pa.string()) for name in ("question_version", "_file")),
        ("_row", pa.int64()),
    ]
)
_NO_ANSWERS = pa.schema(
    [
        *((name, pa.string()) for name in ("survey_number", "response_number")),
        *((name, pa.string()) for name in ("question_number", "_file")),
        ("_row", pa.int64()),
    ]
).empty_table()


_LONG = """
    with answers as (
        unpivot (select response_number, updated_at, _file, _row, {columns} from responses)
        on {columns} into name column_name value answer
    ),
    trimmed as (
        select *, trim(answer) as code from answers where trim(answer) <> ''
    )
    select
        $survey_number as survey_number,
        response_number,
        declared.question_number,
        case
            when not declared.is_numeric then null
            when codes.number is not null then codes.number
            when starts_with(trimmed.code, declared.prefix)
                then substr(trimmed.code, length(declared.prefix) + 1)
            else trimmed.code
        end as numeric_value,
        case
            when declared.holds = 'code'
                or (declared.holds = 'unknown' and trimmed.code in ('Y', 'N'))
                then trimmed.code
        end as choice_code,
        case
            when declared.holds = 'text'
                or (declared.holds = 'unknown' and trimmed.code not in ('Y', 'N'))
                then answer
        end as answer_text,
        updated_at,
        _file,
        _row
    from trimmed
    inner join declared using (column_name)
    left join codes
        on codes.column_name = trimmed.column_name and codes.code = trimmed.code
    order by _row, declared.place
"""


def question_rows(
    survey_number: str, survey: Survey, found: Collection[str], texts: Mapping[str, str], file: str
) -> pa.Table:
    """One row per declared question and per question that was only ``found`` in the data."""
    numbers = list(dict.fromkeys([*survey.questions, *found]))
    records = []
    for row, number in enumerate(numbers, start=1):
        question = survey.questions.get(number, UNDECLARED)
        lowest, highest = question.bounds or (None, None)
        records.append(
            {
                "survey_number": survey_number,
                "question_number": number,
                "survey_name": survey.name,
                "question_text": question.text or texts.get(number),
                "metric": question.metric,
                "horizon": survey.horizon,
                "touchpoint": survey.touchpoint,
                "scale_minimum": None if lowest is None else f"{lowest:f}",
                "scale_maximum": None if highest is None else f"{highest:f}",
                "question_version": str(question.version),
                "_file": file,
                "_row": row,
            }
        )
    return pa.Table.from_pylist(records, schema=_QUESTION_SCHEMA)


def answer_rows(
    connection: duckdb.DuckDBPyConnection,
    survey_number: str,
    survey: Survey,
    responses: pa.Table,
    questions: Mapping[str, str],
) -> pa.Table:
    """One row per answered question; an empty answer is none.

    Args:
        connection: any DuckDB connection.
        survey_number: the survey's number.
        survey: its declaration.
        responses: text columns ``response_number``, ``updated_at``, ``_file``, the integer
            ``_row``, and one column per question.
        questions: question number by the name of its column.
    """
    if not questions:
        return _NO_ANSWERS
    connection.register("responses", responses)
    connection.register("declared", _declared(survey, questions))
    connection.register("codes", _codes(survey, questions))
    columns = ", ".join(identifier(column) for column in questions)
    return connection.sql(
        _LONG.format(columns=columns), params={"survey_number": survey_number}
    ).to_arrow_table()


def _declared(survey: Survey, questions: Mapping[str, str]) -> pa.Table:
    by_column = {
        column: survey.questions.get(number, UNDECLARED) for column, number in questions.items()
    }
    return pa.table(
        {
            "column_name": pa.array(questions, pa.string()),
            "question_number": pa.array(questions.values(), pa.string()),
            "place": pa.array(range(len(questions)), pa.int64()),
            "is_numeric": [question.is_numeric for question in by_column.values()],
            "prefix": [question.codes_prefix for question in by_column.values()],
            "holds": [question.holds for question in by_column.values()],
        }
    )


def _codes(survey: Survey, questions: Mapping[str, str]) -> pa.Table:
    values = [
        (column, code, f"{number:f}")
        for column, question in questions.items()
        for code, number in survey.questions.get(question, UNDECLARED).values.items()
    ]
    names: Sequence[str] = ("column_name", "code", "number")
    return pa.table(
        {
            name: pa.array([value[place] for value in values], pa.string())
            for place, name in enumerate(names)
        }
    )
