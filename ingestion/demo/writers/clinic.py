"""The clinic's appointments as CSV: when a visit was planned, when it began and ended."""

from ingestion.demo import text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.output import Output
from ingestion.demo.recording import Table
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.writers.drops import drop_csv, moments

SOURCE = "clinic"


def write_clinic(history: History, directory: Directory, output: Output) -> None:
    """Write the visits that have ended, by quarter."""
    del directory  # the clinic tells numbers only
    table = history.tables["appointments"]
    cells = {
        "visit": visit_numbers(table),
        "client_no": client_numbers(table["person"]),
        "doctor": text.joined("DR-", text.number(1 + table["agent"])),
        "planned": moments(table["planned_at"]),
        "began": moments(table["started_at"]),
        "ended": moments(table["ended_at"]),
    }
    drop_csv(history, output, (SOURCE, "visits"), cells, table["ended_at"])


def visit_numbers(table: Table) -> Strings:
    """Numbers of visits: the order that the visit is."""
    return text.joined("AP-", text.number(table["order"], 8))
