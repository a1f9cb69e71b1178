"""Qualtrics export: the survey after a delivery, CSV with three header rows, one per quarter.

The tool marks what its own team and what robots sent.
"""

import json

import numpy as np

from ingestion.demo import config, text
from ingestion.demo.names import client_numbers
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.verbatims import verbatims
from ingestion.demo.world import History
from ingestion.demo.world.surveying import AFTER_DELIVERY

SOURCE = "market_research"
SURVEY = "SV_demo_delivery"
PREVIEW_EVERY, PREVIEW_AT = 997, 400
COLUMNS = (
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
    ("order_number", "order_number", "order_number"),
    ("Q1", "How likely are you to recommend our DEMO shop?", "QID1"),
    ("Q2", "How satisfied are you with the delivery?", "QID2"),
    ("Q3", "What should we know?", "QID3_TEXT"),
)
_DATES = ("startDate", "endDate", "recordedDate")


def previews(invitations: Table) -> Flags:
    """The few visits that the research team made itself to look at the survey."""
    row = np.arange(length(invitations))
    return np.asarray(
        (row % PREVIEW_EVERY == PREVIEW_AT) & (invitations["survey"] == AFTER_DELIVERY)
    )


def response_ids(table: Table) -> Strings:
    """Response ids of rows that carry their ``row`` number."""
    return text.joined("R_demo", text.number(table["row"], 9))


def write_market_research(history: History, output: Output) -> None:
    """Write one export per quarter of recorded responses."""
    table = history.tables["invitations"]
    table = table | {"row": np.arange(length(table)), "preview": previews(table)}
    ended = table["ended_at"]
    known = (table["survey"] == AFTER_DELIVERY) & (ended > 0) & (ended < history.cutoff)
    table = rows(table, known)
    table = rows(table, np.lexsort((table["row"], table["ended_at"])))
    first = history.world.first_day.toordinal()
    for quarter, part in text.by_quarter(table["ended_at"], first):
        content = _header() + text.content(_lines(history, rows(table, part)))
        output.drop(SOURCE, f"eshop_delivery_{quarter}.csv", content)


def _header() -> bytes:
    names, labels, keys = zip(*COLUMNS, strict=True)
    imports = [
        json.dumps({"ImportId": key} | ({"timeZone": "UTC"} if key in _DATES else {}))
        for key in keys
    ]
    lines = (_quoted(names), _quoted(labels), _quoted(imports))
    return "".join(f"{line}\n" for line in lines).encode()


def _quoted(values: tuple[str, ...] | list[str]) -> str:
    return ",".join('"' + value.replace('"', '""') + '"' for value in values)


def _lines(history: History, table: Table) -> Strings:
    complete, preview = table["complete"].astype(bool), table["preview"]
    language = history.people.language[table["person"]]
    ended = text.clock(table["ended_at"])
    cells = (
        text.clock(table["started_at"]),
        ended,
        text.where(preview, "Survey Preview", text.where(table["robot"], "Spam", "IP Address")),
        text.where(complete, "100", "67"),
        text.number(table["ended_at"] - table["started_at"]),
        text.where(complete, "True", "False"),
        ended,
        response_ids(table),
        client_numbers(table["person"]),
        text.where(preview, "preview", "email"),
        text.chosen([code.upper() for code in config.LANGUAGES], language),
        text.joined("O-", text.number(10_000_000 + table["subject"])),
        text.number(table["nps"]),
        text.where(table["csat"] > 0, text.number(table["csat"]), ""),
        verbatims(table["tone"], language, table["words"]),
    )
    parts: list[Strings | str] = ['"']
    for place, cell in enumerate(cells):
        parts += [cell, '","'] if place < len(cells) - 1 else [cell, '"\n']
    return text.joined(*parts)
