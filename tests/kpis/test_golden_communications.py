"""The second computation of messages, preferences, invoices and renewals knows the golden ones."""

import pandas as pd

from tests.kpis.billing import invoice_kpis, renewal_kpis
from tests.kpis.communications import message_kpis
from tests.kpis.preferences import preferred_channels

DAY = pd.Timestamp("2026-01-05")


def _sent(count: int, **columns: object) -> pd.DataFrame:
    row = dict.fromkeys(
        [
            *("market", "segment", "template", "preferred_channel", "count_merge_failures"),
            *("first_delivered_at", "first_bounced_hard_at", "first_bounced_soft_at"),
            *("first_opened_at", "first_machine_opened_at", "first_clicked_at"),
            *("first_unsubscribed_at", "first_complained_at", "is_delivered", "is_retrievable"),
        ]
    )
    row |= {"source_id": "s", "channel": "e_mail", "purpose": "sales", "sent_local_date": DAY}
    row |= {"is_personalized": False, "is_after_opt_out": False}
    return pd.DataFrame([row | columns] * count, dtype=object)


def _company(parts: pd.DataFrame, kpi_id: str, statistic: str) -> tuple[int, int] | None:
    found = parts[
        (parts["grain_name"] == "company")
        & (parts["kpi_id"] == kpi_id)
        & (parts["statistic"] == statistic)
    ]
    pairs = found[["numerator", "denominator"]].to_numpy()
    return (int(pairs[0][0]), int(pairs[0][1])) if len(pairs) else None


def test_the_second_computation_knows_the_golden_messages() -> None:
    arrived = {"is_delivered": True, "first_delivered_at": DAY}
    seen = arrived | {"first_opened_at": DAY}
    sent = pd.concat(
        [
            _sent(50, is_delivered=False, first_bounced_hard_at=DAY),
            _sent(660, **arrived),
            _sent(5, **arrived | {"first_machine_opened_at": DAY}),
            _sent(223, **seen),
            _sent(57, **seen | {"first_clicked_at": DAY}),
            _sent(4, **seen | {"first_unsubscribed_at": DAY}),
            _sent(1, **seen | {"first_complained_at": DAY}),
        ],
        ignore_index=True,
    )
    parts = message_kpis(sent, DAY + pd.Timedelta(days=7))
    assert _company(parts, "K-DELIV", "value") == (950, 1000)
    assert _company(parts, "K-OPEN", "value") == (285, 950)
    assert _company(parts, "K-OPEN", "click") == (57, 950)
    assert _company(parts, "K-OPEN", "click_to_open") == (57, 285)
    assert _company(parts, "K-UNSUB", "value") == (4, 950)
    assert _company(parts, "K-UNSUB", "complaint") == (1, 950)


def test_without_receipts_there_is_no_delivery_and_bounces_alone_are_taken_at_their_word() -> None:
    silent = message_kpis(_sent(10), DAY)
    assert _company(silent, "K-DELIV", "value") is None
    bouncing = pd.concat([_sent(95), _sent(5, is_delivered=False, first_bounced_hard_at=DAY)])
    parts = message_kpis(bouncing.reset_index(drop=True), DAY)
    assert _company(parts, "K-DELIV", "value") == (95, 100)


def test_the_second_computation_knows_the_golden_preference() -> None:
    as_of = pd.Timestamp("2026-01-01")
    events = [("sms", 10, 3), ("sms", 40, 1), ("e_mail", 5, 0), ("e_mail", 60, 0)]
    events += [("e_mail", 20, 1), ("e_mail", 30, 1), ("phone", 120, 3)]
    sent = pd.DataFrame(
        [("c", channel, as_of - pd.Timedelta(days=age), weight) for channel, age, weight in events],
        columns=["customer_id", "channel", "day", "weight"],
    )
    customers = pd.DataFrame(
        {
            "customer_id": ["c"],
            "account_id": [None],
            "preferred_channel": [None],
            "valid_from": [as_of],
            "created_at": [as_of],
            "is_current": [True],
            "is_internal": [False],
        }
    )
    refusal = pd.DataFrame(
        {"customer_id": ["c"], "channel": ["sms"], "is_allowed": [False], "valid_from": [as_of]}
    )
    assert list(_chosen(sent, customers, refusal.head(0), as_of)) == ["sms"]
    assert list(_chosen(sent, customers, refusal, as_of)) == ["phone"]


def _chosen(
    sent: pd.DataFrame, customers: pd.DataFrame, refusals: pd.DataFrame, as_of: pd.Timestamp
) -> pd.Series:
    return preferred_channels(sent, customers, refusals, as_of)["preferred_channel"]


def _due(count: int, **columns: object) -> pd.DataFrame:
    row: dict[str, object] = dict.fromkeys(
        ["market", "segment", "plan_name", "notice_channel", "payment_channel", "notice_lead_days"]
    )
    row |= {"day": DAY, "cents": 100, "real_cents": 50, "paid_day": pd.NaT, "renewed_on": pd.NaT}
    row |= {"is_void": False, "is_disputed": False, "amount": 1, "timeliness": "lost"}
    return pd.DataFrame([row | columns] * count)


def test_the_second_computation_knows_the_golden_invoices() -> None:
    paid = {"notice_channel": "sms", "payment_channel": "sms"}
    bills = pd.concat(
        [
            _due(1, amount=100, cents=10_000, paid_day=DAY - pd.Timedelta(days=2)),
            _due(1, amount=200, cents=20_000, paid_day=DAY),
            _due(1, amount=300, cents=30_000, paid_day=DAY + pd.Timedelta(days=5)),
            _due(1, amount=400, cents=40_000),
            _due(1, amount=500, cents=50_000, paid_day=DAY, is_void=True),
            _due(8, day=DAY + pd.Timedelta(days=40), paid_day=DAY, **paid),
            _due(
                4,
                day=DAY + pd.Timedelta(days=40),
                paid_day=DAY,
                **paid | {"payment_channel": "web"},
            ),
        ],
        ignore_index=True,
    )
    parts = invoice_kpis(bills, bills["day"], DAY + pd.Timedelta(days=30))
    assert _company(parts, "K-PAY", "value") == (2, 4)
    assert _company(parts, "K-PAY", "by_amount") == (100 * 30_000, 100_000)
    assert _company(parts, "K-PAY", "days_late") == (5, 1)
    assert _company(parts, "K-SAMECH", "value") == (8, 12)


def test_the_second_computation_knows_the_golden_renewals() -> None:
    late = DAY + pd.Timedelta(days=30)
    contracts = pd.concat(
        [
            _due(2, renewed_on=DAY - pd.Timedelta(days=9), timeliness="on_time"),
            _due(30, renewed_on=DAY, timeliness="on_time"),
            _due(4, renewed_on=late, timeliness="in_grace"),
            _due(1, renewed_on=late + pd.Timedelta(days=1), timeliness="after_grace"),
            _due(3),
            _due(5, timeliness="void"),
            _due(5, day=late, renewed_on=DAY, timeliness="on_time"),
        ],
        ignore_index=True,
    )
    parts = renewal_kpis(contracts, DAY + pd.Timedelta(days=31)).groupby(["kpi_id", "statistic"])
    company = {
        key: rows[rows["grain_name"] == "company"][["numerator", "denominator"]].sum().to_list()
        for key, rows in parts
    }
    assert company["K-RENEW", "value"] == [32, 40]
    assert company["K-RENEW", "with_grace"] == [36, 40]
    assert company["K-NOTICE.R", "value"] == [0, 45]
