"""The warehouse's own SQL as text, without dbt: models and macros rendered for DuckDB.

Relations are read by their bare names, so that a test may put small tables in their place.
Whole nights belong in ``night``.
"""

import importlib.util
from functools import cache
from types import ModuleType
from typing import Any

from jinja2 import Environment

from ingestion.settings import PROJECT_ROOT

PROJECT = PROJECT_ROOT / "dbt_project"


@cache
def _stand_in(name: str) -> ModuleType:
    """What the SQL linter knows of dbt, from its own folder."""
    spec = importlib.util.spec_from_file_location(
        f"stand_in_{name}", PROJECT_ROOT / ".ci" / "sqlfluff" / f"{name}.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _macros() -> str:
    return "".join(path.read_text("utf-8") for path in sorted(PROJECT.glob("macros/*.sql")))


@cache
def rendered(text: str) -> str:
    """SQL with Jinja as DuckDB is to run it."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    template = environment.from_string(_macros() + text)
    names: dict[str, Any] = {
        "adapter": _stand_in("adapter"),
        "dbt": _stand_in("dbt"),
        "config": lambda **_: "",
        "ref": lambda name: name,
        "return": lambda value: value,
        "source": lambda _, name: name,
        "var": lambda name: name,
    }
    return template.render(names | {"dialect": "duckdb"})


def model(name: str) -> str:
    """The query of a model."""
    (path,) = PROJECT.glob(f"models/**/{name}.sql")
    return rendered(path.read_text("utf-8"))
