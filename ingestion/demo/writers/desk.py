"""The desk: a ticket system with a SQLite database of its own, and the cases that it tracks.

It shows the state at the end of the last day.
"""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import Directory, agent_numbers, client_numbers, queue_index
from ingestion.demo.output import Output
from ingestion.demo.randomness import Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.verbatims import verbatims
from ingestion.demo.world import History
from ingestion.demo.world.calls import SUPPORT
from ingestion.demo.world.cases import REASONS
from ingestion.demo.world.desk import (
    AGENT,
    AUTHORS,
    BOT,
    CUSTOMER,
    DUPLICATE,
    SPAM,
    STATUSES,
    current,
    shown,
)
from ingestion.demo.writers.databases import write_database
from ingestion.demo.writers.surveys import RELATIONSHIP_SURVEY, response_numbers

SOURCE = "desk"
FILE = "desk.sqlite"
CAME_BY = ("e_mail", "web", "chat")
URGENCIES = ("low", "normal", "high", "urgent")
HOURS_TO_ANSWER = (48, 24, 8, 4)
SOLVE_FACTOR = 5
UNNAMED_EVERY = 9
CASE_STATES = ("open", "contacted", "resolved", "cancelled")
ANSWERS = (
    "We are looking into it and will write again.",
    "در حال بررسی هستیم و دوباره خبر می‌دهیم.",
    "Мы разбираемся и напишем ещё раз.",
)
MACHINE_WORDS = "DEMO assistant: we have received your message."
JUNK_WORDS = "Win a prize now!!! Click here"
TABLES = {
    "requests": (
        "req_no, client_no, sender, came_by, team, assignee, topic, product, urgency, state, "
        "complaint, junk, merged_into, opened, answer_due, solve_due, solved, changed"
    ),
    "posts": ("req_no, post_no, written_by, author_no, is_visible, came_by, words, written"),
    "state_log": "req_no, log_no, state, urgency, team, assignee, logged",
    "cases": (
        "case_no, client_no, reason, response, owner, state, opened, due, called, solved, changed"
    ),
}


def write_desk(history: History, directory: Directory, output: Output) -> None:
    """Write the database."""
    tables = {
        "requests": _requests(history, directory),
        "posts": _posts(history),
        "state_log": _log(history),
        "cases": _cases(history),
    }
    write_database(output, SOURCE, FILE, TABLES, tables)


def ticket_numbers(desk: Table) -> Strings:
    """Numbers of tickets, duplicates and spam."""
    return text.joined(
        text.chosen(("T-", "D-", "X-"), desk["kind"]), text.number(500_000 + desk["row"])
    )


def desk_agents(history: History, person: Integers, agent: Integers) -> Strings:
    """Numbers of the agents who answer a person's tickets."""
    queue = queue_index(history.people.market[person], np.full(len(person), SUPPORT))
    return text.number(agent_numbers(queue, agent))


def is_named(desk: Table) -> np.ndarray:
    """Whether the desk knows the customer's number, not only an address."""
    return np.asarray((desk["row"] % UNNAMED_EVERY != 4) & (desk["kind"] != SPAM))


def _team(history: History, person: Integers) -> Strings:
    queue = queue_index(history.people.market[person], np.full(len(person), SUPPORT))
    return text.chosen(config.QUEUES, queue)


def _requests(history: History, directory: Directory) -> list[Strings]:
    everything = history.tables["desk_tickets"] | current(history)
    kept = np.flatnonzero(shown(everything, history.cutoff))
    kept = kept[np.argsort(everything["at"][kept], kind="stable")]
    desk = rows(everything, kept)
    person, none = desk["person"], pa.scalar(None, pa.string())
    spam, size = desk["kind"] == SPAM, length(desk)
    hours = np.asarray(HOURS_TO_ANSWER)[desk["priority"]] * 3_600
    origin = ticket_numbers(desk | {"kind": np.zeros(size, dtype=np.int64)})
    solved = desk["solved_at"]
    return [
        ticket_numbers(desk),
        text.where(is_named(desk), client_numbers(person), none),
        text.where(spam, "prize@spam.example", directory.emails.take(pa.array(person))),
        text.chosen(CAME_BY, desk["channel"]),
        _team(history, person),
        desk_agents(history, person, desk["agent"]),
        text.chosen(config.REASONS, desk["reason"]),
        text.chosen(config.LINES, history.people.line[person]),
        text.chosen(URGENCIES, desk["priority"]),
        text.chosen(STATUSES, desk["status"]),
        text.where(desk["complaint"].astype(bool) & ~spam, "yes", "no"),
        text.where(spam, "yes", "no"),
        text.where(desk["kind"] == DUPLICATE, origin, none),
        text.clock(desk["at"]),
        text.clock(desk["at"] + hours),
        text.clock(desk["at"] + hours * SOLVE_FACTOR),
        text.where(solved > 0, text.clock(solved), none),
        text.clock(desk["changed_at"]),
    ]


def _known(history: History, name: str) -> tuple[Table, Table]:
    """Rows of a table that are there by then, and the ticket of each."""
    table = history.tables[name]
    table = rows(table, table["at"] < history.cutoff)
    return table, rows(history.tables["desk_tickets"], table["ticket"])


def _posts(history: History) -> list[Strings]:
    posts, desk = _known(history, "ticket_messages")
    person, author = desk["person"], posts["author"]
    by_agent = author == AGENT
    language = history.people.language[person]
    asked = verbatims(desk["mood"], language, desk["words"] + posts["number"])
    words = text.where(author == CUSTOMER, asked, text.chosen(ANSWERS, language))
    words = text.where(author >= BOT, MACHINE_WORDS, words)
    none = pa.scalar(None, pa.string())
    return [
        ticket_numbers(desk),
        text.number(posts["number"]),
        text.chosen(AUTHORS, author),
        text.where(by_agent, desk_agents(history, person, desk["agent"]), none),
        text.where(posts["public"], "yes", "no"),
        text.chosen(CAME_BY, desk["channel"]),
        text.where(desk["kind"] == SPAM, JUNK_WORDS, words),
        text.clock(posts["at"]),
    ]


def _log(history: History) -> list[Strings]:
    changes, desk = _known(history, "ticket_changes")
    person = desk["person"]
    return [
        ticket_numbers(desk),
        text.number(changes["number"]),
        text.chosen(STATUSES, changes["status"]),
        text.chosen(URGENCIES, desk["priority"]),
        _team(history, person),
        desk_agents(history, person, desk["agent"]),
        text.clock(changes["at"]),
    ]


def case_states(cases: Table, cutoff: int) -> tuple[Integers, Integers]:
    """State of each case at the end of the last day, and since when."""
    moments = [cases[name] for name in ("cancelled_at", "resolved_at", "contacted_at")]
    reached = [(moment > 0) & (moment < cutoff) for moment in moments]
    return np.select(reached, [3, 2, 1], 0), np.select(reached, moments, cases["opened_at"])


def case_numbers(cases: Table) -> Strings:
    """Numbers of cases."""
    return text.joined("V-", text.number(cases["key"], 7))


def response_ids(history: History, cases: Table) -> Strings:
    """The response that opened each case as ``survey|response``; absent without one."""
    invitations = history.tables["invitations"]
    number = response_numbers(invitations, history.cutoff)[np.maximum(cases["response"], 0)]
    written = text.joined(f"{RELATIONSHIP_SURVEY.number}|", text.number(number))
    return text.where(cases["response"] >= 0, written, pa.scalar(None, pa.string()))


def _cases(history: History) -> list[Strings]:
    cases = history.tables["cases"]
    cases = rows(cases, cases["opened_at"] < history.cutoff)
    state, since = case_states(cases, history.cutoff)
    none = pa.scalar(None, pa.string())

    def moment(name: str) -> Strings:
        reached = (cases[name] > 0) & (cases[name] < history.cutoff)
        return text.where(reached, text.clock(cases[name]), none)

    return [
        case_numbers(cases),
        client_numbers(cases["person"]),
        text.chosen(REASONS, cases["reason"]),
        response_ids(history, cases),
        desk_agents(history, cases["person"], cases["owner"]),
        text.chosen(CASE_STATES, state),
        text.clock(cases["opened_at"]),
        text.clock(cases["due_at"]),
        moment("contacted_at"),
        moment("resolved_at"),
        text.clock(since),
    ]
