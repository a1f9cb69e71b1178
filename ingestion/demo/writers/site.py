"""The e-shop's site: steps of visitors as Parquet, one file per quarter, in UTC."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.demo import config, text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.output import Output
from ingestion.demo.recording import Table, rows
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.browsing import EVENTS, PAGES, TASKS
from ingestion.demo.writers.drops import optional

SOURCE = "site"


def write_site(history: History, directory: Directory, output: Output) -> None:
    """Write the steps of all visits."""
    del directory  # a site knows no names
    table = history.tables["web_events"]
    table = rows(table, table["at"] < history.cutoff)
    first = history.world.first_day.toordinal()
    for quarter, part in text.by_quarter(table["at"], first):
        if len(part):
            sink = pa.BufferOutputStream()
            pq.write_table(_table(rows(table, part)), sink, compression="zstd")
            content = sink.getvalue().to_pybytes()
            output.drop(SOURCE, f"web_events_{quarter}.parquet", content)


def event_numbers(table: Table) -> Strings:
    """Numbers of steps: the visit and the place in it."""
    return text.joined("W-", text.number(table["session"]), "-", text.number(table["step"]))


def _table(table: Table) -> pa.Table:
    visitor = text.joined("V-", text.number(table["person"] * 7_919 % 99_999_989, 8))
    known = table["known"] & ~table["bot"]
    return pa.table(
        {
            "event_no": event_numbers(table),
            "visitor": visitor,
            "visit": text.joined("W-", text.number(table["session"])),
            "client_no": optional(client_numbers(table["person"]), np.asarray(known)),
            "page": text.chosen(PAGES, table["page"]),
            "task": text.chosen(TASKS, table["page"]),
            "event": text.chosen(EVENTS, table["event"]),
            "came_from": text.chosen(config.ACQUISITION_SOURCES, table["campaign"]),
            "is_bot": pa.array(table["bot"]),
            "at": pa.array(table["at"], pa.timestamp("s", tz="UTC")),
        }
    )
