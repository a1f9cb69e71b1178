"""Freezing: decides once what a night reads.

Turns the lake's current state into the list of versions and files that every later step of
the run uses, so that a re-run of the same inputs gives the same numbers. How rows got into
the lake belongs in ``landing``.
"""

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.checksums import note_files
from ingestion.companions import QUARANTINE_SCHEMA, REFUSED_VALUES
from ingestion.errors import StaleSourceError
from ingestion.keyring import ROTATED, read_ring, refuse_while_rotating
from ingestion.lake import Lake, SourceState, last_load, open_table, source_states
from ingestion.loads import held_loads
from ingestion.pipeline import configured_streams
from ingestion.registry import all_streams
from ingestion.results import StreamResult, StreamTask
from ingestion.settings import Home, Sources
from ingestion.stream import StreamSpec, raw_type
from ingestion.writing import write_whole


@dataclass(frozen=True, kw_only=True)
class FrozenStream:
    """One stream as the night reads it; ``files`` are absolute, ``columns`` name and type."""

    stream: str
    files: list[str]
    columns: list[dict[str, str]]
    held_loads: list[int]
    load_seq: int
    delta_version: int | None
    data_through: str | None
    status: str


@dataclass(frozen=True, kw_only=True)
class FrozenSource:
    """One source instance: whether it delivered, and how far its data goes."""

    id: str
    connector: str
    status: str
    data_through: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class FrozenInputs:
    """Everything that the run depends on, besides the code."""

    run_id: str
    as_of: str
    frozen_at: str
    company: dict[str, object]
    streams: list[FrozenStream]
    sources: list[FrozenSource]
    until: str | None = None
    """The moment up to which a day that has not ended counts; a night counts whole days."""
    is_rotated: bool = False
    """Whether ids of persons may come from an earlier key of the pseudonyms."""


def freeze(
    sources: Sources,
    home: Home,
    *,
    results: Sequence[StreamResult],
    run_id: str,
    as_of: date | None = None,
) -> FrozenInputs:
    """Pin one Delta version per stream and write the list to ``home.frozen_inputs``.

    Every stream that dbt knows is in it. Files that are new in the lake get their checksums.

    Args:
        sources: the configured sources with their ``required`` and ``stale_ok_hours`` policy.
        home: the company's folders.
        results: what this run's extraction said of the configured streams.
        run_id: name of the run; freezing again under it keeps what was pinned.
        as_of: first day that is not yet complete; the last local midnight by default.

    Raises:
        StaleSourceError: a required stream failed, is held, or is older than its policy.
        ConfigurationError: a change of the key of the pseudonyms goes on.
    """
    refuse_while_rotating(home)
    held_before = _read(home.frozen_inputs)
    if held_before and held_before.run_id == run_id:
        return held_before
    lake, now, tasks = Lake(home.lake), datetime.now(UTC), configured_streams(sources)
    today = now.astimezone(ZoneInfo(sources.company.time_zone)).date()
    frozen = FrozenInputs(
        run_id=run_id,
        as_of=(as_of or today).isoformat(),
        frozen_at=now.isoformat(),
        company=sources.company.model_dump(mode="json"),
        streams=_freeze_streams(lake, {task.spec.table for task in tasks}),
        sources=_freeze_sources(sources, lake, tasks, results, now),
        is_rotated=ROTATED in read_ring(home),
    )
    note_files(home)
    return _write(home.frozen_inputs, frozen)


def freeze_between(
    sources: Sources,
    home: Home,
    *,
    tables: Collection[str],
    run_id: str,
    into: Path,
    as_of: date | None = None,
) -> FrozenInputs:
    """The inputs of the last night, with some streams as they stand now, written to ``into``.

    The incomplete day counts up to this moment; other streams stay, unless their files are gone.

    Args:
        sources: the configured sources.
        home: the company's folders; its frozen inputs are read and stay as they are.
        tables: the streams that are pinned anew.
        run_id: name of the run.
        into: the file to write.
        as_of: the incomplete day where no clock tells it; it counts as a whole then.

    Raises:
        StaleSourceError: no night has frozen anything yet.
    """
    night = _read(home.frozen_inputs)
    if night is None:
        raise StaleSourceError("no night has read anything yet: run the nightly job first")
    now = datetime.now(UTC)
    today = as_of or now.astimezone(ZoneInfo(sources.company.time_zone)).date()
    configured = {task.spec.table for task in configured_streams(sources)}
    frozen = replace(
        night,
        run_id=run_id,
        as_of=(today + timedelta(days=1)).isoformat(),
        frozen_at=now.isoformat(),
        until=None if as_of else now.isoformat(),
        streams=_renewed(night.streams, _freeze_streams(Lake(home.lake), configured), tables),
    )
    return _write(into, frozen)


def _renewed(
    pinned: list[FrozenStream], now: list[FrozenStream], tables: Collection[str]
) -> list[FrozenStream]:
    """The pinned streams, with some, and those whose files are gone, as they stand now."""
    anew = {stream.stream: stream for stream in now}
    return [
        stream
        if stream.stream not in tables and all(map(os.path.exists, stream.files))
        else anew.get(stream.stream, stream)
        for stream in pinned
    ]


def _freeze_streams(lake: Lake, configured: set[str]) -> list[FrozenStream]:
    held: dict[str, list[int]] = {}
    for load in held_loads(lake):
        held.setdefault(load.table, []).append(load.load_seq)
    streams = [
        _freeze_stream(lake, spec, configured, held.get(table, []))
        for table, spec in all_streams().items()
    ]
    return [*streams, _freeze_quarantine(lake)]


def _freeze_stream(
    lake: Lake, spec: StreamSpec, configured: set[str], held: list[int]
) -> FrozenStream:
    table = open_table(lake.table(spec))
    newest = [state.data_through for state in source_states(table).values() if state.data_through]
    return FrozenStream(
        stream=spec.table,
        files=sorted(table.file_uris()) if table else [],
        columns=[{"name": name, "type": raw_type(kind)} for name, kind in spec.lake_schema.items()],
        held_loads=held,
        load_seq=last_load(table),
        delta_version=table.version() if table else None,
        data_through=max(newest).isoformat() if newest else None,
        status="configured" if spec.table in configured else "not_configured",
    )


def _freeze_quarantine(lake: Lake) -> FrozenStream:
    """All quarantine tables as one stream; the refused values themselves are not shown."""
    return FrozenStream(
        stream="quarantine",
        files=lake.quarantine_files(),
        columns=[
            {"name": name, "type": raw_type(kind)}
            for name, kind in QUARANTINE_SCHEMA.items()
            if name not in REFUSED_VALUES
        ],
        held_loads=[],
        load_seq=0,
        delta_version=None,
        data_through=None,
        status="configured",
    )


def _freeze_sources(
    sources: Sources,
    lake: Lake,
    tasks: Sequence[StreamTask],
    results: Sequence[StreamResult],
    now: datetime,
) -> list[FrozenSource]:
    frozen = []
    for source in sources.sources:
        specs = [task.spec for task in tasks if task.source.id == source.id]
        states = [
            source_states(open_table(lake.table(spec))).get(source.id, SourceState(cursor={}))
            for spec in specs
        ]
        problems = [
            f"{result.table}: {result.message}"
            for result in results
            if result.source_id == source.id and result.status in ("failed", "held")
        ]
        landed = max((s.extracted_at for s in states if s.extracted_at), default=None)
        if landed is None:
            problems.append("nothing has ever landed")
        elif landed < now - timedelta(hours=source.stale_ok_hours):
            problems.append(f"nothing has landed since {landed:%Y-%m-%d %H:%M} UTC")
        if problems and source.required:
            raise StaleSourceError(
                f"source {source.id} is required and cannot be used: {'; '.join(problems)}"
            )
        newest = [state.data_through for state in states if state.data_through]
        frozen.append(
            FrozenSource(
                id=source.id,
                connector=source.connector,
                status="stale" if problems else "fresh",
                data_through=max(newest).isoformat() if newest else None,
                message="; ".join(problems),
            )
        )
    return frozen


def _read(path: Path) -> FrozenInputs | None:
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    content["streams"] = [FrozenStream(**stream) for stream in content["streams"]]
    content["sources"] = [FrozenSource(**source) for source in content["sources"]]
    return FrozenInputs(**content)


def _write(path: Path, frozen: FrozenInputs) -> FrozenInputs:
    write_whole(path, json.dumps(asdict(frozen), ensure_ascii=False, indent=1))
    return frozen
