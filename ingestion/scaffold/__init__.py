"""Scaffold: an empty connector with its tests, which fail until somebody has written it.

Writes files and names the connector where connectors are named; the steps that follow are in
the README of the room.
"""

import keyword
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from string import Template

from ingestion.errors import ConfigurationError
from ingestion.settings import PROJECT_ROOT
from ingestion.stream import IDENTIFIER

TEMPLATES = Path(__file__).resolve().parent / "templates"
PLACES = {
    "__init__.py.tmpl": "ingestion/connectors/{name}/__init__.py",
    "client.py.tmpl": "ingestion/connectors/{name}/client.py",
    "streams.py.tmpl": "ingestion/connectors/{name}/streams.py",
    "README.md.tmpl": "ingestion/connectors/{name}/README.md",
    "world.py.tmpl": "tests/ingestion/connectors/{name}/world.py",
    "test_connector.py.tmpl": "tests/ingestion/connectors/{name}/test_{name}.py",
}
FIXTURE = "tests/fixtures/{name}/customers.json"
REGISTRY = "ingestion/registry.py"
WORLDS = "tests/ingestion/connectors/worlds.py"
IMPORT = re.compile(r"^from (tests[\w.]+) import (?:[^(\n]+|\((?:\n    .*)+\n\))\n", re.MULTILINE)
FIRST_WORLD = '    "files": _local(FilesWorld),\n'


def scaffold(name: str, root: Path = PROJECT_ROOT) -> list[Path]:
    """Write the empty connector ``name`` below ``root`` and return what was written.

    Raises:
        ConfigurationError: no name for a connector, or there is one of that name.
    """
    if not IDENTIFIER.fullmatch(name) or name.startswith("_") or keyword.iskeyword(name):
        raise ConfigurationError(
            f"NAME is {name!r}: it must be a word of lowercase letters, digits and _, such as acme"
        )
    places = {root / place.format(name=name): source for source, place in PLACES.items()}
    if any(path.parent.exists() for path in places):
        raise ConfigurationError(f"there is a connector {name!r} already")
    words = {
        "name": name,
        "upper": name.upper(),
        "camel": "".join(part.capitalize() for part in name.split("_")),
        "title": " ".join(part.capitalize() for part in name.split("_")),
    }
    for path, source in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        template = Template((TEMPLATES / source).read_text(encoding="utf-8"))
        path.write_text(_in_order(template.substitute(words)), encoding="utf-8")
    fixture = root / FIXTURE.format(name=name)
    fixture.parent.mkdir(parents=True, exist_ok=True)
    fixture.write_text("[]\n", encoding="utf-8")
    _rewrite(root / REGISTRY, lambda text: _registered(text, name))
    _rewrite(root / WORLDS, lambda text: _joined(text, name))
    return [*places, fixture, root / REGISTRY, root / WORLDS]


def _in_order(text: str) -> str:
    """Imports sorted by module, wherever the name of the connector belongs."""
    lines = text.splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if line.startswith("from ")]
    blocks = groupby(enumerate(places), key=lambda pair: pair[1] - pair[0])
    for block in ([place for _, place in pairs] for _, pairs in blocks):
        lines[block[0] : block[-1] + 1] = sorted(lines[block[0] : block[-1] + 1])
    return "".join(lines)


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _registered(text: str, name: str) -> str:
    """The registry with one more name, in order."""
    found = re.search(r"^CONNECTORS = \((.*?)\)\n", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise ConfigurationError(f"{REGISTRY} does not name the connectors as expected")
    names = sorted({*re.findall(r'"(\w+)"', found[1]), name})
    line = f"CONNECTORS = ({', '.join(f'{known!r}' for known in names)})\n".replace("'", '"')
    if len(line) > 100:
        line = "CONNECTORS = (\n" + "".join(f'    "{known}",\n' for known in names) + ")\n"
    return text.replace(found[0], line, 1)


def _joined(text: str, name: str) -> str:
    """The worlds of the acceptance kit with one more, its import in order."""
    module = f"tests.ingestion.connectors.{name}.world"
    line = f"from {module} import {name}_world\n"
    imports = list(IMPORT.finditer(text))
    later = [found for found in imports if found[1] > module]
    place = later[0].start() if later else imports[-1].end()
    text = text[:place] + line + text[place:]
    return text.replace(FIRST_WORLD, f'    "{name}": {name}_world,\n{FIRST_WORLD}', 1)
