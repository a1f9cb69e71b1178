"""What tests of several rooms share: a parsed manifest and a built tiny warehouse."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ingestion.settings import Home
from tests.factories.dbt import manifest_of_project
from tests.factories.forgotten import KEY, Company
from tests.factories.night import night
from tests.factories.once import shared, void


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of the tiny demo company after one night; read it, don't change it."""
    return Home(root=shared(tmp_path_factory, "tiny", lambda root: void(night(root))))


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
