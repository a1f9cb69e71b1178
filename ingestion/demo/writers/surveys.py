"""LimeSurvey exports: coded responses as CSV and participants as JSON, one of each per quarter.

Three surveys: the relationship one, and the one after a call before and after its effort
question changed from a five-step to a seven-step scale. Since one quarter the last of them asks
how hard it was, not how easy.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import Directory, agent_numbers, client_numbers, queue_index
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags, Floats, Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.verbatims import verbatims
from ingestion.demo.world import History
from ingestion.demo.world.state import midnight
from ingestion.demo.world.surveying import (
    AFTER_CALL,
    BOUNCED,
    NONE,
    OPTED_OUT,
    RELATIONSHIP,
)
from ingestion.demo.writers.pbx import call_ids, queue_names

SOURCE = "surveys"
NEW_SCALE_FROM = date(2025, 2, 1)
EASY, HARD = "ces[easy]", "ces[hard]"
HARD_FROM = date(2026, 10, 1)
"""First day of the quarter from which the effort item is reversed."""
BOM = "\ufeff".encode()
MOST_EASE = 7
OUT_OF_SCALE_EVERY, OUT_OF_SCALE_AT = 4_001, 1_500
HEAD = (
    '"id";"submitdate";"lastpage";"startlanguage";"seed";"token";"startdate";"datestamp";"refurl"'
)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One survey of the tool: its number, the start of its files' names, its questions."""

    number: str
    prefix: str
    questions: tuple[str, ...]


RELATIONSHIP_SURVEY = Survey(
    number="610001", prefix="relationship", questions=("nps", "csat", "repurchase", "verbatim")
)
OLD_CALL_SURVEY = Survey(
    number="620001", prefix="old_call", questions=("csat", "effort", "resolved", "verbatim")
)
CALL_SURVEY = Survey(
    number="620002", prefix="call", questions=("csat", EASY, "resolved", "verbatim")
)
SURVEYS = (RELATIONSHIP_SURVEY, OLD_CALL_SURVEY, CALL_SURVEY)


def survey_index(invitations: Table) -> Integers:
    """Index into ``SURVEYS`` of each invitation, −1 for those of another tool."""
    change = midnight(NEW_SCALE_FROM.toordinal())
    called = np.where(invitations["at"] < change, 1, 2)
    kind = invitations["survey"]
    return np.where(kind == RELATIONSHIP, 0, np.where(kind == AFTER_CALL, called, NONE))


def out_of_scale(invitations: Table) -> Flags:
    """The few answers to the recommendation question that carry a code no scale has."""
    row = np.arange(length(invitations))
    return np.asarray(
        (row % OUT_OF_SCALE_EVERY == OUT_OF_SCALE_AT) & (invitations["survey"] == RELATIONSHIP)
    )


def tokens(invitations: Table) -> Strings:
    """Access code of each invitation."""
    row = np.arange(length(invitations))
    return text.joined("demo", text.number((row * 7_919 + 104_729) % 99_999_989, 8))


def response_numbers(invitations: Table, cutoff: int) -> Integers:
    """Number of each response within its survey, by the time of its end; 0 without one."""
    index, ended = survey_index(invitations), invitations["ended_at"]
    numbers = np.zeros(length(invitations), dtype=np.int64)
    for survey in range(len(SURVEYS)):
        answered = np.flatnonzero((index == survey) & (ended > 0) & (ended < cutoff))
        order = np.lexsort((answered, ended[answered]))
        numbers[answered[order]] = 1 + np.arange(len(answered))
    return numbers


def effort_on_old_scale(ces: Integers) -> Integers:
    """The same ease told as effort from 1 (low) to 5 (high)."""
    effort: Floats = np.clip(6 - np.rint(ces * 5 / 7), 1, 5)
    return effort.astype(np.int64)


def write_surveys(history: History, directory: Directory, output: Output) -> None:
    """Write both exports of every survey and quarter."""
    table = history.tables["invitations"]
    invitations = table | {
        "row": np.arange(length(table)),
        "number": response_numbers(table, history.cutoff),
        "flawed": out_of_scale(table),
    }
    index, token = survey_index(table), tokens(table)
    for place, survey in enumerate(SURVEYS):
        mine = rows(invitations, index == place)
        for quarter, lines in _responses(history, survey, mine, token):
            questions = asked(survey, quarter)
            head = HEAD + "".join(f';"{question}"' for question in questions) + "\n"
            content = BOM + head.encode() + text.content(lines)
            output.drop(SOURCE, f"{survey.prefix}_responses_{quarter}.csv", content)
        mine = rows(mine, mine["at"] < history.cutoff)
        columns = _participant_columns(history, directory, mine, token)
        for quarter, people in _participants(mine, columns, history.world.first_day.toordinal()):
            content = json.dumps(people, ensure_ascii=False).encode() + b"\n"
            output.drop(SOURCE, f"{survey.prefix}_participants_{quarter}.json", content)


def asked(survey: Survey, quarter: str) -> tuple[str, ...]:
    """The questions in the export of a quarter."""
    change = f"{HARD_FROM.year}q{HARD_FROM.month // 3 + 1}"
    return tuple(
        HARD if question == EASY and quarter >= change else question
        for question in survey.questions
    )


def asked_hard(responses: Table) -> Flags:
    """Whether a response to the survey after a call came when it asked how hard it was."""
    return np.asarray(text.local_day(responses["ended_at"]) >= HARD_FROM.toordinal())


def _responses(
    history: History, survey: Survey, mine: Table, token: Strings
) -> Iterator[tuple[str, Strings]]:
    first = history.world.first_day.toordinal()
    answered = rows(mine, mine["number"] > 0)
    answered = rows(answered, np.argsort(answered["number"], kind="stable"))
    for quarter, part in text.by_quarter(answered["ended_at"], first):
        yield (
            quarter,
            _response_lines(history, asked(survey, quarter), rows(answered, part), token),
        )


def _response_lines(
    history: History, questions: tuple[str, ...], table: Table, token: Strings
) -> Strings:
    complete = table["complete"].astype(bool)
    language = history.people.language[table["person"]]
    ended = text.clock(table["ended_at"], config.UTC_OFFSET)
    words = {
        "nps": text.joined("A", text.number(np.where(table["flawed"], 11, table["nps"]))),
        "csat": coded(table["csat"]),
        "repurchase": coded(table["repurchase"]),
        "effort": text.number(effort_on_old_scale(table["ces"])),
        EASY: coded(table["ces"]),
        HARD: coded(np.where(table["ces"] == NONE, NONE, MOST_EASE + 1 - table["ces"])),
        "resolved": text.where(table["resolved"] == 1, "Y", "N"),
        "verbatim": verbatims(table["tone"], language, table["words"]),
    }
    parts: list[Strings | str] = []
    for question in questions:
        parts += ['";"', words[question]]
    return text.joined(
        *('"', text.number(table["number"]), '";"', text.where(complete, ended, "")),
        *('";"";"', text.chosen(config.LANGUAGES, language), '";"";"'),
        *(token.take(pa.array(table["row"])), '";"'),
        *(text.clock(table["started_at"], config.UTC_OFFSET), '";"', ended, '";"'),
        *(*parts, '"\n'),
    )


def coded(value: Integers) -> Strings:
    """Codes of answers, empty where there is none."""
    return text.where(value == NONE, "", text.number(value))


def _participants(
    mine: Table, columns: dict[str, Strings], first: int
) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for quarter, part in text.by_quarter(mine["at"], first):
        taken = {name: column.take(pa.array(part)).to_pylist() for name, column in columns.items()}
        yield (
            quarter,
            [
                _participant(dict(zip(taken, values, strict=True)), place)
                for place, values in enumerate(zip(*taken.values(), strict=True), start=1)
            ],
        )


def _participant(values: dict[str, str], place: int) -> dict[str, object]:
    """One participant as the tool's remote control lists it."""
    email, name = values.pop("email"), values.pop("name")
    return {
        "tid": place,
        "token": values.pop("token"),
        "participant_info": {"firstname": name, "lastname": "", "email": email},
        **values,
        "usesleft": 0 if values["completed"] != "N" else 1,
        "validfrom": None,
    }


def _participant_columns(
    history: History, directory: Directory, mine: Table, token: Strings
) -> dict[str, Strings]:
    person = pa.array(mine["person"])
    done = mine["complete"].astype(bool) & (mine["number"] > 0)
    completed = text.clock(mine["ended_at"], config.UTC_OFFSET)
    state = text.where(mine["status"] == BOUNCED, "bounced", "OK")
    return {
        "token": token.take(pa.array(mine["row"])),
        "name": directory.full_names.take(person),
        "email": directory.emails.take(person),
        "emailstatus": text.where(mine["status"] == OPTED_OUT, "OptOut", state),
        **_attributes(history, mine),
        "language": text.chosen(config.LANGUAGES, history.people.language[mine["person"]]),
        "sent": text.clock(mine["at"], config.UTC_OFFSET),
        "completed": text.where(done, completed, "N"),
    }


def _attributes(history: History, mine: Table) -> dict[str, Strings]:
    """Customer, call, agent and queue of each invitation."""
    calls, subject = history.tables["calls"], mine["subject"]
    columns = {"attribute_1": client_numbers(mine["person"])}
    if length(mine) and subject[0] != NONE:
        call = pa.array(subject)
        queue = queue_index(calls["market"][subject], calls["kind"][subject])
        columns["attribute_2"] = call_ids(calls).take(call)
        columns["attribute_3"] = text.number(agent_numbers(queue, calls["agent"][subject]))
        columns["attribute_4"] = queue_names(calls).take(call)
    return columns
