"""Wide files: one row per response and a column per question, turned into one row per answer.

Which columns are questions is declared by naming those that are not. What an answer means is
decided by the survey's questions.
"""

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from ingestion.readers.content import ROW
from ingestion.settings import Strict

QUESTION, NUMBER, WORDS = "_question", "_number", "_words"
ADDED = (QUESTION, NUMBER, WORDS)


class Wide(Strict):
    """How a wide file is turned.

    Args:
        keep: columns that are no questions, under any name that they may have.
        scored: questions whose answers are numbers, each with the code of the question; all
            other answers are words, which land masked.
    """

    keep: tuple[str, ...]
    scored: dict[str, str] = Field(default_factory=dict)


def turned(rows: pa.RecordBatch, wide: Wide) -> pa.RecordBatch:
    """One row per answer: what is kept, ``_question``, and ``_number`` or ``_words``."""
    names = rows.schema.names
    kept = [name for name in names if name in wide.keep or name == ROW.name]
    schema = pa.schema(
        [
            *(rows.schema.field(name) for name in kept),
            *((name, pa.string()) for name in ADDED),
        ]
    )
    parts = [_answers(rows, name, kept, wide).cast(schema) for name in names if name not in kept]
    table = pa.Table.from_batches(parts, schema=schema).combine_chunks()
    return table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], schema)


def _answers(rows: pa.RecordBatch, question: str, kept: list[str], wide: Wide) -> pa.RecordBatch:
    answers = rows.column(question).cast(pa.string())
    is_given = pc.not_equal(pc.utf8_trim_whitespace(pc.coalesce(answers, "")), "")
    rows, answers = rows.filter(is_given), answers.filter(is_given)
    nothing = pa.nulls(len(answers), pa.string())
    code = wide.scored.get(question)
    columns = {name: rows.column(name) for name in kept} | {
        QUESTION: pa.repeat(code or question, len(answers)),
        NUMBER: answers if code else nothing,
        WORDS: nothing if code else answers,
    }
    return pa.RecordBatch.from_pydict(columns)
