"""What files write in pieces: a date beside its time, the parts of a name; and durations.

Which column means what is decided in ``columns``.
"""

import re
from typing import Any

from ingestion.proposing.conventions import DATE
from ingestion.proposing.drafts import Draft
from ingestion.proposing.looking import Look
from ingestion.proposing.wording import said
from ingestion.proposing.words import ascii_digits, synonyms
from ingestion.readers.mapping import CLOCK, NUMBER

MILLISECONDS = "_milliseconds"
IN_MILLISECONDS = re.compile(r"(?<![a-z])(ms|msec|milli\w*)(?![a-z])|میلی|мс|милли", re.IGNORECASE)
IN_MINUTES = re.compile(r"(?<![a-z])min(ute)?s?(?![a-z])|دقیقه|мин", re.IGNORECASE)
FULL_NAME = "full_name"


def duration_of(draft: Draft, look: Look, column: str, source: str) -> Any:
    """What ``columns`` says of a duration: seconds unless the header says otherwise.

    None when it is written in a way that cannot be read.
    """
    values = look.columns[source]
    if values and all(map(CLOCK.match, values)):
        return _clock(draft, column, source, values)
    if not all(NUMBER.match(value) for value in values):
        draft.ask(
            said(
                "{source} is not written as a plain number, so it is no duration that can be read; "
                "can the system export seconds?",
                source=repr(source),
            ),
            said("the column is kept as it is, beside the others"),
            f"columns.{column}",
        )
        return None
    if IN_MILLISECONDS.search(source):
        return source
    return {"from": source, "factor": 60_000 if IN_MINUTES.search(source) else 1000}


def _clock(draft: Draft, column: str, source: str, values: list[str]) -> Any:
    """Two parts are minutes and seconds: nobody waits by the hour."""
    short = next((value for value in values if value.count(":") == 1), None)
    if short and not any(question.key.endswith(".clock") for question in draft.questions):
        draft.ask(
            said("Is {value} of {source} minutes and seconds?", value=short, source=repr(source)),
            said("yes; clock: hours says that it is hours and minutes"),
            f"columns.{column}.clock",
        )
    return {"from": source, "clock": "minutes", "factor": 1000}


def join_times(draft: Draft, look: Look) -> None:
    """A time in a column of its own follows the date that its header means too."""
    days = {
        name: source
        for name, source in draft.columns.items()
        if name in draft.dated and isinstance(source, str) and _are_days(look, source)
    }
    for name, values in look.columns.items():
        if name in draft.taken or not values or not all(map(CLOCK.match, values)):
            continue
        column = synonyms().column_of(name, draft.entity)
        if column not in days and synonyms().is_clock(name) and len(days) == 1:
            (column,) = days
        if column in days:
            draft.columns[column] = {"from": days.pop(column), "join": [name]}


def _are_days(look: Look, source: str) -> bool:
    days = (ascii_digits(value).removesuffix(" 00:00:00") for value in look.columns[source])
    return all(DATE.match(day) and ":" not in day for day in days)


def join_names(draft: Draft, look: Look) -> None:
    """The parts of a name, in the order in which the file has them."""
    parts = [name for name in look.columns if synonyms().is_part_of_name(name)]
    read = draft.columns.get(FULL_NAME)
    free = [name for name in parts if name == read or name not in draft.taken]
    if free and (read is None or read in free) and FULL_NAME in draft.possible:
        draft.columns[FULL_NAME] = {"from": free[0], "join": free[1:]} if free[1:] else free[0]
