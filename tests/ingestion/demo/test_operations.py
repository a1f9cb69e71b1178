"""Tickets, bills, messages and reports: every row reaches a reader, and causes have effects."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.demo import generate
from ingestion.registry import connector
from ingestion.settings import DEMO_SOURCES, load_sources
from tests.factories.operation_fates import OPERATION_QUESTIONS

SMALL = {"customers": 500, "days": 250}
"""From February on: long enough for all three incidents."""

STREAMS = {
    "tickets": ("tickets", ("ticket_number",)),
    "ticket_messages": ("ticket_messages", ("ticket_number", "message_number")),
    "ticket_status_changes": ("ticket_status_changes", ("ticket_number", "change_number")),
    "actions": ("actions", ("case_number",)),
    "invoices": ("invoices", ("invoice_number",)),
    "payments": ("payments", ("payment_number",)),
    "renewals": ("renewals", ("renewal_number",)),
    "opportunity_stages": ("opportunity_stages", ("opportunity_number", "change_number")),
    "shipments": ("shipments", ("shipment_number",)),
    "referrals": ("referrals", ("referral_number",)),
    "costs": ("costs", ("cost_number",)),
    "reviews": ("reviews", ("review_number",)),
    "qa_scores": ("qa_scores", ("evaluation_number", "item")),
    "communications": ("communications", ("message_number",)),
    "communication_events": ("communication_events", ("message_number", "event_number")),
    "agent_states": ("agent_states", ("state_number",)),
    "ivr_events": ("ivr_events", ("call_number", "step_number")),
    "recordings": ("recordings", ("recording_number",)),
    "web_events": ("web_events", ("event_number",)),
    "appointments": ("interactions", ("interaction_number",)),
}
"""Table of truth, the stream that carries it, and its key."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("operations")
    generate(root, **SMALL)
    return root


def _read(home: Path, stream: str) -> pa.Table:
    """What the readers of every source with this stream yield; of chats we ask elsewhere."""
    tables = []
    for source in load_sources(DEMO_SOURCES).sources:
        if stream in source.streams and (source.id, stream) != ("partners", "interactions"):
            inbox = home / "inbox" / source.id
            reader = connector(source.connector)
            for batch in reader.read(source, stream, cursor={}, inbox=inbox):
                rows = batch.rows
                tables.append(rows if isinstance(rows, pa.Table) else rows.read_all())
    return pa.concat_tables(tables, promote_options="default")


def _ask(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Tehran'")
        for path in (home / "truth").glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from '{path}'")
        return connection.execute(query).fetchall()


def _one(home: Path, query: str) -> tuple[Any, ...]:
    (row,) = _ask(home, query)
    return row


@pytest.mark.parametrize("told", STREAMS)
def test_readers_find_exactly_the_events_that_happened(home: Path, told: str) -> None:
    stream, key = STREAMS[told]
    read = _read(home, stream)
    keys = ", ".join(key)
    with duckdb.connect() as connection:
        connection.register("read", read)
        truth = f"select {keys} from '{home / 'truth' / f'{told}.parquet'}'"
        found = f"select distinct {keys} from read"
        missing = connection.execute(f"({truth} except {found}) union all ({found} except {truth})")
        assert missing.fetchall() == []
        (count, distinct) = connection.execute(
            f"select count(*), count(distinct ({keys})) from ({truth})"
        ).fetchall()[0]
    assert count == distinct > 0


def test_every_planted_kind_of_flaw_is_there(home: Path) -> None:
    planted = {kind for (kind,) in _ask(home, "select distinct defect from defects")}
    assert set(OPERATION_QUESTIONS) - {"late_and_damaged"} <= planted


def test_the_understaffed_queue_answers_tickets_late(home: Path) -> None:
    during, else_ = _one(
        home,
        """
        select
            median(wait) filter (struck), median(wait) filter (not struck)
        from (
            select
                epoch(first_reply_at) - epoch(created_at) as wait,
                market = 'tehran'
                and created_local_date between '2026-03-07' and '2026-04-03' as struck
            from tickets where kind = 'ticket'
        )
        """,
    )
    assert during > 2 * else_


def test_the_week_of_damaged_parcels_shows_in_parcels_and_reviews(home: Path) -> None:
    struck, else_ = _one(
        home,
        """
        select avg(is_damaged::int) filter (struck), avg(is_damaged::int) filter (not struck)
        from (
            select
                *, market = 'moscow'
                and delivered_at between '2026-06-10' and '2026-06-15' as struck
            from shipments where delivered_at is not null
        )
        """,
    )
    assert struck > 0.4
    assert else_ < 0.1


def test_promoters_refer_more_and_detractors_are_called_back(home: Path) -> None:
    referrers, others = _one(
        home,
        """
        select
            avg(score) filter (person_id in (select person_id from referrals)),
            avg(score) filter (person_id not in (select person_id from referrals))
        from (
            select person_id, avg(numeric_value) as score from survey_answers
            where metric = 'nps' and horizon = 'relationship' group by person_id
        )
        """,
    )
    assert referrers > others
    (wrong,) = _one(
        home,
        """
        select count(*) from actions
        left join survey_answers as answers
            on actions.response_number
            = answers.survey_number || '|' || answers.response_number
            and answers.metric = 'nps'
        where actions.reason = 'detractor' and not coalesce(answers.numeric_value <= 6, false)
        """,
    )
    assert wrong == 0


def test_delivery_says_the_same_as_its_order(home: Path) -> None:
    (wrong,) = _one(
        home,
        """
        select count(*) from shipments
        left join orders using (order_number)
        where shipments.is_late <> (shipments.delivered_at > shipments.promised_at)
            or orders.is_late is distinct from shipments.is_late
            or orders.is_damaged is distinct from shipments.is_damaged
        """,
    )
    assert wrong == 0


def test_wrong_bills_are_of_the_incident_and_put_right(home: Path) -> None:
    rows = _ask(
        home,
        """
        select count(*), count(*) filter (invoices.status = 'void')
        from invoices
        inner join defects on invoices.invoice_number = defects.record_id
        where defects.defect = 'billed_twice' and invoices.market = 'dubai'
            and invoices.issued_on between '2026-09-21' and '2026-09-23'
        """,
    )
    ((count, put_right),) = rows
    assert count == put_right > 0


@pytest.mark.parametrize(
    ("kpi", "query"),
    [
        (
            "K-PAY",
            "select count(*) filter (status = 'paid' and fully_paid_at::date <= due_on), count(*) "
            "from invoices where status in ('open', 'paid') and due_on <= '2026-10-31'",
        ),
        (
            "K-RENEW",
            "select count(*) filter (renewed_at::date <= due_on), count(*) from renewals "
            "where outcome is distinct from 'void' and due_on <= '2026-10-01'",
        ),
        (
            "K-DELIV",
            "select count(*) filter (message_number in (select message_number from "
            "communication_events where event = 'delivered')), count(*) "
            "from communications where not is_test",
        ),
        (
            "K-REOPEN",
            "select count(*) filter (is_reopened), count(*) from tickets "
            "where kind = 'ticket' and first_solved_at::date <= '2026-10-25'",
        ),
        (
            "K-PO",
            "select count(*) filter (delivered_at <= promised_at and is_complete and "
            "not is_damaged and is_correctly_documented), count(*) from shipments "
            "where delivered_at is not null and customer_number not in "
            "(select record_id from people where is_internal)",
        ),
    ],
)
def test_a_kpi_of_the_truth_equals_a_count_of_its_events(home: Path, kpi: str, query: str) -> None:
    told = _one(
        home,
        f"select sum(numerator)::int, sum(denominator)::int from kpi_values "
        f"where kpi_id = '{kpi}' and grain_name = 'company' and period_type = 'day'",
    )
    assert told == _one(home, query)
    assert 0 < told[0] < told[1]
