"""Tables of truth: names and files of what ``facts``, ``kpis`` and ``defects`` found."""

from dataclasses import asdict

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.output import Output
from ingestion.demo.randomness import Integers
from ingestion.demo.recording import Column, Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.truth.business import business_tables
from ingestion.demo.truth.defects import planted
from ingestion.demo.truth.facts import (
    EXCLUSIONS,
    METRICS,
    answers_as_given,
    calls_as_happened,
    queue_entries,
    segment_at,
)
from ingestion.demo.truth.kpis import kpi_values
from ingestion.demo.truth.operation_defects import planted_in_operations
from ingestion.demo.truth.operations import operation_kpis
from ingestion.demo.truth.panels import panel_answers, panel_kpis
from ingestion.demo.truth.service import service_tables
from ingestion.demo.world import History
from ingestion.demo.world.billing import contract_fee
from ingestion.demo.world.purchases import COMPLETED, DELETED
from ingestion.demo.writers.clients import SECOND_RECORD_AFTER, contract_numbers, merged
from ingestion.demo.writers.crm import client_of, in_franchise
from ingestion.demo.writers.market_research import SURVEY, response_ids
from ingestion.demo.writers.partners import franchise_numbers
from ingestion.demo.writers.pbx import call_ids
from ingestion.demo.writers.surveys import SURVEYS, survey_index, tokens

OUTCOMES = ("answered", "abandoned", "flow_out", "flow_out", "blocked")
STATUSES = ("completed", "cancelled", "returned")
DELIVERY = ("sent", "bounced", "opted_out")
HORIZONS = ("relationship", "transactional", "transactional")


def write_truth(history: History, directory: Directory, output: Output) -> None:
    """Write every table of truth."""
    calls = calls_as_happened(history)
    entries = queue_entries(history, calls)
    answers = answers_as_given(history)
    names = call_ids(history.tables["calls"])
    for name, table in {
        **service_tables(history),
        **business_tables(history),
        "people": _people(history),
        "calls": _calls(calls, names),
        "queue_entries": _entries(entries, names),
        "survey_invitations": _invitations(history),
        "survey_answers": _answers(history, answers),
        "orders": _orders(history),
        "subscriptions": _contracts(history),
        "panel_answers": panel_answers(history),
        "kpi_values": _together(
            kpi_values(history, calls, entries, answers),
            operation_kpis(history),
            panel_kpis(history, answers),
        ),
        "defects": _listed(planted(history, directory, answers), planted_in_operations(history)),
        "coefficients": _coefficients(history),
        "incidents": _incidents(),
    }.items():
        output.truth(name, pa.table(table))


def _together(*parts: Table) -> Table:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _listed(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: one[name] + other[name] for name in one}


def _instant(seconds: Integers) -> pa.Array:
    return pa.array(seconds, pa.timestamp("s", tz="UTC"))


def _day(ordinals: Integers) -> pa.Array:
    return pa.array(ordinals - config.EPOCH_ORDINAL, pa.int32()).cast(pa.date32())


def _optional(values: Strings, present: Column) -> pa.Array:
    return text.where(present.astype(bool), values, pa.scalar(None, pa.string()))


def _people(history: History) -> dict[str, object]:
    people = history.people
    person = np.concatenate([np.arange(people.size), people.duplicated])
    record = np.concatenate([np.arange(people.size), people.second_record[people.duplicated]])
    later = np.where(record >= people.size, SECOND_RECORD_AFTER, 0)
    known = people.joined_at[person] + later < history.cutoff
    known &= ~((record >= people.size) & merged(history)[person])
    person, record = person[known], record[known]
    return {
        "source_id": pa.array(np.full(len(person), "crm")),
        "record_id": client_numbers(record),
        "person_id": pa.array(person),
        "market": text.chosen(config.MARKETS, people.market[person]),
        "is_internal": pa.array(people.internal[person]),
    }


def _calls(calls: Table, names: Strings) -> dict[str, object]:
    known = calls["person"] >= 0
    return {
        "call_id": names,
        "queue": text.chosen(config.QUEUES, calls["queue"]),
        "person_id": pa.array(calls["person"]),
        "customer_number": _optional(client_numbers(calls["person"]), known),
        "is_linkable": pa.array(calls["linkable"]),
        "is_internal": pa.array(calls["internal"]),
        "segment": _optional(text.chosen(config.SEGMENTS, calls["segment"]), known),
        "reason": text.chosen(config.REASONS, calls["reason"]),
        "agent_number": text.number(calls["agent_number"]),
        "entered_at": _instant(calls["at"]),
        "entered_local_date": _day(calls["day"]),
        "ended_at": _instant(calls["ended_at"]),
        "outcome": text.chosen(OUTCOMES, calls["outcome"]),
        "wait_seconds": pa.array(calls["wait"]),
        "talk_seconds": pa.array(calls["talk"]),
        "hold_seconds": pa.array(calls["hold"]),
        "wrap_seconds": pa.array(calls["wrap"]),
        "is_transferred": pa.array(calls["transferred"]),
        "is_resolved": pa.array(calls["resolved"].astype(bool)),
        "is_open": pa.array(calls["open"]),
    }


def _entries(entries: Table, names: Strings) -> dict[str, object]:
    return {
        "call_id": names.take(pa.array(entries["row"])),
        "queue": text.chosen(config.QUEUES, entries["queue"]),
        "is_first": pa.array(entries["is_first"]),
        "is_internal": pa.array(entries["internal"]),
        "agent_number": text.number(entries["agent_number"]),
        "entered_at": _instant(entries["at"]),
        "entered_local_date": _day(entries["day"]),
        "outcome": text.chosen(OUTCOMES, entries["outcome"]),
        "wait_seconds": pa.array(entries["wait"]),
        "talk_seconds": pa.array(entries["talk"]),
        "hold_seconds": pa.array(entries["hold"]),
        "wrap_seconds": pa.array(entries["wrap"]),
    }


def _survey_numbers(index: Integers) -> Strings:
    return text.chosen([*(survey.number for survey in SURVEYS), SURVEY], index % 4)


def _invitations(history: History) -> dict[str, object]:
    table = history.tables["invitations"]
    token = tokens(table)
    kept = np.flatnonzero((survey_index(table) >= 0) & (table["at"] < history.cutoff))
    mine = rows(table, kept)
    done = mine["complete"].astype(bool) & (mine["ended_at"] < history.cutoff)
    return {
        "survey_number": _survey_numbers(survey_index(mine)),
        "invitation_number": token.take(pa.array(kept)),
        "customer_number": client_numbers(mine["person"]),
        "person_id": pa.array(mine["person"]),
        "sent_at": _instant(mine["at"]),
        "sent_local_date": _day(text.local_day(mine["at"])),
        "delivery_status": text.chosen(DELIVERY, mine["status"]),
        "is_completed": pa.array(done),
    }


def _answers(history: History, answers: Table) -> dict[str, object]:
    tool = answers["tool_survey"]
    research = response_ids({"row": answers["row"]})
    return {
        "survey_number": _survey_numbers(tool),
        "response_number": text.where(tool >= 0, text.number(answers["number"]), research),
        "horizon": text.chosen(HORIZONS, answers["survey"]),
        "metric": text.chosen(METRICS, answers["metric"]),
        "numeric_value": pa.array(answers["value"]),
        "scale_maximum": pa.array(answers["scale_maximum"]),
        "person_id": pa.array(answers["person"]),
        "customer_number": client_numbers(answers["person"]),
        "market": text.chosen(config.MARKETS, answers["market"]),
        "segment": text.chosen(config.SEGMENTS, answers["segment"]),
        "queue": _optional(
            text.chosen(config.QUEUES, np.maximum(answers["queue"], 0)), answers["queue"] >= 0
        ),
        "invited_at": _instant(answers["at"]),
        "answered_at": _instant(answers["ended_at"]),
        "answered_local_date": _day(answers["day"]),
        "exclusion_reason": pa.array(EXCLUSIONS, pa.string()).take(pa.array(answers["exclusion"])),
    }


def _orders(history: History) -> dict[str, object]:
    orders = history.tables["orders"]
    orders = orders | {"row": np.arange(length(orders)), "client": client_of(history, orders)}
    changed = (orders["status"] != COMPLETED) & (orders["changed_at"] < history.cutoff)
    franchise = in_franchise(history, orders).astype(bool)
    gone = changed & (orders["status"] == DELETED) & ~franchise
    kept = ~gone & (orders["at"] < history.cutoff)
    table, changed, franchise = rows(orders, kept), changed[kept], franchise[kept]
    status = np.where(changed & (table["status"] != DELETED), table["status"], COMPLETED)
    person = table["person"]
    number = text.joined("O-", text.number(10_000_000 + table["row"]))
    return {
        "source_id": text.where(franchise, "partners", pa.array(np.full(len(person), "crm"))),
        "order_number": text.where(franchise, franchise_numbers(table["row"]), number),
        "customer_number": client_numbers(table["client"]),
        "person_id": pa.array(person),
        "segment": text.chosen(config.SEGMENTS, segment_at(history, person, table["at"])),
        "market": text.chosen(config.MARKETS, history.people.market[person]),
        "ordered_at": _instant(table["at"]),
        "ordered_local_date": _day(text.local_day(table["at"])),
        "status": text.chosen(STATUSES, status),
        "product_name": text.chosen(config.LINES, table["line"]),
        "amount": text.decimal(table["cents"]),
        "currency_code": text.chosen(config.CURRENCIES, history.people.market[person]),
        "is_late": pa.array(table["late"].astype(bool)),
        "is_damaged": pa.array(table["damaged"].astype(bool)),
    }


def _contracts(history: History) -> dict[str, object]:
    table = history.tables["contracts"]
    ended = table["ended_day"] > 0
    last = _day(np.where(ended, table["ended_day"], table["started_day"]))
    return {
        "subscription_number": contract_numbers(table),
        "customer_number": client_numbers(table["person"]),
        "person_id": pa.array(table["person"]),
        "started_on": _day(table["started_day"]),
        "ended_on": text.where(ended, last, pa.scalar(None, pa.date32())),
        "is_involuntary": pa.array(table["involuntary"].astype(bool)),
        "monthly_amount": text.decimal(contract_fee(history, table["person"])),
    }


def _coefficients(history: History) -> dict[str, object]:
    held = asdict(history.world.coefficients) | {
        f"rate_{name}": value for name, value in asdict(history.world.rates).items()
    }
    return {"coefficient": list(held), "value": list(held.values())}


def _incidents() -> dict[str, object]:
    return {
        "incident": [incident.key for incident in config.INCIDENTS],
        "market": [config.MARKETS[incident.market] for incident in config.INCIDENTS],
        "first_day": [incident.first_day for incident in config.INCIDENTS],
        "last_day": [incident.last_day for incident in config.INCIDENTS],
        "description": [incident.description for incident in config.INCIDENTS],
    }
