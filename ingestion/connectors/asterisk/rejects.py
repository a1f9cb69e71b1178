"""Lines of a log that are no records, in the form in which the quarantine takes them.

Which rule a line broke is decided by the readers.
"""

import pyarrow as pa

from ingestion.readers.content import Reject, reject_table


def rejected_lines(lines: pa.Table, file: str) -> pa.Table:
    """The refusals of ``lines`` (columns ``number``, ``line`` and, but for bytes, ``rule``)."""

    def text(line: str | bytes) -> str:
        return line.decode("utf-8", "backslashreplace") if isinstance(line, bytes) else line

    return reject_table(
        [
            Reject(
                row_number=line["number"],
                rule=line.get("rule", "undecodable_line"),
                value=None,
                raw=text(line["line"]),
            )
            for line in lines.to_pylist()
        ],
        file,
    )
