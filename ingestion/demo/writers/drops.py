"""Drops: lines of cells as CSV or JSON, one file per quarter of the time that they tell of."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo import config, text
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Part, Strings
from ingestion.demo.world import History

Cells = Mapping[str, Strings]
"""Column names and their values; null is an empty cell."""


def moments(seconds: Integers, present: Flags | bool = True) -> Strings:
    """Instants on the business clock, absent where they are not ``present``."""
    written = text.clock(seconds, config.UTC_OFFSET)
    shown = np.broadcast_to(np.asarray(present), len(seconds))
    return text.where(shown, written, pa.scalar(None, pa.string()))


def optional(values: Strings, present: Flags) -> Strings:
    """The values, absent where they are not ``present``."""
    return text.where(present, values, pa.scalar(None, pa.string()))


def yes_no(flags: Flags) -> Strings:
    """``yes`` and ``no``."""
    return text.where(np.asarray(flags, dtype=bool), "yes", "no")


def drop_csv(
    history: History, output: Output, drop: tuple[str, str], cells: Cells, at: Integers
) -> None:
    """Write CSV files named by source and prefix; a line is in the file of ``at``'s quarter."""
    parts: list[Part] = []
    for place, cell in enumerate(cells.values()):
        parts += [pc.fill_null(cell, ""), "," if place < len(cells) - 1 else "\n"]
    head = ",".join(cells) + "\n"
    for quarter, content in _by_quarter(history, text.joined(*parts), at):
        output.drop(drop[0], f"{drop[1]}_{quarter}.csv", head.encode() + content)


def drop_json_lines(
    history: History, output: Output, drop: tuple[str, str], cells: Cells, at: Integers
) -> None:
    """Write files with one JSON object per line."""
    for quarter, content in _by_quarter(history, text.joined(json_objects(cells), "\n"), at):
        output.drop(drop[0], f"{drop[1]}_{quarter}.jsonl", content)


def drop_json(
    history: History, output: Output, drop: tuple[str, str], cells: Cells, at: Integers
) -> None:
    """Write files that hold one JSON array of objects."""
    for quarter, content in _by_quarter(history, text.joined(json_objects(cells), ",\n"), at):
        output.drop(drop[0], f"{drop[1]}_{quarter}.json", b"[\n" + content[:-2] + b"\n]\n")


def json_objects(cells: Cells) -> Strings:
    """One JSON object per row, every value a text."""
    parts: list[Part] = []
    for place, (name, cell) in enumerate(cells.items()):
        quoted = pc.fill_null(text.joined('"', cell, '"'), "null")
        parts += [f'{"{" if place == 0 else ", "}"{name}": ', quoted]
    return text.joined(*parts, "}")


def _by_quarter(history: History, lines: Strings, at: Integers) -> list[tuple[str, bytes]]:
    order = np.argsort(at, kind="stable")
    order = order[at[order] < history.cutoff]
    quarters = text.by_quarter(at[order], history.world.first_day.toordinal())
    return [
        (quarter, text.content(lines.take(pa.array(order[part]))))
        for quarter, part in quarters
        if len(part)
    ]


def told_twice(table: Table, first: Integers, second: Integers) -> Table:
    """Every row as it is first told, and again where there is a ``second`` time.

    ``said`` is when a line is written, ``later`` marks the second ones.
    """
    size, again = length(table), np.flatnonzero(second > 0)
    row = np.concatenate([np.arange(size), again])
    said = np.concatenate([first, second[again]])
    return rows(table, row) | {"said": said, "later": np.arange(len(row)) >= size}
