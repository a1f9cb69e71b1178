"""The dbt manifest: parsed when the project changed, and only where that is affordable.

A parse costs as much as a small build, so it never happens in a process that Dagster starts
to execute a run. How dbt is called belongs in ``dbt_runner``.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

Manifest = Mapping[str, Any]

PARSED_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md"})
OUTPUT_FOLDERS = frozenset({"target", "logs", "dbt_packages"})


def read_manifest(
    project: Path, target: Path, *, parse: Callable[[], None], may_parse: bool = True
) -> Manifest:
    """The manifest of the project, parsed anew when any of its files or dbt changed, or it moved.

    Args:
        project: the dbt project.
        target: where dbt writes the manifest.
        parse: runs ``dbt parse``.
        may_parse: False in run workers, which take the manifest that is there.
    """
    path, stamp = target / "manifest.json", target / "parsed.txt"
    macros = project_state(project / "macros")
    state = [str(project.resolve()), macros, project_state(project), version("dbt-core")]
    parsed = stamp.read_text(encoding="utf-8").splitlines() if stamp.exists() else []
    is_current = path.exists() and parsed == state
    if not is_current and (may_parse or not path.exists()):
        if parsed[:2] != state[:2]:
            # What dbt remembers of a parse names seeds by the folder in which they were, and
            # of some models keeps the configuration that a macro gave which is another now.
            (target / "partial_parse.msgpack").unlink(missing_ok=True)
        parse()
        stamp.write_text("\n".join(state), encoding="utf-8")
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def project_state(project: Path) -> str:
    """A hash of names, sizes and times of the files that dbt parses."""
    digest = hashlib.sha256()
    for path in sorted(_parsed_files(project)):
        found = path.stat()
        name = path.relative_to(project).as_posix()
        digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _parsed_files(project: Path) -> Iterable[Path]:
    for path in project.rglob("*"):
        is_output = OUTPUT_FOLDERS.intersection(path.relative_to(project).parts)
        if path.suffix in PARSED_SUFFIXES and not is_output and path.is_file():
            yield path


def questions_answered(manifest: Manifest) -> dict[str, list[str]]:
    """The questions that each published model says it answers, by the model's name."""
    return {
        node["name"]: list(node["config"].get("meta", {}).get("questions", ()))
        for node in published_models(manifest)
    }


def ready_queries(manifest: Manifest) -> dict[str, str]:
    """The query with which a reader may begin, of published models that bring one."""
    metas = {node["name"]: node["config"].get("meta", {}) for node in published_models(manifest)}
    return {name: meta["query"] for name, meta in metas.items() if "query" in meta}


def models_tagged(manifest: Manifest, tag: str) -> list[dict[str, Any]]:
    """The published models that carry a tag."""
    return [node for node in published_models(manifest) if tag in node["tags"]]


def reached(links: Mapping[str, list[str]], start: Iterable[str]) -> set[str]:
    """``start`` and every node that leads there, or that it leads to, by a map of the manifest."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += links.get(name, [])
    return found


def published_models(manifest: Manifest) -> list[dict[str, Any]]:
    """The models that readers may see: those that dbt declares public."""
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node.get("access") == "public"
    ]
