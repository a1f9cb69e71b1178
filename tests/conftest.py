"""What tests of several rooms share: a parsed manifest and a built tiny warehouse."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ingestion.demo.config import LAST_DAY
from ingestion.settings import Home
from tests.factories.dbt import manifest_of_project, run_dbt
from tests.factories.forgotten import KEY, Company
from tests.factories.night import NIGHTLY, night, play
from tests.factories.once import shared, void

FULL_SIZE = {"customers": 5_000, "days": 730}

# A run tells of the change that it tests, with the same examples on every machine, however slow.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of the tiny demo company after one night; read it, don't change it."""
    return Home(root=shared(tmp_path_factory, "tiny", lambda root: void(night(root))))


@pytest.fixture(
    scope="session",
    params=["tiny", pytest.param("full size", marks=pytest.mark.lane)],
)
def told_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of the tiny company, and in the lane of the whole demo company; read only."""
    if request.param == "tiny":
        home: Home = request.getfixturevalue("tiny_home")
        return home
    return Home(root=shared(tmp_path_factory, "full_size", _play_full_size))


def _play_full_size(root: Path) -> None:
    home = play(root, until=LAST_DAY, **FULL_SIZE)
    run_dbt(home, *NIGHTLY)


@pytest.fixture(scope="session")
def warehouse(tiny_home: Home) -> Path:
    """The built warehouse of the tiny demo company."""
    return tiny_home.warehouse


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """The dbt manifest of the project as it is."""
    return manifest_of_project()


@pytest.fixture
def company(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Company:
    """A company of three customers that a test may erase, with its files landed."""
    monkeypatch.setenv("CX_PSEUDONYM_KEY", KEY)

    def use(root: Path) -> None:
        monkeypatch.setenv("CX_DATA", str(root))
        monkeypatch.setenv("CX_SOURCES", str(root / "sources.yaml"))

    def found(root: Path) -> None:
        use(root)
        Company.founded(root)

    root = tmp_path / "data"
    shutil.copytree(shared(tmp_path_factory, "forgotten", found), root)
    use(root)
    return Company()
