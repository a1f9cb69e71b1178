"""A company killed at points of its landing, one at a time, and read again.

The default suite goes through a part of the points, the lane through all.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.faults import Attempt, Kill, attempt, cut_power, killed_at_each
from tests.factories.forgotten import FILES, KEY, SETTINGS
from tests.factories.lake_contents import contents
from tests.factories.landing_job import land

CUSTOMERS = "crm/customers.csv"
TORN = {"crm/customers-torn.csv": "no,name\nC-1009,Nika Rad\n"}
ONE_STREAM = SETTINGS[: SETTINGS.index("      orders:")]
SOME = 7
"""Every seventh point."""


@pytest.fixture
def at_points(tmp_path: Path) -> Callable[..., None]:
    """Kills a company at one point after the other; read again it equals an undisturbed one."""

    def found(name: str, settings: str, files: dict[str, str]) -> Path:
        root = tmp_path / name
        for place, text in files.items():
            path = root / "tiny" / "inbox" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (root / "sources.yaml").write_text(settings, encoding="utf-8")
        return root

    def read(root: Path, kill: Kill | None = None) -> Attempt:
        environment = {
            "CX_DATA": str(root),
            "CX_SOURCES": str(root / "sources.yaml"),
            "CX_PSEUDONYM_KEY": KEY,
        }
        return attempt(land, root=root, kill=kill, environment=environment)

    def check(
        settings: str, files: dict[str, str], *, step: int = 1, is_power_cut: bool = False
    ) -> None:
        def strike(kill: Kill) -> Attempt:
            company = found("killed", settings, files)
            held = {path.stat().st_ino for path in company.rglob("*")}
            tried = read(company, kill)
            if is_power_cut and tried.is_killed:
                cut_power(company, held=held)
            return tried

        undisturbed = found("undisturbed", settings, files)
        points = read(undisturbed).points
        expected, died_at = contents(undisturbed), []
        root = tmp_path / "killed"
        for killed in killed_at_each(strike, step=step):
            died_at.append(killed.points[-1])
            assert not read(root).is_killed
            assert contents(root) == expected, died_at[-1]
            shutil.rmtree(root)
        assert tuple(died_at) == points[::step]

    return check


def test_a_stream_killed_along_its_landing_is_whole_after_the_next_night(
    at_points: Callable[..., None],
) -> None:
    """Faults 2 and 3: refused rows, clear values, a held load and a refused file among them."""
    at_points(ONE_STREAM, {CUSTOMERS: FILES[CUSTOMERS]} | TORN, step=SOME)


@pytest.mark.parametrize("step", [SOME, pytest.param(1, marks=pytest.mark.lane)])
def test_a_power_cut_along_a_landing_loses_nothing(
    at_points: Callable[..., None], step: int
) -> None:
    """Fault 7: whatever was not flushed is empty, commits and their data among it."""
    at_points(ONE_STREAM, {CUSTOMERS: FILES[CUSTOMERS]} | TORN, step=step, is_power_cut=True)


@pytest.mark.lane
def test_a_company_killed_at_each_point_of_its_landing_is_whole_after_the_next_night(
    at_points: Callable[..., None],
) -> None:
    at_points(SETTINGS, FILES | TORN)
