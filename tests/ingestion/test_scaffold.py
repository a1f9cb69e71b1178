"""The empty connector that ``make connector`` writes: clean code, and tests that say what lacks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.errors import ConfigurationError
from ingestion.scaffold import scaffold
from ingestion.settings import PROJECT_ROOT

COPIED = ("ingestion", "tests/__init__.py", "tests/factories", "tests/ingestion/connectors")
STEPS = {
    "asks for no page of a stream yet (step 2)",
    "put the documented answer into tests/fixtures/acme (step 1)",
    "the README leaves questions open (step 5)",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name in COPIED:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (PROJECT_ROOT / name).is_dir() else shutil.copyfile
        copy(PROJECT_ROOT / name, place)
    shutil.copyfile(PROJECT_ROOT / "pyproject.toml", root / "pyproject.toml")
    scaffold("acme", root)
    return root


def run(project: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_what_is_written_is_clean_and_named_where_connectors_are_named(project: Path) -> None:
    written = ("ingestion/connectors/acme", "tests/ingestion/connectors", "ingestion/registry.py")

    assert "All checks passed" in run(project, "ruff", "check", "--no-cache", *written)
    assert "already formatted" in (said := run(project, "ruff", "format", "--check", *written))
    assert "reformatted" not in said


def test_its_tests_fail_for_what_is_not_written_yet_and_for_nothing_else(project: Path) -> None:
    tests = ("test_acceptance.py", "acme")
    paths = [f"tests/ingestion/connectors/{name}" for name in tests]

    said = run(project, "pytest", "-q", "-k", "acme", "-p", "no:cacheprovider", "--tb=line", *paths)

    failures = [line for line in said.splitlines() if line.startswith("E ") or "Error: " in line]
    assert failures
    assert all(any(step in line for step in STEPS) for line in failures), said
    assert all(step in said for step in STEPS)
    assert " passed" not in said.splitlines()[-1]


@pytest.mark.lane
def test_what_is_written_is_typed(project: Path) -> None:
    said = run(project, "mypy", "-p", "ingestion.connectors.acme", "--cache-dir", os.devnull)
    assert "Success" in said


@pytest.mark.parametrize("name", ["", "Acme", "import", "../acme", "files"])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "ingestion" / "connectors" / "files").mkdir(parents=True)

    with pytest.raises(ConfigurationError, match=r"NAME is|there is a connector"):
        scaffold(name, tmp_path)
    assert [path.name for path in tmp_path.rglob("*.py")] == []
