"""The room's command line: refusals, replays, held loads, new connectors, taps on standard input.

The nightly run itself belongs to ``orchestration``.
"""

import argparse
import json
import sys
from datetime import UTC, datetime

from ingestion.connectors.singer.receiving import landed_state, receive
from ingestion.errors import ConfigurationError, IngestionError
from ingestion.lake import Lake
from ingestion.loads import LoadDecision, held_loads, record
from ingestion.quarantine import replay, summarize
from ingestion.registry import all_streams
from ingestion.scaffold import scaffold
from ingestion.settings import PROJECT_ROOT, Home, Sources, home_of, load_sources


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 1 when it was refused."""
    parser = argparse.ArgumentParser(prog="python -m ingestion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("quarantine", help="list refusals and held loads")
    again = commands.add_parser("replay", help="type refused rows again after mending a setting")
    again.add_argument("table", help="such as mapped__orders")
    release = commands.add_parser("release", help="let a held load through")
    release.add_argument("table")
    release.add_argument("load", type=int)
    begin = commands.add_parser("connector", help="write an empty connector and its tests")
    begin.add_argument("name", help="such as acme")
    pipe = commands.add_parser("singer", help="take in a tap's output from standard input")
    pipe.add_argument("source", help="id of a source with connector singer and files")
    pipe.add_argument("--state", action="store_true", help="print the state that has landed")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "connector":
            _begin(chosen.name)
            return 0
        sources = load_sources()
        home = home_of(sources.company)
        if chosen.command == "quarantine":
            _list(home)
        elif chosen.command == "singer":
            _pipe(sources, home, chosen.source, says_state=chosen.state)
        elif chosen.command == "replay":
            _replay(sources, home, chosen.table)
        else:
            _release(home, chosen.table, chosen.load)
    except IngestionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _begin(name: str) -> None:
    for path in scaffold(name):
        print(path.relative_to(PROJECT_ROOT))
    print(f"The next steps stand in ingestion/README.md; `pytest -k {name}` says what lacks.")


def _pipe(sources: Sources, home: Home, name: str, *, says_state: bool) -> None:
    found = [each for each in sources.sources if (each.id, each.connector) == (name, "singer")]
    if not found:
        raise ConfigurationError(f"{name!r} is no source with connector singer")
    if says_state:
        print(json.dumps(landed_state(found[0], Lake(home.lake))))
        return
    path = receive(found[0], home.inbox / name, sys.stdin.buffer, now=datetime.now(UTC))
    print(f"{path.name} is read by the next night", file=sys.stderr)


def _list(home: Home) -> None:
    for refusal in summarize(home):
        print(
            f"{refusal.table} {refusal.source_id} {refusal.file or '-'} row {refusal.first_row}: "
            f"{refusal.column_name or '-'} {refusal.rule} ({refusal.count_rows} {refusal.action})"
        )
    for load in held_loads(Lake(home.lake)):
        print(f"{load.table} load {load.load_seq} is held: {load.reason}")


def _replay(sources: Sources, home: Home, table: str) -> None:
    spec = all_streams().get(table)
    if spec is None:
        raise ConfigurationError(
            f"{table!r} is no table: one of {', '.join(sorted(all_streams()))}"
        )
    result = replay(sources, home, spec)
    print(f"{result.rows_landed} rows landed, {result.rows_refused} are still refused")


def _release(home: Home, table: str, load_seq: int) -> None:
    lake = Lake(home.lake)
    held = [d for d in held_loads(lake) if (d.table, d.load_seq) == (table, load_seq)]
    if not held:
        raise ConfigurationError(f"load {load_seq} of {table} is not held")
    decision = LoadDecision(
        table=table,
        source_id=held[0].source_id,
        load_seq=load_seq,
        status="released",
        reason="released by hand",
        recorded_at=datetime.now(UTC),
    )
    record(lake, [decision])
    print(f"load {load_seq} of {table} will be read by the next night")


if __name__ == "__main__":
    sys.exit(main())
