"""A tap on standard input: its output becomes a dropped file, its landed state comes back.

Dropped files are read in ``reading``.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingestion.connectors.singer.options import options_of
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import ConfigurationError, SourceError
from ingestion.lake import Lake, open_table, source_states
from ingestion.readers.names import matches
from ingestion.settings import Source


def receive(source: Source, inbox: Path, output: BinaryIO, *, now: datetime) -> Path:
    """Keep everything that ``output`` brings as one file in ``inbox`` and return its path.

    A tap that is cut off leaves nothing that would be read.

    Raises:
        ConfigurationError: the source reads no files, or not ones with this name.
    """
    pattern = options_of(source)[0].files
    name = f"{now:%Y%m%dT%H%M%S%f}.jsonl"
    if not pattern or not matches(name, pattern):
        raise ConfigurationError(
            f'source {source.id}: options.files must be a pattern such as "*.jsonl" for a tap on '
            "standard input"
        )
    inbox.mkdir(parents=True, exist_ok=True)
    part, path = inbox / f".{name}", inbox / name
    with part.open("wb") as file:
        shutil.copyfileobj(output, file)
        file.flush()
        os.fsync(file.fileno())
    path.with_name(f"{name}.done").touch()
    part.rename(path)
    return path


def landed_state(source: Source, lake: Lake) -> Any:
    """The state behind what has landed; empty before the first night.

    Raises:
        SourceError: the streams have not landed the same outputs.
    """
    cursors = []
    for stream in options_of(source)[1]:
        table = open_table(lake.table(MAPPED_STREAMS[stream]))
        state = source_states(table).get(source.id) if table else None
        cursors.append(dict(state.cursor) if state else {})
    if any(cursor.get("read") != cursors[0].get("read") for cursor in cursors):
        raise SourceError(
            f"source {source.id}: its streams have not landed the same outputs: run the night first"
        )
    return cursors[0].get("state", {}) if cursors else {}
