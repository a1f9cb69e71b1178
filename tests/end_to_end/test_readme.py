"""What the README shows can be typed as it stands."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.settings import PROJECT_ROOT, Home
from orchestration.lib.manifest import published_models
from serving import Relation, RunFacts, publish

README = PROJECT_ROOT / "README.md"
METRICS = PROJECT_ROOT / "docs" / "metrics.md"
AS_OF = date(2026, 11, 1)


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, tiny_home: Home, manifest: dict[str, Any]
) -> Path:
    """A folder in which the tiny company is published where the README says."""
    root = tmp_path_factory.mktemp("readme")
    publish(
        tiny_home.warehouse,
        root / "var" / "demo" / "marts",
        relations=[Relation(node["schema"], node["name"]) for node in published_models(manifest)],
        run_id="readme",
        facts=RunFacts(run_id="readme", as_of=AS_OF, code_version="tests"),
    )
    return root


def test_every_python_example_runs(published: Path) -> None:
    examples = _blocks("python")
    assert examples
    for example in examples:
        done = subprocess.run(
            [sys.executable, "-c", example],
            cwd=published,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{example}\n{done.stderr}"
        assert done.stdout


def test_every_sql_example_runs(published: Path) -> None:
    path = published / "var" / "demo" / "marts" / "current" / "marts.duckdb"
    examples = _blocks("sql")
    assert examples
    with duckdb.connect(str(path), read_only=True) as marts:
        for example in examples:
            assert marts.execute(example).fetchall()


@pytest.mark.lane
def test_the_metrics_of_the_published_marts_are_asked_for_as_the_page_says(
    published: Path,
) -> None:
    project = published / "dbt_project"
    shutil.copytree(PROJECT_ROOT / "dbt_project", project)
    (commands,) = _blocks("sh", METRICS)
    done = subprocess.run(
        ["bash", "-ec", commands],
        cwd=project,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^2026-10-01\S* +gold", done.stdout, re.MULTILINE), done.stdout


def test_every_make_target_of_the_documentation_exists() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = [README, *(PROJECT_ROOT / "docs").glob("*.md")]
    named = {
        name
        for page in pages
        for name in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.M)
    }
    assert {"nightly", "test"} <= named
    assert named <= targets


def test_every_local_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert [link for link in links if not (PROJECT_ROOT / link).exists()] == []


def _blocks(language: str, page: Path = README) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
