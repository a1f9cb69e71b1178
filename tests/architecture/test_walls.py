"""The walls between the rooms, read from the code itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("enrichment", "ingestion", "orchestration", "serving")
BANNED = {
    "ingestion": {"dagster", "dagster_dbt", "dbt", "enrichment", "orchestration", "serving"},
    "serving": {"dagster", "dagster_dbt", "dbt", "enrichment", "ingestion", "orchestration"},
    "enrichment": {"dagster", "dagster_dbt", "dbt", "ingestion", "orchestration", "serving"},
    "orchestration": set(),
}
MODULE_LINES = 300
FUNCTION_LINES = 40


def modules(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_room_it_must_not_know(room: str) -> None:
    offenders = {
        str(path.relative_to(ROOT)): name
        for path in modules(room)
        for name in imports_of(path)
        if name.split(".")[0] in BANNED[room]
    }
    assert not offenders


def test_orchestration_knows_only_the_public_faces_of_the_other_rooms() -> None:
    allowed = {
        *("ingestion", "ingestion.demo", "ingestion.erasure"),
        *("ingestion.proposing", "ingestion.quality", "ingestion.rotation"),
        *("serving", "enrichment"),
    }
    offenders = {
        str(path.relative_to(ROOT)): name
        for path in modules("orchestration")
        for name in imports_of(path)
        if name.split(".")[0] in {"ingestion", "serving", "enrichment"} and name not in allowed
    }
    assert not offenders


def test_a_connector_imports_no_other_connector() -> None:
    connectors = ROOT / "ingestion" / "connectors"
    names = {path.name for path in connectors.iterdir() if (path / "__init__.py").exists()}
    offenders = {
        str(path.relative_to(ROOT)): name
        for path in connectors.rglob("*.py")
        for name in imports_of(path)
        for other in names - {path.relative_to(connectors).parts[0]}
        if f"{name}.".startswith(f"ingestion.connectors.{other}.")
    }
    assert not offenders


def test_nothing_imports_the_tests() -> None:
    offenders = [path for path in modules(*ROOMS) if any(n == "tests" for n in imports_of(path))]
    assert not offenders


def test_no_private_part_of_dagster_is_imported() -> None:
    offenders = {
        str(path.relative_to(ROOT)): name
        for path in modules("orchestration")
        for name in imports_of(path)
        if name.startswith("dagster") and any(part.startswith("_") for part in name.split("."))
    }
    assert not offenders


def test_the_dbt_room_holds_no_python() -> None:
    ours = [p for p in (ROOT / "dbt_project").rglob("*.py") if "target" not in p.parts]
    assert not ours


@pytest.mark.parametrize("path", modules(*ROOMS), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_has_a_charter_and_stays_small(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), "a module opens with what lives here"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= FUNCTION_LINES
    }
    assert not long


@pytest.mark.parametrize("room", ["ingestion", "serving"])
def test_the_environment_is_read_in_one_module_of_a_room(room: str) -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in modules(room)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    }
    assert readers <= {"ingestion/settings.py", "ingestion/quality/runner.py"}
