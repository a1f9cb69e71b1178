"""Copies: the tables and views of a version, with what is said about them.

A night changes few rows of most tables. So a version may begin as a copy of the one before, in
which those rows change that differ. No text is copied that was not looked through for personal
data by the same rules. Which rows differ belongs in ``renewal``, what a version holds besides in
``publish``.
"""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from serving import versions
from serving.checksums import is_as_written
from serving.errors import AuditError
from serving.facts import Relation
from serving.personal import personal_data
from serving.renewal import ARRIVED, CONTENTS, look, recall, renew
from serving.warehouse import Warehouse, literal, one_value, quoted

PUBLISHED = "published"
"""Catalog of the version that is being written, beside the warehouse."""

SCHEMA = "main"
"""Not ``marts``: the file gives its catalog that name, and DuckDB refuses names that could be
either. So ``mart_nps``, ``marts.mart_nps`` and ``marts.main.mart_nps`` all work for a reader."""

LONGEST_CHAIN = 6
"""Versions in a row that begin as the one before: a file keeps deleted rows where nobody sees
them, until one is written whole."""


def begin(database: Path, before: Path | None, receipt: Mapping[str, str]) -> int:
    """Let a version begin as a copy of an earlier one, where that can be.

    Args:
        database: where the version's DuckDB file will lie.
        before: folder of the version to begin as; None for one that is to be written whole.
        receipt: what the new version says of itself.

    Returns:
        How many versions ago all was written whole; 0 when this one begins empty.
    """
    if before is None:
        return 0
    earlier = versions.read_receipt(before)
    since_whole = int(earlier.get("since_whole", LONGEST_CHAIN)) + 1
    same = ("duckdb_version", "storage_version", "text_rules")
    is_alike = all(earlier.get(name) == receipt[name] for name in same)
    if since_whole > LONGEST_CHAIN or not is_alike:
        return 0
    if not all(is_as_written(before, name) for name in (versions.DATABASE, CONTENTS)):
        return 0
    shutil.copyfile(before / versions.DATABASE, database)
    return since_whole


def copy_all(
    source: Warehouse, relations: Collection[Relation], before: Path | None
) -> tuple[dict[str, int], list[str]]:
    """Make the attached version hold these relations and nothing else.

    Tables are copied; views that read only them stay views.

    Args:
        source: the warehouse.
        relations: what is copied.
        before: folder of the version as which the attached one begins.

    Returns:
        The rows of each relation, and the names of those that are tables.

    Raises:
        AuditError: a text holds personal data; the version is not to be kept.
    """
    recall(source.connection, before)
    copied = [r for r in relations if source.view_over(r, relations) is None]
    _drop_others(_held(source), {relation.name for relation in copied})
    held, counts, findings = _held(source), dict[str, int](), list[str]()
    for relation in copied:
        count, columns = None, _columns(source, relation)
        compared = look(source, relation, dict(columns))
        if _columns(held, Relation(SCHEMA, relation.name)) == columns:
            count = renew(source, relation, target(relation.name), compared)
        counts[relation.name] = _write(source, relation) if count is None else count
        _comment(source, relation, "table", None if count is None else held)
        texts = target(relation.name) if count is None else ARRIVED
        findings += personal_data(source.connection, texts, relation.name)
    for relation in (r for r in relations if r not in copied):
        counts[relation.name] = source.count(relation)
        findings += _copy_view(source, relation, copied)
    if findings:
        raise AuditError(findings)
    return counts, [relation.name for relation in copied]


def _copy_view(source: Warehouse, relation: Relation, copied: Collection[Relation]) -> list[str]:
    """Make a view over copied tables, and return what personal data it shows."""
    connection, view = source.connection, quoted(relation.name)
    connection.execute(f"use {PUBLISHED}.{SCHEMA}")
    connection.execute(f"create view {view} as {source.view_over(relation, copied)}")
    _comment(source, relation, "view", None)
    findings = personal_data(connection, view, relation.name)
    connection.execute("use memory")
    return findings


def target(name: str) -> str:
    """The full name of a table or view of the attached version."""
    return f"{PUBLISHED}.{SCHEMA}.{quoted(name)}"


def _held(source: Warehouse) -> Warehouse:
    """What the attached version holds; it remembers that, so a change asks for another."""
    return Warehouse(source.connection, Path(PUBLISHED))


def _drop_others(held: Warehouse, wanted: set[str]) -> None:
    tables = held.tables()
    for relation in held.relations():
        if relation not in tables:
            held.connection.execute(f"drop view {held.name(relation)}")
        elif relation.name not in wanted:
            held.connection.execute(f"drop table {held.name(relation)}")


def _columns(warehouse: Warehouse, relation: Relation) -> list[tuple[str, str]]:
    """Names and types, in order, of what a query gives; none where the relation does not exist.

    Of a view that may be more than the catalog knows, where what it reads has changed since.
    """
    if relation not in warehouse.relations():
        return []
    rows = warehouse.connection.execute(f"describe from {warehouse.name(relation)}").fetchall()
    return [(name, kind) for name, kind, *_ in rows]


def _write(source: Warehouse, relation: Relation) -> int:
    """Write a table whole and return its number of rows."""
    name = target(relation.name)
    source.connection.execute(f"drop table if exists {name}")
    query = f"create table {name} as from {source.name(relation)}"
    return int(one_value(source.connection, query))


def _comment(source: Warehouse, relation: Relation, kind: str, held: Warehouse | None) -> None:
    """Say of a relation and its columns what the warehouse says, where it is not said yet."""
    name = target(relation.name)
    before = Relation(SCHEMA, relation.name)
    said = {column.name: column.comment for column in held.columns(before)} if held else {}
    comments = {
        f"column {name}.{quoted(column.name)}": column.comment
        for column in source.columns(relation)
        if column.comment != said.get(column.name)
    }
    comment = source.comment(relation)
    if comment != (held.comment(before) if held else None):
        comments[f"{kind} {name}"] = comment
    if comments:
        statements = [
            f"comment on {on} is {literal(text) if text else 'null'}"
            for on, text in comments.items()
        ]
        # One transaction: each would otherwise be a durable commit of its own.
        source.connection.execute(";".join(["begin", *statements, "commit"]))
