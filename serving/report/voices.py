"""The section of what customers said in the last seven days, in their own masked words.

Texts are as published: names, numbers and addresses were masked before they reached a mart.
"""

from datetime import timedelta

import duckdb

from serving.report.edition import Edition
from serving.report.sections import Cell, Part, Row, Section, Span, rows

MOST = 10
DAYS = 7

STATEMENTS = """
    with scores as (
        select
            response_id, metric, numeric_value as score, scale_maximum,
            (numeric_value - scale_minimum) / nullif(scale_maximum - scale_minimum, 0)
                as share
        from mart_survey_answer
        where
            numeric_value is not null and scale_maximum is not null and is_counted
            and metric in ('nps', 'csat', 'ces')
        qualify row_number() over (
            partition by response_id order by share, metric
        ) = 1
    ),
    statements as (
        select
            voc.feedback_text, voc.channel, voc.market, voc.stated_local_date,
            voc.touchpoint, voc.feedback_id, voc.stated_at,
            coalesce(scores.score, reviews.rating_of_five) as score,
            coalesce(scores.scale_maximum, 5) as scale_maximum,
            coalesce(scores.share, (reviews.rating_of_five - 1) / 4) as share
        from mart_voc as voc
        left join mart_survey_answer as answers
            on voc.feedback_kind = 'survey_answer' and voc.source_record_id = answers.answer_id
        left join scores on answers.response_id = scores.response_id
        left join mart_review as reviews
            on voc.feedback_kind = 'review' and voc.source_record_id = reviews.review_id
        where
            voc.stated_local_date >= $since and voc.stated_local_date < $as_of
            and voc.has_two_words
    )
    select * from statements
    qualify row_number() over (
        partition by feedback_text order by share nulls last, stated_at desc, feedback_id
    ) = 1
    order by share nulls last, stated_at desc, feedback_id
    limit $most
"""


def read(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """The statements of the week, the lowest score first; a text that repeats once."""
    since = span.as_of - timedelta(days=DAYS)
    return rows(connection, STATEMENTS, {"since": since, "as_of": span.as_of, "most": MOST})


def shown(statements: list[Row], edition: Edition) -> Section:
    """A line per statement: score, words, market, channel and day."""
    return Section(
        anchor="voices",
        title=edition.report("sections", "voices"),
        lead=edition.report("sections", "voices_lead"),
        columns=tuple(
            edition.report("columns", key)
            for key in ("score", "words", "touchpoint", "market", "channel", "day")
        ),
        rows=[_line(statement, edition) for statement in statements],
    )


def _line(statement: Row, edition: Edition) -> list[Cell]:
    score = ""
    if statement["score"] is not None:
        number = edition.count(statement["score"])
        most = edition.count(statement["scale_maximum"])
        score = edition.report("score_of", score=number, most=most)
    return [
        Cell(score or "–"),
        Cell(statement["feedback_text"]),
        *(
            Cell(edition.label(domain, statement[domain]))
            for domain in ("touchpoint", "market", "channel")
        ),
        Cell(edition.day(statement["stated_local_date"])),
    ]


PARTS = (Part(read, shown, ("K-SENT",)),)
