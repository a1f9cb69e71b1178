"""Retention: what is older than its period goes, every night, and is counted.

Clear values, refused rows and the files that were read or refused. Typed rows stay: their
values stand in published sums, and only an erasure takes them. Which periods apply is declared
in ``settings``; how a table is written anew belongs in ``rewriting``.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingestion.companions import QUARANTINE_SCHEMA
from ingestion.errors import ConfigurationError
from ingestion.keyring import refuse_while_rotating
from ingestion.lake import Lake, open_table
from ingestion.registry import all_streams
from ingestion.rewriting import rewrite, rows_of
from ingestion.settings import Home, Sources
from ingestion.sql import connect, literal
from ingestion.stream import StreamSpec

STANDING = frozenset({"customers", "agents"})
"""Streams whose newest clear values are in use for as long as the record lives."""

RECORD = "retention.jsonl"
"""Where each night notes what it let go."""

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Expired:
    """What is older than its period in one place: a table's rows or a folder's files."""

    place: str
    days: int
    count: int


def retain(
    sources: Sources,
    home: Home,
    *,
    now: datetime,
    is_dry: bool = False,
    say: Say = lambda line: None,
) -> list[Expired]:
    """Let go what is older than its period; what that is.

    Args:
        sources: the periods.
        home: the company's folders; nobody may land in it meanwhile.
        now: the time at which a period ends.
        is_dry: only tell what would go.
        say: receives a line per place.

    Raises:
        ConfigurationError: a period for a table that does not exist, or a rotation goes on.
    """
    refuse_while_rotating(home)
    unknown = sorted(sources.retention.tables.keys() - all_streams().keys())
    if unknown:
        raise ConfigurationError(
            f"retention.tables names {', '.join(unknown)}: it must be one of "
            f"{', '.join(sorted(all_streams()))}"
        )
    expired = []
    for found in (*_tables(sources, home, now, is_dry), *_files(sources, home, now, is_dry)):
        if found.count:
            say(f"{found.place}: {found.count} older than {found.days} days")
            expired.append(found)
    if expired and not is_dry:
        with (home.root / RECORD).open("a", encoding="utf-8") as record:
            for found in expired:
                record.write(json.dumps({"at": now.isoformat(), **asdict(found)}) + "\n")
    return expired


def _tables(sources: Sources, home: Home, now: datetime, is_dry: bool) -> Iterator[Expired]:
    lake = Lake(home.lake)
    for spec in all_streams().values():
        periods = sources.retention.of_table(spec.table)
        if days := periods.quarantine:
            old = f"_landed_at < {_instant(now, days)}"
            path, schema = lake.quarantine(spec), QUARANTINE_SCHEMA
            count = _expire(path, schema, old, is_dry=is_dry)
            yield Expired(place=f"lake/_quarantine/{spec.table}", days=days, count=count)
        table = open_table(lake.table(spec))
        if (days := periods.restricted) and table:
            old = _old_clear_values(spec, table.file_uris(), _instant(now, days))
            path, schema = lake.restricted(spec), spec.restricted_schema
            count = _expire(path, schema, old, is_dry=is_dry)
            yield Expired(place=f"lake/_restricted/{spec.table}", days=days, count=count)


def _old_clear_values(spec: StreamSpec, files: list[str], before: str) -> str:
    """Clear values of old loads; of a living customer or agent the newest load stays."""
    rows = rows_of(spec.lake_schema, files)
    old = f"_load_seq in (select _load_seq from {rows} where _landed_at < {before})"
    if spec.name not in STANDING:
        return old
    newest = (
        "select _source_id, source_id, max(_load_seq) as _load_seq, "
        "arg_max(_op, (source_version, _load_seq, _row_hash)) as last_op "
        f"from {rows} group by _source_id, source_id"
    )
    return (
        f"({old} and (_source_id, source_id, _load_seq) not in (select _source_id, source_id, "
        f"_load_seq from ({newest}) where last_op = 'upsert'))"
    )


def _expire(path: Path, schema: dict[str, str], old: str, *, is_dry: bool) -> int:
    with connect(threads=2) as connection:
        if not is_dry:
            return rewrite(connection, path, schema, old)
        table = open_table(path)
        files = table.file_uris() if table else []
        if not files:
            return 0
        query = f"select count(*) from {rows_of(schema, files)} where {old}"
        return int(connection.sql(query).fetchall()[0][0])


def _instant(now: datetime, days: int) -> str:
    return f"cast({literal((now - timedelta(days=days)).isoformat())} as timestamptz)"


def _files(sources: Sources, home: Home, now: datetime, is_dry: bool) -> Iterator[Expired]:
    periods = {"archive": sources.retention.archive, "rejected": sources.retention.rejected}
    for room, days in periods.items():
        if not days:
            continue
        before = (now - timedelta(days=days)).astimezone(UTC).timestamp()
        old = [
            path
            for path in sorted((home.root / room).rglob("*"))
            if path.is_file() and path.lstat().st_ctime < before
        ]
        for path in old if not is_dry else ():
            path.unlink()
        yield Expired(place=room, days=days, count=len(old))
