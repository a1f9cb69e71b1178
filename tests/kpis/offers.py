"""Who is asked back and what is offered to whom, from core tables, after the mart contract.

Persons are sets and decisions are walked through one by one, so that nothing of the SQL's way
is repeated. States of life and classes are taken as published: they have tests of their own.
"""

from dataclasses import dataclass
from functools import cached_property
from math import exp, log, sqrt
from typing import Any

import pandas as pd

from tests.kpis.reading import Warehouse

LEAST_PERSONS, LEAST_LIFT, REST_DAYS, DAYS_GONE = 30, 1.2, 14, 365
HOPELESS = {"moved away", "deceased"}
QUANTILE = 1.959963985
CUSTOMERS = "core.dim_customers where is_current and not is_internal"


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share, in percent."""
    center = (hits + QUANTILE**2 / 2) / (n + QUANTILE**2)
    half = QUANTILE / (n + QUANTILE**2) * sqrt(hits * (n - hits) / n + QUANTILE**2 / 4)
    return 100 * max(center - half, 0), 100 * min(center + half, 1)


def lift_of(has_one: set[str], has_other: set[str], n: int) -> tuple[float, float, float]:
    """The lift of two products among ``n`` persons, and the 95 % interval of it."""
    one, other, both = len(has_one), len(has_other), len(has_one & has_other)
    lift = both * n / (one * other)
    spread = 1 / both - 1 / one - 1 / other + (2 * lift - 1) / n
    error = QUANTILE * sqrt(max(spread, 0))
    return lift, exp(log(lift) - error), exp(log(lift) + error)


@dataclass(frozen=True)
class Offers:
    """The offers of a warehouse."""

    warehouse: Warehouse

    def pairs(self) -> pd.DataFrame:
        """One row per two products that somebody has both of."""
        rows = []
        for one, sold in self._owners.items():
            for other, others_sold in self._owners.items():
                common = sold.keys() & others_sold.keys()
                has_one = {person for market in common for person in sold[market]}
                has_other = {person for market in common for person in others_sold[market]}
                if one == other or not has_one & has_other:
                    continue
                n = sum(len(self._buyers[market]) for market in common)
                low, high = wilson(len(has_one & has_other), len(has_one))
                lift, lift_low, lift_high = lift_of(has_one, has_other, n)
                is_known = min(len(has_one), len(has_other)) >= LEAST_PERSONS
                rows.append(
                    {
                        "product_name": one,
                        "next_product_name": other,
                        "count_with_both": len(has_one & has_other),
                        "confidence_pct_ci_low": low,
                        "confidence_pct_ci_high": high,
                        "lift": lift,
                        "lift_ci_low": lift_low,
                        "lift_ci_high": lift_high,
                        "is_rule": is_known and lift_low >= LEAST_LIFT,
                    }
                )
        return pd.DataFrame(rows)

    def needs(self) -> dict[tuple[str, str], str]:
        """Per person and product that he may need, the product that leads to it."""
        found: dict[tuple[str, str], tuple[float, str]] = {}
        pairs = self.pairs()
        for rule in pairs[pairs["is_rule"]].itertuples():
            for market, persons in self._owners[rule.product_name].items():
                having = self._owners[rule.next_product_name].get(market)
                if not having or rule.next_product_name in self._withdrawn:
                    continue
                for person in persons - having:
                    reason = (-rule.confidence_pct_ci_low, rule.product_name)
                    key = (person, rule.next_product_name)
                    found[key] = min(found.get(key, reason), reason)
        return {key: product for key, (_, product) in found.items()}

    def offered(self) -> set[tuple[str, str, str]]:
        """Customer, product and area of every offer."""
        more = self._classes[self._classes["is_offered_more"].ne(False)]
        return {
            (customer, product, self._owner(customer))
            for customer, product in self.needs()
            if customer in self.allowed
            and self._known["lifecycle_state"].get(customer) == "active"
            and self._class_of(customer) in {*more.index, "unknown"}
        }

    def asked_back(self) -> set[tuple[str, str, str]]:
        """Customer, why he left, and area of everybody who is asked back."""
        spells = self.warehouse.frame(
            "select customer_id, lifecycle_state as state, entered_on from"
            " metrics.met_lifecycle_spells where left_on is null"
        )
        since = self.warehouse.as_of - pd.Timedelta(days=DAYS_GONE)
        gone = spells[spells["state"].isin(["lapsed", "churned"]) & (spells["entered_on"] >= since)]
        found = set()
        for row in gone.itertuples():
            why = "silence" if row.state == "lapsed" else self._said.get(row.customer_id)
            reason = why or "unknown"
            if row.customer_id in self.allowed and reason not in HOPELESS:
                found.add((row.customer_id, reason, self._owner(row.customer_id)))
        return found

    @cached_property
    def allowed(self) -> dict[str, str | None]:
        """Everybody who may be made an offer, and the preferred channel if offers go there."""
        rows = self.warehouse.frame(
            f"select customer_id, preferred_channel, is_opted_out from {CUSTOMERS}"
        )
        found: dict[str, str | None] = {}
        for row in rows.astype(object).where(rows.notna(), None).itertuples():
            decisions = self._decisions.get(row.customer_id, [])
            channels = {channel for _, _, channel in decisions}
            may = {channel: _last(decisions, channel) for channel in {*channels, "any"}}
            if row.is_opted_out or row.customer_id in self._busy or not any(may.values()):
                continue
            is_by_preferred = may.get(row.preferred_channel, may["any"])
            found[row.customer_id] = row.preferred_channel if is_by_preferred else None
        return found

    @cached_property
    def _owners(self) -> dict[str, dict[str, set[str]]]:
        """The persons who ever had each product, by market."""
        rows = self.warehouse.frame(
            "with had as (select customer_id, product_name from core.fct_orders"
            " where status = 'completed' union all select customer_id, plan_name"
            " from core.fct_subscriptions, core.dim_run where started_on < as_of)"
            " select product_name, coalesce(market, 'unknown') as market, customer_id"
            f" from had inner join (select customer_id, market from {CUSTOMERS})"
            " using (customer_id) where product_name is not null"
        )
        owners: dict[str, dict[str, set[str]]] = {}
        for row in rows.itertuples():
            owners.setdefault(row.product_name, {}).setdefault(row.market, set()).add(
                row.customer_id
            )
        return owners

    @cached_property
    def _buyers(self) -> dict[str, set[str]]:
        buyers: dict[str, set[str]] = {}
        for sold in self._owners.values():
            for market, persons in sold.items():
                buyers.setdefault(market, set()).update(persons)
        return buyers

    @cached_property
    def _withdrawn(self) -> set[str]:
        rows = self.warehouse.frame("select product_name, is_current from core.dim_products")
        return set(rows["product_name"]) - set(rows[rows["is_current"]]["product_name"])

    @cached_property
    def _decisions(self) -> dict[str, list[tuple[Any, bool, str]]]:
        """Per person what was decided on offers: when, how, for which channel."""
        rows = self.warehouse.frame(
            "select customer_id, channel, is_allowed, valid_from as decided_at"
            " from core.fct_consents where is_current and purpose in ('any', 'marketing')"
            " union all select customer_id, channel, false, first_unsubscribed_at"
            " from core.fct_communications where first_unsubscribed_at is not null"
            " and purpose in ('any', 'marketing') and not is_test and not is_internal"
        )
        decisions: dict[str, list[tuple[Any, bool, str]]] = {}
        for row in rows.itertuples():
            made = (row.decided_at, not row.is_allowed, row.channel)
            decisions.setdefault(row.customer_id, []).append(made)
        return decisions

    @cached_property
    def _busy(self) -> set[str]:
        """Who waits for us or was spoken to."""
        rows = self.warehouse.frame(
            "select customer_id, status, contacted_at from core.fct_actions where not is_internal"
            " union all select customer_id, status, contacted_at from marts.mart_action_case"
        )
        midnight = self.warehouse.as_of.tz_localize(self.warehouse.time_zone)
        rested = (midnight - pd.DateOffset(days=REST_DAYS)).tz_convert("UTC").tz_localize(None)
        waits = rows["status"].isin(["open", "contacted", "suggested"])
        complaining = self.warehouse.frame(
            "select customer_id from core.fct_tickets where is_complaint and not is_solved"
            " and not is_spam and not is_merged and not is_internal"
        )
        spoken = pd.to_datetime(rows["contacted_at"]) >= rested
        return {*rows[waits | spoken]["customer_id"], *complaining["customer_id"]}

    @cached_property
    def _said(self) -> dict[str, str | None]:
        """Why each person's last contract ended."""
        rows = self.warehouse.frame(
            "select customer_id, ended_on, subscription_id, cancel_reason"
            " from core.fct_subscriptions, core.dim_run where ended_on <= as_of"
        ).sort_values(["ended_on", "subscription_id"])
        return dict(zip(rows["customer_id"], rows["cancel_reason"], strict=True))

    @cached_property
    def _known(self) -> pd.DataFrame:
        rows = self.warehouse.frame(
            "select customer_id, lifecycle_state, treatment_class from marts.mart_customer_360"
        )
        return rows.set_index("customer_id")

    @cached_property
    def _classes(self) -> pd.DataFrame:
        rows = self.warehouse.frame(
            "select treatment_class, valid_from, owner, is_offered_more from seeds.treatments"
        ).sort_values("valid_from")
        held = rows[rows["valid_from"] <= self.warehouse.as_of]
        return held.groupby("treatment_class").last()

    def _class_of(self, customer: str) -> str:
        return str(self._known["treatment_class"].get(customer) or "unknown")

    def _owner(self, customer: str) -> str:
        return str(self._classes["owner"].get(self._class_of(customer), "contact_center"))


def _last(decisions: list[tuple[Any, bool, str]], channel: str) -> bool:
    """Whether the last decision on a channel, or on all, is a yes."""
    about = [made for made in decisions if made[2] in (channel, "any")]
    return bool(about) and not max(about)[1]
