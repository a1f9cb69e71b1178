"""Columns of truth: instants, days and texts that are absent when they were not known yet."""

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import client_numbers
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Column, Table
from ingestion.demo.text import Strings
from ingestion.demo.world import History

Told = dict[str, object]
"""Column names and arrays of one table of truth."""


def instant(seconds: Integers) -> pa.Array:
    """Instants in UTC."""
    return pa.array(seconds, pa.timestamp("s", tz="UTC"))


def reached(history: History, seconds: Integers) -> pa.Array:
    """Instants in UTC, absent where they are 0 or later than the last day."""
    known = (seconds > 0) & (seconds < history.cutoff)
    return text.where(known, instant(seconds), pa.scalar(None, pa.timestamp("s", tz="UTC")))


def day(ordinals: Integers) -> pa.Array:
    """Dates of days given as ordinals."""
    return pa.array(ordinals - config.EPOCH_ORDINAL, pa.int32()).cast(pa.date32())


def optional(values: Strings, present: Column | Flags) -> pa.Array:
    """The values, absent where they are not ``present``."""
    return text.where(np.asarray(present, dtype=bool), values, pa.scalar(None, pa.string()))


def who(history: History, table: Table) -> Told:
    """The person of each row: number, customer record, market."""
    person = table["person"]
    return {
        "person_id": pa.array(person),
        "customer_number": client_numbers(person),
        "market": text.chosen(config.MARKETS, history.people.market[person]),
    }
