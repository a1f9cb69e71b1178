"""The channel to reach a person by (K-PREF), after section 4 of the KPI specification."""

from collections.abc import Callable

import pandas as pd

from tests.kpis.communications import CUSTOMER_CELLS, share
from tests.kpis.reading import KEYS, UNKNOWN, Warehouse

HALF_LIFE = 90
FRESH = pd.DateOffset(months=24)


def preferences(warehouse: Warehouse) -> pd.DataFrame:
    """Per customer the channel to write by and how it is known (K-PREF)."""
    sent = warehouse.frame(
        """
        select
            messages.customer_id, messages.channel, sent_local_date as day,
            case
                when not is_delivered
                    then case when first_bounced_hard_at is null and first_bounced_soft_at is null
                        then 0 else -3 end
                when first_replied_at is not null or bills.invoice_id is not null then 3
                when is_delivered and (first_opened_at is not null or first_clicked_at is not null)
                    then 1
                else 0
            end as weight
        from core.fct_communications as messages
        left join core.fct_invoices as bills
            on messages.about_id = bills.invoice_id
            and messages.channel = bills.payment_channel
            and messages.sent_at <= bills.paid_in_full_at
        where not messages.is_test and not messages.is_internal
        union all
        select
            customer_id, 'phone', entered_local_date, case outcome when 'answered' then 3 else 0 end
        from core.fct_calls where direction = 'outbound' and not is_internal
        """
    )
    customers = warehouse.frame("select * from core.dim_customers order by valid_from")
    refusals = warehouse.frame(
        "select customer_id, channel, is_allowed, valid_from from core.fct_consents"
        " where is_current and purpose = 'any'"
    )
    return preferred_channels(sent, customers, refusals, warehouse.as_of)


def preferred_channels(
    sent: pd.DataFrame, customers: pd.DataFrame, decisions: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """The same of frames: messages with weight, versions of customers, general consents."""
    decided = {
        customer: list(zip(rows["valid_from"], ~rows["is_allowed"], rows["channel"], strict=True))
        for customer, rows in decisions.groupby("customer_id")
    }

    def refused(customer: str, channel: str) -> bool:
        mine = [pick for pick in decided.get(customer, []) if pick[2] in (channel, "any")]
        return bool(mine) and bool(max(mine, key=lambda pick: pick[:2])[1])

    stated = _stated(customers, as_of)
    fresh = stated[stated["is_fresh"]]
    defaults = {
        account: sorted(rows.value_counts().items(), key=lambda item: (-item[1], item[0]))[0][0]
        for account, rows in fresh.groupby("account_id")["channel"]
    }
    learned = _learned(sent, refused, as_of)
    found = []
    for customer, account, channel, is_fresh in stated.to_numpy():
        default = defaults.get(account)
        if is_fresh and not refused(customer, channel):
            found.append((customer, channel, "explicit"))
        elif customer in learned:
            found.append((customer, learned[customer], "behavior"))
        elif isinstance(default, str) and not refused(customer, default):
            found.append((customer, default, "default"))
        else:
            found.append((customer, UNKNOWN, UNKNOWN))
    return pd.DataFrame(found, columns=["customer_id", "preferred_channel", "preference_source"])


def _stated(customers: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Per current customer the stated channel, and whether the statement is fresh."""
    rows = []
    for customer, versions in customers.groupby("customer_id"):
        channels = versions["preferred_channel"].tolist()
        first = len(channels) - 1
        while first > 0 and channels[first - 1] == channels[-1]:
            first -= 1
        last = versions.iloc[-1]
        if not last["is_current"] or last["is_internal"]:
            continue
        since = max(versions.iloc[first]["valid_from"], versions.iloc[first]["created_at"])
        channel = channels[-1] if isinstance(channels[-1], str) else None
        is_fresh = channel is not None and since + FRESH >= as_of
        rows.append((customer, last["account_id"], channel, is_fresh))
    return pd.DataFrame(rows, columns=["customer_id", "account_id", "channel", "is_fresh"])


def _learned(
    sent: pd.DataFrame, refused: Callable[[str, str], bool], as_of: pd.Timestamp
) -> dict[str, str]:
    """Per customer the channel of the best positive response per message."""
    day = pd.to_datetime(sent["day"])
    fading = 0.5 ** ((as_of - day).dt.days / HALF_LIFE)
    rows = sent.assign(day=day, fading=fading, response=fading * sent["weight"])
    used = rows.groupby(["customer_id", "channel"]).agg(
        touches=("fading", "size"),
        fading=("fading", "sum"),
        response=("response", "sum"),
        last=("day", "max"),
    )
    used = used.reset_index()
    used = used[
        [not refused(*pair) for pair in zip(used["customer_id"], used["channel"], strict=True)]
    ]
    used = used[used.groupby("customer_id")["touches"].transform("sum") >= 3]
    used = used.assign(score=(used["response"] / (used["fading"] + 1)).round(6))
    used = used[used["score"] > 0].sort_values(
        ["score", "last", "channel"], ascending=[False, False, True]
    )
    best = used.drop_duplicates("customer_id")
    return dict(zip(best["customer_id"], best["channel"], strict=True))


def known_preferences(warehouse: Warehouse) -> pd.DataFrame:
    """K-PREF: customers with a known channel, in the month of the last counted day."""
    chosen = preferences(warehouse)
    current = warehouse.frame(
        "select customer_id, market, segment from core.dim_customers where is_current"
    )
    rows = chosen.merge(current, on="customer_id").assign(
        day=warehouse.as_of - pd.Timedelta(days=1)
    )
    known = rows["preference_source"] != UNKNOWN
    return share(rows, CUSTOMER_CELLS, "K-PREF", "value", known, pd.Series(True, index=rows.index))[
        [*KEYS, "numerator", "denominator"]
    ]
