"""What the demo company plants stands in its files, and the lake does with it what truth says.

The defects that only the warehouse can judge are asked of it in ``tests.factories.fates``.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pytest

from ingestion.lake import Lake, open_table
from ingestion.quarantine import summarize
from ingestion.registry import all_streams
from ingestion.settings import Home
from ingestion.sql import parquet
from tests.factories.night import LAST_DAY, play

BEFORE = date(2026, 10, 14)
"""A day before the clerks merge and correct records."""


@dataclass(frozen=True)
class Nights:
    """The tiny company's inbox on the first of two nights, and the home after each."""

    home: Home
    first_log: bytes
    first_clients: list[tuple[Any, ...]]
    first_reloads: list[tuple[Any, ...]]

    def inbox(self, source: str, pattern: str) -> str:
        """The files of a source, wherever they lie by now, joined."""
        rooms = (self.home.inbox / source, self.home.root / "archive" / source)
        found = [path for room in rooms for path in sorted(room.rglob(pattern))]
        return "".join(path.read_text(encoding="utf-8") for path in found)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query that names ``{stream}`` tables of the lake and ``truth`` tables."""
        return _ask(self.home, query)


def _ask(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, spec in all_streams().items():
            table = open_table(Lake(home.lake).table(spec)) if name in query else None
            if table:
                connection.execute(f"create view {name} as from {parquet(table.file_uris())}")
        for path in (home.root / "truth").glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from '{path}'")
        return connection.execute(query).fetchall()


RELOADS = """
    select cast(epoch(occurred_at) as bigint), count(*) from asterisk__queue_log
    where event = 'CONFIGRELOAD' group by 1 order by 1
"""
CLIENTS = """
    select source_id, _op, email_hash from mapped__customers where _source_id = 'crm'
    qualify row_number() over (
        partition by source_id order by source_version desc, _op = 'delete' desc
    ) = 1
"""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    root = tmp_path_factory.mktemp("defects")
    home = play(root, until=BEFORE)
    first_log = (home.inbox / "pbx" / "queue_log").read_bytes()
    first_clients, first_reloads = _ask(home, CLIENTS), _ask(home, RELOADS)
    play(root, until=LAST_DAY)
    return Nights(home, first_log, first_clients, first_reloads)


def planted(nights: Nights, defect: str, fate: str) -> list[str]:
    """The records of one kind of defect; there are some."""
    query = f"select record_id from defects where defect = '{defect}' and expected_fate = '{fate}'"
    found = [record for (record,) in nights.ask(query)]
    assert found, defect
    return found


def test_a_half_written_line_waits_and_is_read_once_when_it_is_complete(nights: Nights) -> None:
    assert not nights.first_log.endswith(b"\n")
    assert (nights.home.inbox / "pbx" / "queue_log").read_bytes().startswith(nights.first_log)
    half_written = int(nights.first_log.split(b"\n")[-1].split(b"|")[0])
    kept = [(int(second), 1) for second in planted(nights, "half_written_line", "kept")]
    assert nights.first_reloads == kept[: kept.index((half_written, 1))]
    assert nights.ask(RELOADS) == kept
    assert planted(nights, "half_written_line", "awaited") == [str(kept[-1][0] + 86_400)]


def test_toman_and_a_renamed_column_land_as_rials(nights: Nights) -> None:
    text = nights.inbox("partners", "franchise_orders_*.csv")
    assert "کانال;مبلغ;آخرین" in text
    assert "کانال;مبلغ کل;واحد;آخرین" in text
    assert ";تومان;" in text
    assert planted(nights, "toman_in_rial_column", "corrected")
    assert planted(nights, "renamed_column", "kept")
    wrong = """
        select defects.record_id, landed.amount, orders.amount
        from defects
        inner join orders on defects.record_id = orders.order_number
        left join mapped__orders as landed
            on defects.record_id = landed.source_id and landed._source_id = 'partners'
        where
            defects.defect in ('toman_in_rial_column', 'renamed_column')
            and landed.amount is distinct from orders.amount
    """
    assert nights.ask(wrong) == []


def test_jalali_dates_in_a_gregorian_column_are_refused(nights: Nights) -> None:
    text = nights.inbox("partners", "chats_2026q3.jsonl")
    count = len(re.findall(r'"begun": "1405/', text))
    assert count
    assert planted(nights, "jalali_date", "quarantined") == ["chats_2026q3.jsonl"]
    refused = {
        (row.file, row.rule, row.column_name): row.count_rows for row in summarize(nights.home)
    }
    assert refused == {
        ("chats_2026q3.jsonl", "implausible_year", column): count
        for column in ("started_at", "ended_at", "updated_at")
    }


def test_a_reversed_effort_item_lands_as_ease(nights: Nights) -> None:
    tokens = planted(nights, "reversed_effort_item", "corrected")
    rows = nights.ask(
        """
        select distinct
            responses.invitation_number, landed.numeric_value,
            cast(landed.choice_code as integer), told.numeric_value
        from limesurvey__survey_answers as landed
        inner join limesurvey__survey_responses as responses
            using (survey_number, response_number)
        inner join survey_answers as told
            on landed.survey_number = told.survey_number
            and landed.response_number = told.response_number
            and told.metric = 'ces'
        where landed.question_number = 'ces[hard]'
        """
    )
    assert sorted(token for token, *_ in rows) == sorted(tokens)
    assert all(ease == told == 8 - code for _, ease, code, told in rows)


def test_the_answer_of_a_robot_is_marked(nights: Nights) -> None:
    robots = planted(nights, "bot_reply", "excluded")
    rows = nights.ask(
        "select response_number, is_test, epoch(submitted_at) - epoch(started_at) "
        "from qualtrics__survey_responses where is_test"
    )
    assert rows == [(robot, True, 1.0) for robot in robots]


def test_a_record_that_was_merged_away_is_deleted_and_its_person_stays(nights: Nights) -> None:
    before, after = _by_record(nights.first_clients), _by_record(nights.ask(CLIENTS))
    for gone in planted(nights, "record_merged_away", "deleted"):
        assert before[gone][0] == "upsert"
        assert after[gone] == ("delete", None)
        assert nights.ask(f"select 1 from people where record_id = '{gone}'") == []


def test_two_persons_share_an_email_until_a_clerk_corrects_it(nights: Nights) -> None:
    before, after = _by_record(nights.first_clients), _by_record(nights.ask(CLIENTS))
    for mistaken in planted(nights, "email_of_another", "kept_apart"):
        assert list(before.values()).count(before[mistaken]) == 2
        assert list(after.values()).count(after[mistaken]) == 1


CHANGING = {
    "tickets": ("ticket_number", "status", "created_at"),
    "invoices": ("invoice_number", "status", "due_on"),
    "payments": ("payment_number", "status", "paid_at"),
    "shipments": ("shipment_number", "delivered_at", "promised_at"),
    "renewals": ("renewal_number", "outcome", "due_on"),
    "actions": ("case_number", "status", "contacted_at", "resolved_at"),
    "reviews": ("review_number", "is_bot", "replied_at"),
    "referrals": ("referral_number", "referred_customer_number", "converted_at"),
    "recordings": ("recording_number", "length_milliseconds", "deleted_at"),
}


@pytest.mark.parametrize("stream", CHANGING)
def test_the_last_version_of_every_record_is_how_it_is_after_two_nights(
    nights: Nights, stream: str
) -> None:
    columns = ", ".join(CHANGING[stream])
    landed = f"""
        select {columns} from mapped__{stream}
        qualify row_number() over (
            partition by _source_id, source_id order by source_version desc, _load_seq desc
        ) = 1
    """
    told = f"select {columns} from {stream}"
    assert nights.ask(f"select count(*) from {stream}")[0][0] > 0
    assert nights.ask(f"({landed} except {told}) union all ({told} except {landed})") == []


def _by_record(rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {record: tuple(values) for record, *values in rows}
