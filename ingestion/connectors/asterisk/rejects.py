"""Lines of a log that are no records, in the form in which the quarantine takes them.

Which rule a line broke is decided by the readers.
"""

import json

import pyarrow as pa

from ingestion.connectors.base import REJECT_SCHEMA


def rejected_lines(lines: pa.Table, file: str) -> pa.Table:
    """The refusals of ``lines`` (columns ``number``, ``line`` and, but for bytes, ``rule``)."""

    def text(line: str | bytes) -> str:
        return line.decode("utf-8", "backslashreplace") if isinstance(line, bytes) else line

    records = [
        {
            "file": file,
            "row_number": line["number"],
            "column_name": None,
            "rule": line.get("rule", "undecodable_line"),
            "value": None,
            "raw": json.dumps({"line": text(line["line"])}, ensure_ascii=False),
        }
        for line in lines.to_pylist()
    ]
    return pa.Table.from_pylist(records, schema=REJECT_SCHEMA)
