"""KPIs of messages from core tables, after section 4 of the KPI specification.

Preferred channels are in ``preferences``, invoices and renewals in ``billing``.
"""

import pandas as pd

from tests.kpis.reading import Warehouse, in_cells, summed

OPENED_ON = ("e_mail", "email", "web", "app", "chat", "messenger")
CUSTOMER_CELLS: dict[str, str | None] = {
    "company": None,
    "market": "market",
    "segment": "segment",
}
MESSAGE_CELLS = CUSTOMER_CELLS | {
    "channel": "channel",
    "purpose": "purpose",
    "template": "template",
}
WEEK = pd.Timedelta(days=7)


def messages(warehouse: Warehouse) -> pd.DataFrame:
    """K-DELIV, K-OPEN, K-UNSUB, K-PERS, K-PREFM, K-RETR and the share of K-OPTV."""
    sent = warehouse.frame(
        "select * from core.fct_communications where not is_test and not is_internal"
    )
    return message_kpis(sent, warehouse.as_of)


def message_kpis(sent: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The same of any frame like fct_communications."""
    sent = sent.assign(day=pd.to_datetime(sent["sent_local_date"]))
    arrived, reported = _arrivals(sent)
    clicked = sent["first_clicked_at"].notna() & arrived
    opened = (sent["first_opened_at"].notna() & arrived) | clicked
    hard = sent["first_bounced_hard_at"].notna() & ~arrived
    soft = sent["first_bounced_soft_at"].notna() & ~arrived & ~hard
    visible = arrived & sent["channel"].isin(OPENED_ON)
    mature = sent["day"] + WEEK <= as_of
    failures = pd.to_numeric(sent["count_merge_failures"])
    preferred = sent["preferred_channel"].notna() & (sent["channel"] != "letter")
    matched = preferred & (sent["preferred_channel"] == sent["channel"])
    everything = pd.Series(True, index=sent.index)
    no_template = {key: value for key, value in MESSAGE_CELLS.items() if key != "template"}
    no_segment = {key: value for key, value in MESSAGE_CELLS.items() if key != "segment"}
    unsubscribed = sent["first_unsubscribed_at"].notna()
    complained = sent["first_complained_at"].notna()
    parts = [
        share(sent, MESSAGE_CELLS, "K-DELIV", "value", arrived, reported),
        share(sent, MESSAGE_CELLS, "K-DELIV", "bounce_hard", hard, reported),
        share(sent, MESSAGE_CELLS, "K-DELIV", "bounce_soft", soft, reported),
        share(sent, MESSAGE_CELLS, "K-OPEN", "value", opened, visible, mature),
        share(sent, MESSAGE_CELLS, "K-OPEN", "click", clicked, visible, mature),
        share(sent, MESSAGE_CELLS, "K-OPEN", "click_to_open", clicked, opened & visible, mature),
        share(sent, MESSAGE_CELLS, "K-UNSUB", "value", unsubscribed, arrived, mature),
        share(sent, MESSAGE_CELLS, "K-UNSUB", "complaint", complained, arrived, mature),
        share(sent, MESSAGE_CELLS, "K-PERS", "value", sent["is_personalized"], everything),
        share(sent, MESSAGE_CELLS, "K-PERS", "merge_failure", failures > 0, failures.notna()),
        share(sent, no_template, "K-PREFM", "value", matched, preferred),
        share(
            sent,
            no_segment,
            "K-RETR",
            "value",
            sent["is_retrievable"].fillna(False),
            sent["is_retrievable"].notna(),
        ),
        share(sent, MESSAGE_CELLS, "K-OPTV", "share", sent["is_after_opt_out"], everything),
    ]
    return pd.concat(parts, ignore_index=True)


def _arrivals(sent: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Which messages arrived, and of which it can be known, by what their sender reports."""
    lane = [sent["source_id"], sent["channel"]]
    receipts = sent["first_delivered_at"].notna().groupby(lane).transform("any")
    reported = sent["is_delivered"].notna().groupby(lane).transform("any")
    known = sent["is_delivered"].astype("boolean")
    taken_at_its_word = known.isna() & reported & ~receipts
    return (known.fillna(False) | taken_at_its_word).astype(bool), reported


def share(
    rows: pd.DataFrame,
    grains: dict[str, str | None],
    kpi_id: str,
    statistic: str,
    success: pd.Series,
    base: pd.Series,
    mature: pd.Series | None = None,
) -> pd.DataFrame:
    """Rows of the base by cell and month; a month of which nothing is mature has a base of 0."""
    ripe = pd.Series(True, index=rows.index) if mature is None else mature
    counted = rows.assign(success=success & ripe, ripe=ripe)[base.astype(bool)]
    cells = in_cells(counted, grains, "day")
    return summed(cells, kpi_id, statistic, cells["success"], cells["ripe"])


def violations(warehouse: Warehouse) -> pd.DataFrame:
    """K-OPTV by month: how many messages went out after a refusal."""
    sent = warehouse.frame(
        "select * from core.fct_communications where not is_test and not is_internal"
    )
    grains: dict[str, str | None] = {
        "company": None,
        "market": "market",
        "channel": "channel",
        "purpose": "purpose",
    }
    cells = in_cells(sent, grains, "sent_local_date")
    by_cell = cells.groupby(["grain_name", "grain_key", "period_start"], as_index=False).agg(
        value=("is_after_opt_out", "sum"), n=("is_after_opt_out", "size")
    )
    return by_cell.assign(kpi_id="K-OPTV", statistic="value")
