"""The soak: thirty nights in which a thousand kills fall, beside thirty undisturbed ones.

``CX_SOAK_NIGHTS``, ``CX_SOAK_KILLS`` and ``CX_SOAK_SEED`` change it; ``CX_SOAK_MINUTES`` ends it
after the night in which they are over. Each night adds a line of figures to
``var/tests/soak/nights.jsonl``. A soak that was ended, or itself killed, is carried on in the
night after the last of them; after the last night of all, or ``make clean``, the next one begins
anew.
"""

import json
import os
import random
import shutil
import time
from itertools import pairwise
from statistics import mean

import pytest

from ingestion.settings import PROJECT_ROOT
from tests.factories import kills
from tests.factories.faults import Attempt, Kill
from tests.factories.small_company import (
    SmallCompany,
    assert_alike,
    assert_conserved,
    drop,
)

FOLDER = PROJECT_ROOT / "var" / "tests" / "soak"
FIGURES = FOLDER / "nights.jsonl"
PARTS = ("", "frozen", "built")
"""Points with which a night's parts begin: reading, building, publishing."""

LONGEST_DELAY = 0.05


def setting(name: str, default: int) -> int:
    return int(os.environ.get(f"CX_SOAK_{name}", default))


def drawn(chance: random.Random, points: tuple[str, ...]) -> Kill:
    """A kill in one of the parts of a night, at a point or shortly behind it."""
    begins = [0, *(points.index(name) for name in PARTS[1:]), len(points)]
    lengths = dict(zip(PARTS, (end - begin for begin, end in pairwise(begins)), strict=True))
    part = chance.choice(PARTS)
    delay = chance.choice((0, chance.uniform(0, LONGEST_DELAY)))
    return Kill(chance.randint(1, lengths[part]), after=part, delay=delay)


def nights_before(nights: int) -> int:
    """Nights of a soak that is to be carried on; none, in an empty folder, when it is over."""
    done = len(FIGURES.read_text(encoding="utf-8").splitlines()) if FIGURES.exists() else 0
    if done < nights:
        return done
    shutil.rmtree(FOLDER)
    return 0


@pytest.mark.soak
def test_thirty_nights_with_a_thousand_kills_end_like_undisturbed_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nights = setting("NIGHTS", 30)
    before = nights_before(nights)
    calm, killed = (SmallCompany(FOLDER / name, monkeypatch) for name in ("calm", "killed"))
    ends_at = time.monotonic() + 60 * setting("MINUTES", 24 * 60)
    for number in range(before + 1, nights + 1):
        soak(number, calm, killed, count=-(-setting("KILLS", 1_000) // nights))
        if time.monotonic() > ends_at:
            break
    assert_alike(killed, calm)
    assert not [*(killed.home.marts / "versions").glob("*.tmp")]


def soak(number: int, calm: SmallCompany, killed: SmallCompany, *, count: int) -> None:
    """One night of both companies, with kills in that of the one."""
    chance = random.Random(f"{setting('SEED', 1)} {number}")
    for company in (calm, killed):
        drop(company.home, number)
    undisturbed = calm.night(number, f"night-{number}")
    tries = []
    for place in range(count):
        kill = drawn(chance, undisturbed.points)
        tries.append(killed.night(number, f"killed-{number}-{place}", kill))
        kills.assert_whole(killed.home)
    last = killed.night(number, f"night-{number}")
    for company in (calm, killed):
        assert_conserved(company.home, number, company.loads_before)
    note(number, undisturbed, tries, last)


def note(night: int, calm: Attempt, tries: list[Attempt], last: Attempt) -> None:
    """Write down what a night cost: seconds of the calm one, of killed ones, of the last one."""
    figures = {
        "night": night,
        "kills": sum(tried.is_killed for tried in tries),
        "seconds_undisturbed": round(calm.seconds, 1),
        "seconds_until_a_kill": round(mean(tried.seconds for tried in tries), 1),
        "seconds_after_the_kills": round(last.seconds, 1),
    }
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
