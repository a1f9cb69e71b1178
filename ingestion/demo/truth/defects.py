"""Defects: every planted flaw, where it stands, and what must become of it."""

from dataclasses import dataclass, field

import numpy as np

from ingestion.demo import text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.randomness import Integers
from ingestion.demo.recording import Table
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.purchases import CANCELLED, DELETED, RETURNED
from ingestion.demo.world.surveying import OPTED_OUT, RELATIONSHIP
from ingestion.demo.writers.clients import CORRECTED_AT, merged, mistyped
from ingestion.demo.writers.crm import in_franchise
from ingestion.demo.writers.market_research import response_ids
from ingestion.demo.writers.partners import (
    NEW_AMOUNT_FROM,
    bad_line,
    chat_delivery,
    chat_numbers,
    franchise_file,
    franchise_lines,
    franchise_numbers,
    in_toman,
    jalali_chats,
    jalali_months,
    late_chats,
)
from ingestion.demo.writers.pbx import reloads
from ingestion.demo.writers.surveys import asked_hard, tokens


@dataclass
class Defects:
    """Planted flaws as columns."""

    columns: dict[str, list[str]] = field(
        default_factory=lambda: {
            name: [] for name in ("defect", "source_id", "record_id", "expected_fate", "rule")
        }
    )

    def add(
        self, defect: str, source: str, records: Strings | list[str], fate: str, rule: str = ""
    ) -> None:
        """Add one kind of flaw with the records that have it."""
        found = records if isinstance(records, list) else records.to_pylist()
        for name, value in (
            ("defect", defect),
            ("source_id", source),
            ("expected_fate", fate),
            ("rule", rule),
        ):
            self.columns[name] += [value] * len(found)
        self.columns["record_id"] += found


def planted(history: History, directory: Directory, answers: Table) -> dict[str, list[str]]:
    """All planted flaws that a system shows at the end of the last day."""
    defects = Defects()
    _identities(defects, history, directory)
    _orders(defects, history)
    _chats(defects, history)
    _answers(defects, history, answers)
    _franchise(defects, history)
    lines = text.number(reloads(history))
    defects.add("half_written_line", "pbx", lines.slice(0, len(lines) - 1), "kept")
    defects.add("half_written_line", "pbx", lines.slice(len(lines) - 1), "awaited")
    return defects.columns


def _identities(defects: Defects, history: History, directory: Directory) -> None:
    people = history.people
    living = people.joined_at < history.cutoff

    def clients(chosen: np.ndarray) -> Strings:
        return client_numbers(np.flatnonzero(chosen & living))

    defects.add("persian_digits_in_phone", "crm", clients(directory.phone_forms == 4), "corrected")
    defects.add("local_phone", "crm", clients(directory.phone_forms == 3), "corrected")
    one = merged(history)
    twice = clients((people.second_record >= 0) & ~one)
    defects.add("duplicate_record", "crm", twice, "merged")
    gone = client_numbers(people.second_record[np.flatnonzero(one)])
    defects.add("record_merged_away", "crm", gone, "deleted")
    if history.cutoff > CORRECTED_AT:
        mistaken, _ = mistyped(people)
        defects.add("email_of_another", "crm", client_numbers(mistaken), "kept_apart")
    defects.add("shared_family_phone", "crm", clients(people.shares_phone_with >= 0), "kept_apart")
    defects.add("role_mailbox", "crm", clients(people.role_mailbox), "kept_apart")
    defects.add("test_account", "crm", clients(people.internal), "excluded", "internal")


def _order_numbers(row: Integers, franchise: np.ndarray) -> tuple[Strings, Strings]:
    partner = franchise_numbers(row[franchise[row]])
    return text.joined("O-", text.number(10_000_000 + row[~franchise[row]])), partner


def _orders(defects: Defects, history: History) -> None:
    orders = history.tables["orders"]
    franchise = in_franchise(history, orders).astype(bool)
    known = orders["changed_at"] < history.cutoff
    changed = np.flatnonzero(known & np.isin(orders["status"], (CANCELLED, RETURNED)))
    ours, theirs = _order_numbers(changed, franchise)
    defects.add("status_changed_later", "crm", ours, "corrected")
    defects.add("status_changed_later", "partners", theirs, "corrected")
    gone = np.flatnonzero(known & (orders["status"] == DELETED) & ~franchise)
    ours, _ = _order_numbers(gone, franchise)
    defects.add("deleted", "crm", ours, "deleted")


def _chats(defects: Defects, history: History) -> None:
    chats = history.tables["chats"]
    late = late_chats(chats) & (chat_delivery(chats) < history.cutoff)
    row = np.flatnonzero(late)
    numbers = chat_numbers(chats).take(row)
    defects.add("delivered_a_month_late", "partners", numbers, "kept")
    wrong = np.flatnonzero(jalali_chats(chats) & (chat_delivery(chats) < history.cutoff))
    quarters = text.by_quarter(chat_delivery(chats)[wrong], history.world.first_day.toordinal())
    files = [f"chats_{quarter}.jsonl" for quarter, part in quarters if len(part)]
    defects.add("jalali_date", "partners", files, "quarantined", "implausible_year")


def _franchise(defects: Defects, history: History) -> None:
    """What is wrong with the files of the franchise, besides their dates and digits."""
    table, _, said = franchise_lines(history)
    days = text.local_day(said)
    for month in jalali_months(history):
        file, part = franchise_file(month), (days >= month[1]) & (days <= month[2])
        kind, _ = bad_line(month, history.world.until.toordinal())
        if kind:
            defects.add("bad_line", "partners", [file], "quarantined", kind)
        if month[0] >= NEW_AMOUNT_FROM and part.any():
            row = table["row"][part]
            toman = np.unique(row[in_toman(row)])
            defects.add("renamed_column", "partners", franchise_numbers(np.unique(row)), "kept")
            defects.add("toman_in_rial_column", "partners", franchise_numbers(toman), "corrected")


def _answers(defects: Defects, history: History, answers: Table) -> None:
    token = tokens(history.tables["invitations"])
    tool = answers["tool_survey"] >= 0
    for code, defect, fate, rule in (
        (1, "late_answer", "excluded", "late"),
        (2, "answer_of_test_account", "excluded", "internal"),
        (4, "answer_out_of_scale", "excluded", "out_of_scale"),
    ):
        row = np.unique(answers["row"][tool & (answers["exclusion"] == code)])
        defects.add(defect, "surveys", token.take(row), fate, rule)
    for defect, sent in (
        ("preview_response", answers["preview"]),
        ("bot_reply", answers["robot"] & ~answers["preview"]),
    ):
        shown = response_ids({"row": np.unique(answers["row"][sent])})
        defects.add(defect, "market_research", shown, "excluded", "test")
    hard = np.unique(answers["row"][(answers["tool_survey"] == 2) & asked_hard(answers)])
    defects.add("reversed_effort_item", "surveys", token.take(hard), "corrected")
    old = np.unique(answers["row"][(answers["tool_survey"] == 1)])
    defects.add("old_effort_scale", "surveys", token.take(old), "kept_apart", "question_version")
    table = history.tables["invitations"]
    wrote = np.flatnonzero((table["survey"] == RELATIONSHIP) & (table["status"] == OPTED_OUT))
    defects.add("opted_out_but_invited", "surveys", token.take(wrote), "kept", "opted_out")
