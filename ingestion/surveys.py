"""What survey connectors share: the declaration of a survey, and answers in long form.

A score means nothing without its scale, so questions are declared, never guessed. How a tool
writes its exports belongs in its connector.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

import duckdb
import pyarrow as pa
from pydantic import BeforeValidator, Field, model_validator

from ingestion.entities import SURVEY_ENTITIES, entity
from ingestion.settings import Strict
from ingestion.sql import identifier

Metric = Literal["nps", "csat", "ces", "resolved", "open", "other"]
NPS_SCALE = (Decimal(0), Decimal(10))
SCALED: tuple[Metric, ...] = ("nps", "csat", "ces", "resolved")
YES_NO = {"Y": Decimal(1), "N": Decimal(0), "Yes": Decimal(1), "No": Decimal(0)}


def _text_keys(value: Any) -> Any:
    """YAML reads the codes 1 and 2 as numbers; they are codes."""
    if not isinstance(value, dict):
        return value
    return {str(key) if type(key) is int else key: item for key, item in value.items()}


class Question(Strict):
    """What the answers to one question mean.

    ``scale`` is lowest and highest answer. An answer becomes a number by ``codes``, else by
    dropping ``codes_prefix`` (``A9`` is 9). ``answers`` says whether they are codes or a
    person's words; words land masked. ``version`` is raised when scale or meaning changes.
    """

    metric: Metric = "other"
    scale: tuple[Decimal, Decimal] | None = None
    codes: Annotated[dict[str, Decimal], BeforeValidator(_text_keys)] = Field(default={})
    codes_prefix: str = ""
    answers: Literal["code", "text"] | None = None
    version: Annotated[int, Field(ge=1)] = 1
    text: str | None = None

    @model_validator(mode="after")
    def _has_a_scale(self) -> Self:
        if self.metric == "nps" and self.scale not in (None, NPS_SCALE):
            raise ValueError("an nps question has the scale [0, 10]")
        if self.metric in ("csat", "ces") and self.scale is None:
            raise ValueError(f"a {self.metric} question needs its scale, such as [1, 5]")
        if self.scale and self.scale[0] >= self.scale[1]:
            raise ValueError("scale must be [lowest, highest]")
        return self

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest answer, where the question has a scale."""
        fixed = {"nps": NPS_SCALE, "resolved": (Decimal(0), Decimal(1))}
        return self.scale or fixed.get(self.metric)

    @property
    def values(self) -> Mapping[str, Decimal]:
        """The number that each declared code stands for."""
        return self.codes or (YES_NO if self.metric == "resolved" else {})

    @property
    def holds(self) -> Literal["code", "text", "unknown"]:
        """Whether answers are codes or words; unknown ones are treated as words."""
        if self.answers:
            return self.answers
        if self.bounds or self.codes:
            return "code"
        return "text" if self.metric == "open" else "unknown"


UNDECLARED = Question()


class Survey(Strict):
    """One survey: its title, what it is about, its questions, and where a person is named.

    Each ``*_from`` names a column of the responses or an attribute of the participants.
    Columns in ``ignore`` are not answers. Any other column is a question, declared or not.
    """

    name: str
    horizon: Literal["relationship", "transactional", "recovery"]
    touchpoint: str | None = None
    channel: str | None = None
    questions: dict[str, Question] = Field(default={})
    customer_number_from: str | None = None
    phone_from: str | None = None
    interaction_number_from: str | None = None
    agent_number_from: str | None = None
    queue_from: str | None = None
    channel_from: str | None = None
    ignore: tuple[str, ...] = ()

    @property
    def about(self) -> dict[str, str]:
        """Entity columns that the tool has no column for, each with where it is written."""
        named = {
            "customer_number": self.customer_number_from,
            "phone": self.phone_from,
            "interaction_number": self.interaction_number_from,
            "agent_number": self.agent_number_from,
            "queue": self.queue_from,
            "channel": self.channel_from,
        }
        return {column: place for column, place in named.items() if place}

    @property
    def fingerprint(self) -> str:
        """Changes when the declaration does, so that unchanged files are read by it again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


STREAM_NAMES = SURVEY_ENTITIES


def survey_streams(connector: str) -> dict[str, Any]:
    """The unified survey entities as streams of ``connector``."""
    return {name: entity(name, connector=connector) for name in SURVEY_ENTITIES}


AS_EXPORTED = {"dates": "ymd", "calendar": "gregorian", "decimal_separator": "."}
"""How survey tools write dates and numbers, whatever else their source is told."""


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
            when not declared.is_scaled then null
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
            "is_scaled": [question.bounds is not None for question in by_column.values()],
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
