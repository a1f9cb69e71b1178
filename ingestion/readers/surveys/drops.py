"""Dropped exports of surveys: which were not read yet, and one batch for each.

An export is known by its content and its survey's declaration, so a changed declaration reads
it again. How the records of a tool look belongs in its connector.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

import pyarrow as pa

from ingestion.connectors.base import Batch, Cursor
from ingestion.errors import SourceError
from ingestion.readers.content import Reject, reject_table
from ingestion.readers.delimited import Dialect, read_csv
from ingestion.readers.files import LIMITS, FileRefused, is_settled, safe_files, sha256_of
from ingestion.readers.surveys.declaration import AS_EXPORTED, Survey
from ingestion.settings import Source

AnySurvey = TypeVar("AnySurvey", bound=Survey)


@dataclass(frozen=True, kw_only=True)
class Drop(Generic[AnySurvey]):
    """One export of one survey.

    Args:
        number: the survey's number.
        survey: its declaration.
        path: where the export lies.
        file: its name below the inbox.
        name: changes with the content, the declaration and the source.
    """

    number: str
    survey: AnySurvey
    path: Path
    file: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Records:
    """The records of one export.

    Args:
        rows: text columns under their own names, and ``_row``.
        rejects: records that are no rows, as the quarantine takes them.
        headers: the header records of a CSV export.
    """

    rows: pa.Table
    rejects: pa.Table
    headers: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """What an export became: entity rows, refused records, and how it writes values."""

    rows: pa.Table
    rejects: pa.Table
    conventions: Mapping[str, Any]


def settled_files(inbox: Path, pattern: str, *, settle_seconds: float) -> list[Path]:
    """The files that match and that nobody is writing any more, ordered by name.

    Raises:
        SourceError: no file matches.
    """
    paths = safe_files(inbox, pattern)
    if not paths:
        raise SourceError(f"no file matches {pattern} in {inbox.name}")
    return [path for path in paths if is_settled(path, seconds=settle_seconds)]


def drops(
    source: Source,
    surveys: Mapping[str, AnySurvey],
    pattern_of: Callable[[AnySurvey], str | None],
    *,
    inbox: Path,
    settle_seconds: float,
) -> list[Drop[AnySurvey]]:
    """The exports of ``surveys``, ordered by name within each survey.

    Raises:
        SourceError: no file matches the pattern of a survey.
    """
    found = []
    for number, survey in surveys.items():
        pattern = pattern_of(survey)
        if not pattern:
            continue
        for path in settled_files(inbox, pattern, settle_seconds=settle_seconds):
            parts = (source.id, number, survey.fingerprint, sha256_of(path))
            found.append(
                Drop(
                    number=number,
                    survey=survey,
                    path=path,
                    file=str(path.relative_to(inbox)),
                    name=hashlib.sha256("|".join(parts).encode()).hexdigest(),
                )
            )
    return found


def csv_records(
    path: Path, *, file: str, encoding: str, delimiter: str, header_records: int = 1
) -> Records:
    """The records of a CSV export, which survey tools write whole and with closed quotes.

    Raises:
        FileRefused: the file as a whole cannot be read, or a column has no name.
    """
    dialect = Dialect(
        encoding=encoding, delimiter=delimiter, header_records=header_records, open_quote="file"
    )
    with TemporaryDirectory(prefix="cx-surveys-") as scratch:
        content = read_csv(path, dialect, limits=LIMITS, scratch=Path(scratch))
        if "" in content.headers[0]:
            raise FileRefused("bad_header", "a column has no name")
        return Records(
            rows=content.rows.read_all(),
            rejects=reject_table(content.rejects, file),
            headers=content.headers,
        )


def new_batches(
    offered: list[Drop[AnySurvey]],
    shape: Callable[[Drop[AnySurvey]], Shaped],
    *,
    cursor: Cursor,
) -> Iterator[Batch]:
    """One batch per export that was not read before; a refused export is a refusal."""
    read = set(cursor.get("read", ())) & {drop.name for drop in offered}
    for drop in offered:
        if drop.name in read:
            continue
        read = read | {drop.name}
        try:
            shaped = shape(drop)
        except FileRefused as refusal:
            shaped = _refused(refusal, drop.file)
        yield Batch(
            rows=shaped.rows,
            cursor={"read": sorted(read)},
            transaction=f"file:{drop.name}",
            rejects=shaped.rejects,
            conventions=shaped.conventions,
        )


def _refused(refusal: FileRefused, file: str) -> Shaped:
    reject = Reject(row_number=0, rule=refusal.rule, value=refusal.detail)
    return Shaped(
        rows=pa.table({"_file": pa.array([], pa.string()), "_row": pa.array([], pa.int64())}),
        rejects=reject_table([reject], file),
        conventions=AS_EXPORTED,
    )
