"""Who is who, computed a second time: records joined to persons by union-find, and its quality.

The rules of linking are those of ``DECISIONLOG.md``; overrides are not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.kpis.reading import KEYS, Warehouse

SHARED_CONTACT_LIMIT = 5
PAIR = [
    *("identity_key", "contact", "kind", "other_kind"),
    *("email_key", "email_is_shared", "is_customer_record"),
]
CONTACTS = {"email_key": "email", "phone_key": "phone", "other_key": "other"}


class Persons:
    """Disjoint sets of keys."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def of(self, key: str) -> str:
        """The key that stands for the person of ``key``."""
        path = [key]
        while (parent := self._parents.setdefault(path[-1], path[-1])) != path[-1]:
            path.append(parent)
        self._parents.update(dict.fromkeys(path, path[-1]))
        return path[-1]

    def join(self, one: str, other: str) -> None:
        """Make the persons of two keys one."""
        self._parents[self.of(one)] = self.of(other)


def resolved(records: pd.DataFrame) -> pd.Series:
    """The person of every key, named by any of its keys."""
    pairs = _pairs(records)
    shared = _shared(pairs)
    persons = Persons()
    for key in {*records["identity_key"], *pairs["contact"]}:
        persons.of(key)
    free = pairs[~pairs["identity_key"].isin(shared) & ~pairs["contact"].isin(shared)]
    for key, contact in zip(free["identity_key"], free["contact"], strict=True):
        persons.join(key, contact)
    keys = sorted({*records["identity_key"], *pairs["contact"]})
    return pd.Series({key: persons.of(key) for key in keys})


def _pairs(records: pd.DataFrame) -> pd.DataFrame:
    parts = [
        records.assign(contact=records[column], kind=kind)[PAIR].dropna(subset="contact")
        for column, kind in CONTACTS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _shared(pairs: pd.DataFrame) -> set[str]:
    listed = pairs[(pairs["kind"] == "email") & pairs["email_is_shared"]]["contact"]
    is_merger = (pairs["kind"] == "other") & (pairs["other_kind"] == "merged")
    customers = pairs[pairs["identity_key"].str.startswith("customer:") & ~is_merger]
    holders = customers.groupby("contact")["identity_key"].nunique()
    phones = pairs[(pairs["kind"] == "phone") & pairs["is_customer_record"]]
    addresses = phones.groupby("contact")["email_key"].nunique()
    signed_in = holders[holders.index.str.startswith("visitor:")]
    return {
        *listed,
        *holders[holders > SHARED_CONTACT_LIMIT].index,
        *addresses[addresses > 1].index,
        *signed_in[signed_in > 1].index,
    }


@dataclass(frozen=True)
class Quality:
    """How well found persons are the true ones, over pairs of records."""

    precision: float
    recall: float


def quality(found: pd.Series, true: pd.Series) -> Quality:
    """Pairwise precision and recall of a partition."""
    both = _count_pairs(pd.MultiIndex.from_arrays([found, true]).to_series())
    return Quality(both / _count_pairs(found), both / _count_pairs(true))


def _count_pairs(labels: pd.Series) -> int:
    sizes = labels.groupby(labels.to_numpy()).size()
    return int((sizes * (sizes - 1) // 2).sum())


def labelled(built: Warehouse, truth: Path) -> pd.DataFrame:
    """Records of known persons: kind, found ``customer_id``, true ``person_id``, linkability.

    A call is linkable when its number is its person's own and was sent.
    """
    queries: Iterable[tuple[str, str, str]] = (
        (
            "customer",
            "'customer:crm:' || record_id, person_id, true from '{}/people.parquet'",
            "identity_key, customer_id from core.dim_customer_identities",
        ),
        (
            "call",
            "'pbx:' || call_id, person_id, is_linkable from '{}/calls.parquet' "
            "where person_id >= 0",
            "contact_id, customer_id from core.fct_calls",
        ),
        (
            "order",
            "source_id || ':' || order_number, person_id, true from '{}/orders.parquet'",
            "order_id, customer_id from core.fct_orders",
        ),
        (
            "invitation",
            "survey_number || '|' || invitation_number, person_id, true "
            "from '{}/survey_invitations.parquet'",
            "substr(invitation_id, strpos(invitation_id, ':') + 1), customer_id "
            "from core.fct_survey_invitations",
        ),
    )
    return pd.concat(
        [
            built.frame(
                f"select '{kind}' as kind, held.customer_id, told.person_id, told.is_linkable "
                f"from (select {told.format(truth)}) as told (record, person_id, is_linkable) "
                f"inner join (select {held}) as held (record, customer_id) using (record)"
            )
            for kind, told, held in queries
        ],
        ignore_index=True,
    )


def source_ids(built: Warehouse) -> pd.DataFrame:
    """Each key by which one source met a person, and the person."""
    return built.frame(
        "select distinct source_id, identity_key, customer_id from core.fct_interactions "
        "union select split_part(identity_key, ':', 2), identity_key, customer_id "
        "from core.dim_customer_identities where key_kind = 'customer'"
    )


def match_rate(ids: pd.DataFrame) -> float:
    """Share of source ids whose person at least two sources know (K-ID)."""
    sources = ids.groupby("customer_id")["source_id"].transform("nunique")
    return float((sources >= 2).mean())


def consolidation(ids: pd.DataFrame) -> float:
    """One less the persons per source id (K-ID)."""
    return 1 - ids["customer_id"].nunique() / len(ids)


def identity_kpis(built: Warehouse) -> pd.DataFrame:
    """K-ID in the month of the last day."""
    ids = source_ids(built)
    month = (built.as_of - pd.Timedelta(days=1)).to_period("M").start_time
    found = {"value": match_rate(ids), "consolidation": consolidation(ids)}
    return pd.DataFrame(
        [
            ("K-ID", statistic, "company", "company", month, 100 * share, len(ids))
            for statistic, share in found.items()
        ],
        columns=[*KEYS, "value", "n"],
    )
