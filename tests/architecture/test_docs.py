"""What the pages for people promise exists."""

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not {".venv", "var", "target"} & set(page.relative_to(ROOT).parts)
)
HOSTS = re.compile(r"//[a-z0-9.-]*(pypi|pythonhosted|npmjs|debian)[a-z0-9.-]*\.(org|com|net)")


def test_the_readme_names_every_published_mart(manifest: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    marts = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith("mart_")
    ]
    by_period = re.compile(r"mart_cx_kpi_(day|week|month|jalali_month|quarter|year)")
    missing = [name for name in marts if f"`{name}`" not in readme and not by_period.match(name)]
    assert not missing


def test_every_published_model_says_which_questions_it_answers(manifest: dict[str, Any]) -> None:
    silent = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["name"].startswith("mart_")
        and not _are_questions(node["config"]["meta"].get("questions"))
    ]
    assert not silent


def _are_questions(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(text, str) for text in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    broken = [target for target in targets if not (page.parent / target).exists()]
    assert not broken


def test_no_file_names_a_registry_host() -> None:
    names = ["pyproject.toml", "Makefile", "requirements.lock", "requirements-dev.lock", ".ci/run"]
    offenders = [
        str(path)
        for path in [*PAGES, *(ROOT / name for name in names)]
        if HOSTS.search(path.read_text(encoding="utf-8"))
    ]
    assert not offenders
