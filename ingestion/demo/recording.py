"""Recorder: collects the events of each day as columns and hands them over as whole tables.

Which columns a kind of event has is declared here, so that a table without events still has
them. What the events mean belongs in ``world``.
"""

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Table = dict[str, Column]

FEATURES = ("track_order", "whole_order", "quick_help")
RIVALS = ("demo_north", "demo_south")
TASKS = ("order", "search")
PANEL_ITEMS = (
    *("meetsneeds", "easy", "enjoyable"),
    *("actual[speed]", "expected[speed]", "actual[staff]", "expected[staff]"),
    *(f"{half}[{feature}]" for half in ("functional", "dysfunctional") for feature in FEATURES),
    *("wallet_own", "wallet_others", "wallet_rank", "wallet_brands"),
    *("own", *(f"rival[{rival}]" for rival in RIVALS)),
    *(f"easy[{task}]" for task in TASKS),
)
STAFF_ITEMS = ("enps", "engagement[pride]", "engagement[growth]", "engagement[voice]")
STAKEHOLDER_ITEMS = ("esteem", "admire", "trust", "feeling")
"""What panels are asked, by the codes of the questions."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "versions": ("person", "at", "segment", "opted_out"),
    "orders": (
        *("person", "at", "line", "channel", "cents", "late", "damaged", "status"),
        *("changed_at", "second_record"),
    ),
    "contracts": (*("person", "started_day", "ended_day", "ended_at", "involuntary", "reason"),),
    "calls": (
        *(
            "person",
            "caller",
            "market",
            "kind",
            "reason",
            "at",
            "outcome",
            "wait",
            "ring",
            "misses",
        ),
        *("agent", "talk", "hold", "wrap", "transfer", "resolved", "position", "caller_ends"),
    ),
    "second_legs": ("call", "at", "outcome", "wait", "ring", "agent", "talk", "wrap"),
    "chats": ("person", "at", "seconds", "reason", "agent", "resolved", "channel", "known"),
    "invitations": (
        *("survey", "person", "at", "status", "subject", "started_at", "ended_at", "complete"),
        *("nps", "csat", "ces", "resolved", "repurchase", "tone", "words"),
    ),
    "panel": ("person", "at", *PANEL_ITEMS),
    "staff": ("team", "at", *STAFF_ITEMS),
    "stakeholders": ("stakeholder", "at", *STAKEHOLDER_ITEMS),
    "billing_errors": ("person", "started_day", "day", "corrected_day"),
    "tickets": (
        *("person", "at", "channel", "reason", "priority", "agent", "complaint", "replied_at"),
        *("solved_at", "reopened_at", "resolved_at", "mood", "words"),
    ),
    "campaign_messages": (*("person", "at", "campaign", "channel", "personal", "unsubscribes"),),
    "reviews": ("person", "at", "rating", "line", "site", "theme", "replied_at", "words"),
    "referrals": ("person", "at", "referred", "converted_at", "channel"),
    "appointments": ("order", "person", "planned_at", "started_at", "ended_at", "agent"),
    "deals": (
        *("account", "person", "owner", "product", "opened_at", "closed_at", "won", "cents"),
    ),
}


class Recorder:
    """Grows tables by blocks of equally long columns."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[Table]] = defaultdict(list)
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, table: str, **columns: Column) -> npt.NDArray[np.int64]:
        """Append one block and return the row numbers that it got."""
        if tuple(columns) != COLUMNS[table]:
            raise ValueError(f"{table} needs the columns {COLUMNS[table]}, not {tuple(columns)}")
        size = len(next(iter(columns.values())))
        first = self._counts[table]
        if size:
            self._blocks[table].append(columns)
            self._counts[table] = first + size
        return np.arange(first, first + size, dtype=np.int64)

    def table(self, name: str) -> Table:
        """The whole table, in the order in which its rows were added."""
        blocks = self._blocks.get(name)
        if not blocks:
            return {column: np.zeros(0, dtype=np.int64) for column in COLUMNS[name]}
        return {
            column: np.concatenate([np.asarray(block[column]) for block in blocks])
            for column in COLUMNS[name]
        }


def rows(table: Table, keep: Column) -> Table:
    """The rows of a table that a mask or an order of row numbers names."""
    return {name: column[keep] for name, column in table.items()}


def length(table: Table) -> int:
    """How many rows a table has."""
    return len(next(iter(table.values()))) if table else 0
