"""Truth about service: tickets, cases, evaluations, the floor, reviews, referrals and visits."""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import client_numbers
from ingestion.demo.recording import rows
from ingestion.demo.truth.columns import Told, day, instant, optional, reached, who
from ingestion.demo.world import History
from ingestion.demo.world.cases import REASONS
from ingestion.demo.world.desk import AUTHORS, SPAM, STATUSES, current
from ingestion.demo.world.evaluations import ITEMS, MODES, POINTS
from ingestion.demo.world.floor import EVENTS, NODES, ORPHAN, STATES
from ingestion.demo.writers import floor
from ingestion.demo.writers.clinic import visit_numbers
from ingestion.demo.writers.desk import (
    CAME_BY,
    CASE_STATES,
    case_numbers,
    case_states,
    desk_agents,
    response_ids,
    ticket_numbers,
)
from ingestion.demo.writers.partner_reports import (
    evaluated_agents,
    evaluation_numbers,
    referral_numbers,
    referral_rows,
    review_numbers,
    review_rows,
)
from ingestion.demo.writers.pbx import call_ids

TICKET_KINDS = ("ticket", "duplicate", "spam")


def service_tables(history: History) -> dict[str, Told]:
    """One table per kind of event, as it happened until the end of the last day."""
    return {
        "tickets": _tickets(history),
        "ticket_messages": _ticket_messages(history),
        "ticket_status_changes": _changes(history),
        "actions": _cases(history),
        "qa_scores": _evaluations(history),
        "agent_states": _states(history),
        "ivr_events": _menu(history),
        "recordings": _recordings(history),
        "reviews": _reviews(history),
        "referrals": _referrals(history),
        "appointments": _appointments(history),
    }


def _tickets(history: History) -> Told:
    desk = history.tables["desk_tickets"] | current(history)
    desk = rows(desk, desk["at"] < history.cutoff)
    resolved = (desk["resolved_at"] > 0) & (desk["resolved_at"] < history.cutoff)
    last = np.where(resolved, desk["resolved_at"], desk["solved_at"])
    reopened = (desk["reopened_at"] > 0) & (desk["reopened_at"] < history.cutoff)
    first = history.tables["desk_tickets"]["solved_at"]
    first = first[history.tables["desk_tickets"]["at"] < history.cutoff]
    return who(history, desk) | {
        "ticket_number": ticket_numbers(desk),
        "kind": text.chosen(TICKET_KINDS, desk["kind"]),
        "channel": text.chosen(CAME_BY, desk["channel"]),
        "reason": text.chosen(config.REASONS, desk["reason"]),
        "agent_number": desk_agents(history, desk["person"], desk["agent"]),
        "status": text.chosen(STATUSES, desk["status"]),
        "is_complaint": pa.array(desk["complaint"].astype(bool) & (desk["kind"] != SPAM)),
        "created_at": instant(desk["at"]),
        "created_local_date": day(text.local_day(desk["at"])),
        "first_reply_at": reached(history, desk["replied_at"]),
        "first_solved_at": reached(history, first),
        "last_solved_at": reached(history, np.where(resolved, last, first)),
        "is_reopened": pa.array(reopened),
    }


def _ticket_messages(history: History) -> Told:
    table = history.tables["ticket_messages"]
    table = rows(table, table["at"] < history.cutoff)
    desk = rows(history.tables["desk_tickets"], table["ticket"])
    return {
        "ticket_number": ticket_numbers(desk),
        "message_number": text.number(table["number"]),
        "author_kind": text.chosen(AUTHORS, table["author"]),
        "is_public": pa.array(table["public"]),
        "sent_at": instant(table["at"]),
    }


def _changes(history: History) -> Told:
    table = history.tables["ticket_changes"]
    table = rows(table, table["at"] < history.cutoff)
    desk = rows(history.tables["desk_tickets"], table["ticket"])
    return {
        "ticket_number": ticket_numbers(desk),
        "change_number": text.number(table["number"]),
        "status": text.chosen(STATUSES, table["status"]),
        "changed_at": instant(table["at"]),
    }


def _cases(history: History) -> Told:
    table = history.tables["cases"]
    table = rows(table, table["opened_at"] < history.cutoff)
    state, _ = case_states(table, history.cutoff)
    return who(history, table) | {
        "case_number": case_numbers(table),
        "reason": text.chosen(REASONS, table["reason"]),
        "response_number": response_ids(history, table),
        "owner_number": desk_agents(history, table["person"], table["owner"]),
        "status": text.chosen(CASE_STATES, state),
        "opened_at": instant(table["opened_at"]),
        "due_at": instant(table["due_at"]),
        "contacted_at": reached(history, table["contacted_at"]),
        "resolved_at": reached(history, table["resolved_at"]),
    }


def _evaluations(history: History) -> Told:
    table = history.tables["evaluations"]
    table = rows(table, table["at"] < history.cutoff)
    applies = table["points"] >= 0
    none = pa.scalar(None, pa.int64())
    possible = pa.array(np.asarray(POINTS)[table["item"]])
    return {
        "evaluation_number": evaluation_numbers(table),
        "item": text.chosen(ITEMS, table["item"]),
        "call_id": call_ids(history.tables["calls"]).take(pa.array(table["call"])),
        "agent_number": evaluated_agents(history, table),
        "mode": text.chosen(MODES, table["mode"]),
        "points_possible": text.where(applies, possible, none),
        "points_earned": text.where(applies, pa.array(table["points"]), none),
        "is_auto_fail": pa.array(table["fails"]),
        "evaluated_at": instant(table["at"]),
        "coached_at": reached(history, table["coached_at"]),
    }


def _states(history: History) -> Told:
    table = history.tables["agent_states"]
    table = rows(table, table["ends_at"] < history.cutoff)
    return {
        "state_number": floor.state_numbers(table),
        "agent_number": floor.state_agents(table),
        "state": text.chosen(STATES, table["state"]),
        "started_at": instant(table["at"]),
        "ended_at": instant(table["ends_at"]),
    }


def _menu(history: History) -> Told:
    table = history.tables["ivr_events"]
    table = rows(table, table["at"] < history.cutoff)
    return {
        "call_number": floor.menu_calls(history, table),
        "step_number": text.number(table["step"]),
        "node": text.chosen(NODES, table["node"]),
        "event": text.chosen(EVENTS, table["event"]),
        "occurred_at": instant(table["at"]),
        "is_contained": pa.array(table["contained"]),
    }


def _recordings(history: History) -> Told:
    table = history.tables["recordings"]
    table = rows(table, floor.recorded_at(table) < history.cutoff)
    return {
        "recording_number": floor.recording_numbers(table),
        "call_id": optional(floor.recorded_calls(history, table), table["kind"] != ORPHAN),
        "is_consent_refused": pa.array(table["refused"]),
        "length_milliseconds": pa.array(table["seconds"] * 1_000),
        "recorded_at": instant(table["at"]),
        "deleted_at": reached(history, table["deleted_at"]),
    }


def _reviews(history: History) -> Told:
    table = review_rows(history)
    table = rows(table, table["at"] < history.cutoff)
    return who(history, table) | {
        "review_number": review_numbers(table),
        "rating_of_5": pa.array(table["rating"]),
        "product_name": text.chosen(config.LINES, table["line"]),
        "is_bot": pa.array(table["bot"]),
        "posted_at": instant(table["at"]),
        "replied_at": reached(history, table["replied_at"]),
    }


def _referrals(history: History) -> Told:
    table = referral_rows(history)
    table = rows(table, table["at"] < history.cutoff)
    came = (table["converted_at"] > 0) & (table["converted_at"] < history.cutoff)
    return who(history, table) | {
        "referral_number": referral_numbers(table),
        "referred_customer_number": optional(client_numbers(table["referred"]), came),
        "is_self": pa.array(table["self"]),
        "referred_at": instant(table["at"]),
        "converted_at": reached(history, table["converted_at"]),
    }


def _appointments(history: History) -> Told:
    table = history.tables["appointments"]
    table = rows(table, table["ended_at"] < history.cutoff)
    return who(history, table) | {
        "interaction_number": visit_numbers(table),
        "planned_at": instant(table["planned_at"]),
        "started_at": instant(table["started_at"]),
        "ended_at": instant(table["ended_at"]),
    }
