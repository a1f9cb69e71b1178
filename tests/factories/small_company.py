"""A company of a few customers that sends something every night; what has to become of each line.

What it sends follows from the number of the night. A night of it is in ``small_nights``.
"""

import json
import random
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from ingestion.lake import last_load, open_table
from ingestion.settings import Home
from ingestion.writing import write_whole
from tests.factories.faults import Attempt, Kill, attempt
from tests.factories.forgotten import KEY, Company
from tests.factories.lake_contents import contents, rows_of
from tests.factories.night import differences
from tests.factories.small_nights import small_night

STREAMS = ("customers", "orders")
FIRST_DAY = datetime(2026, 1, 3)
ERASED = "C-1001"
LANDING_TIMES = ("first_landed_at", "valid_to")
LOG_OF_BUILDS = "core.fct_unkept_identities"
"""What the last build found to keep: nothing when a killed one has kept it."""

Fate = Literal["landed", "refused", "known", "erased"]


class Line(NamedTuple):
    """A line of a file, and what has to become of it."""

    text: str
    fate: Fate


class SmallCompany:
    """The company in a folder: with its first files landed and one person erased, or as it was."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.environment = {
            "CX_DATA": str(root),
            "CX_SOURCES": str(root / "sources.yaml"),
            "CX_PSEUDONYM_KEY": KEY,
        }
        loads = root / "loads_before.json"
        with monkeypatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            if not loads.exists():
                write_whole(loads, json.dumps(_found(root)))
            self.home: Home = Company().home
        self.loads_before: dict[str, int] = json.loads(loads.read_text(encoding="utf-8"))

    def night(self, number: int, run_id: str, kill: Kill | None = None) -> Attempt:
        """Run one night to its end or to its kill."""
        as_of = (FIRST_DAY + timedelta(days=number + 1)).date()
        return attempt(
            small_night, as_of, run_id, root=self.root, kill=kill, environment=self.environment
        )


def _found(root: Path) -> dict[str, int]:
    """The last load of each table before the first night of a new company."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    company = Company.founded(root)
    company.erase(ERASED)
    tables = {stream: company.home.lake / "mapped" / stream for stream in STREAMS}
    return {stream: last_load(open_table(table)) for stream, table in tables.items()}


def drop(home: Home, number: int) -> None:
    """Put what the company sends on a night into its inbox."""
    heads = {"customers": "no,name,email,phone,at", "orders": "no,client,at"}
    for stream, lines in lines_of(number).items():
        path = home.inbox / "crm" / f"{stream}-{number:02}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([heads[stream], *(line.text for line in lines), ""]))


def lines_of(number: int) -> dict[str, list[Line]]:
    """News, corrections, late versions, repetitions, nonsense and an erased person's records."""
    chance = random.Random(number)
    day = FIRST_DAY + timedelta(days=number)

    def at(days: int = 0) -> str:
        return str(day + timedelta(days=days, seconds=chance.randrange(86_400)))

    def order(of: int, place: int, when: str, fate: Fate) -> Line:
        return Line(f"O-{of}-{place},C-{of}-{place % 3},{when}", fate)

    def customer(of: int, place: int, fate: Fate) -> Line:
        mail = f"{chance.choice('abcd')}{place}@example.org"
        phone = f"09{chance.randrange(10**8, 10**8 + 40)}"
        return Line(f"C-{of}-{place},Name {of},{mail},{phone},{at()}", fate)

    before = chance.randrange(number) if number > 1 else 0
    again = {stream: [] for stream in STREAMS} if number == 1 else lines_of(number - 1)
    repeated = {
        stream: [Line(line.text, "known") for line in lines if line.fate == "landed"][:2]
        for stream, lines in again.items()
    }
    return {
        "orders": [
            *(order(number, place, at(), "landed") for place in range(6)),
            *(order(before, place, at(), "landed") for place in (6, 7)),
            order(before, 8, at(-40), "landed"),
            *(Line(f"O-{number}-9,C-1,no time {place}", "refused") for place in range(2)),
            Line(f"O-{number}-x,{ERASED},{at()}", "erased"),
            *repeated["orders"],
        ],
        "customers": [
            *(customer(number, place, "landed") for place in range(3)),
            customer(before, 3, "landed"),
            Line(f"C-{number}-4,Nika Rad,,,no time", "refused"),
            Line(f"{ERASED},Sara Tehrani,sara@example.org,,{at()}", "erased"),
            *repeated["customers"],
        ],
    }


def assert_conserved(home: Home, number: int, loads_before: Mapping[str, int]) -> None:
    """Each line of a night landed, was refused, was there already or is an erased person's.

    Args:
        home: the company after the night.
        number: of the night.
        loads_before: loads of each table before the first night.
    """
    for stream, lines in lines_of(number).items():
        planned = Counter(line.fate for line in lines)
        load, file = loads_before[stream] + number, f"{stream}-{number:02}.csv"
        landed = [row for row in _rows(home, "", stream) if row["_load_seq"] == load]
        rejects = _rows(home, "_quarantine/", stream)
        refused = {row["row_number"] for row in rejects if row["file"] == file}
        assert len(landed) == planned["landed"], (number, stream, landed)
        assert len(refused) == planned["refused"], (number, stream, refused)
        assert len(lines) == sum(planned.values())


def _rows(home: Home, zone: str, stream: str) -> list[dict[str, object]]:
    return rows_of(home.lake / f"{zone}mapped" / stream)


def assert_alike(one: SmallCompany, other: SmallCompany) -> None:
    """Two companies that were sent the same hold the same, in the lake and in the warehouse."""
    assert contents(one.root) == contents(other.root)
    found = differences(one.home.warehouse, other.home.warehouse, "core", without=LANDING_TIMES)
    assert set(found) <= {LOG_OF_BUILDS}, found
