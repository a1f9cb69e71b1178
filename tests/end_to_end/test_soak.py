"""The soak: thirty nights in which a thousand kills fall, beside thirty undisturbed ones.

``CX_SOAK_NIGHTS``, ``CX_SOAK_KILLS`` and ``CX_SOAK_SEED`` change it; ``CX_SOAK_MINUTES`` ends it
after the night in which they are over. Each night adds a line of figures to
``var/tests/soak.jsonl``.
"""

import json
import os
import random
import time
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from ingestion.settings import PROJECT_ROOT
from tests.factories import kills
from tests.factories.faults import Kill
from tests.factories.small_company import (
    SmallCompany,
    assert_alike,
    assert_conserved,
    drop,
)

FIGURES = PROJECT_ROOT / "var" / "tests" / "soak.jsonl"
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


@pytest.mark.soak
def test_thirty_nights_with_a_thousand_kills_end_like_undisturbed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm, killed = (SmallCompany(tmp_path / name, monkeypatch) for name in ("calm", "killed"))
    nights, chance = setting("NIGHTS", 30), random.Random(setting("SEED", 1))
    ends_at = time.monotonic() + 60 * setting("MINUTES", 24 * 60)
    for number in range(1, nights + 1):
        for company in (calm, killed):
            drop(company.home, number)
        undisturbed = calm.night(number, f"night-{number}")
        count, seconds = 0, []
        for place in range(-(-setting("KILLS", 1_000) // nights)):
            kill = drawn(chance, undisturbed.points)
            tried = killed.night(number, f"killed-{number}-{place}", kill)
            count += tried.is_killed
            seconds.append(tried.seconds)
            kills.assert_whole(killed.home)
        last = killed.night(number, f"night-{number}")
        for company in (calm, killed):
            assert_conserved(company.home, number, company.loads_before)
        note(number, count, undisturbed.seconds, seconds, last.seconds)
        if time.monotonic() > ends_at:
            break
    assert_alike(killed, calm)
    assert not [*(killed.home.marts / "versions").glob("*.tmp")]


def note(night: int, count: int, calm: float, killed: list[float], last: float) -> None:
    """Write down what a night cost: seconds of the calm one, of killed ones, of the last one."""
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "night": night,
        "kills": count,
        "seconds_undisturbed": round(calm, 1),
        "seconds_until_a_kill": round(mean(killed), 1),
        "seconds_after_the_kills": round(last, 1),
    }
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(json.dumps(figures) + "\n")
