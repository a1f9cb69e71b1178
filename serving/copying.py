"""Copies: the tables and views of a version, with what is said about them.

A night changes few rows of most tables, and to compare all of them by a hash costs a tenth of
writing them. So a version may begin as a copy of the one before, in which those rows change
that differ, whatever made them differ. What a version holds besides belongs in ``publish``.
"""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from serving import versions
from serving.checksums import is_as_written
from serving.facts import Relation
from serving.warehouse import Warehouse, literal, one_value, quoted

PUBLISHED = "published"
"""Catalog of the version that is being written, beside the warehouse."""

SCHEMA = "main"
"""Not ``marts``: the file gives its catalog that name, and DuckDB refuses names that could be
either. So ``mart_nps``, ``marts.mart_nps`` and ``marts.main.mart_nps`` all work for a reader."""

LONGEST_CHAIN = 6
"""Versions in a row that begin as the one before: a file keeps deleted rows where nobody sees
them, until one is written whole."""

MOST_RENEWED = 0.25
"""Share of rows from which on writing the table is cheaper."""

STAMPS = ("computed_at", "data_through", "run_id")
"""Columns of the marts' contract that are the same in all rows of a night."""


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
    engine = ("duckdb_version", "storage_version")
    is_readable = all(earlier.get(name) == receipt[name] for name in engine)
    if since_whole > LONGEST_CHAIN or not is_readable:
        return 0
    if not is_as_written(before, versions.DATABASE):
        return 0
    shutil.copyfile(before / versions.DATABASE, database)
    return since_whole


def copy_all(
    source: Warehouse, relations: Collection[Relation]
) -> tuple[dict[str, int], list[str]]:
    """Make the attached version hold these relations and nothing else.

    Tables are copied; views that read only them stay views.

    Returns:
        The rows of each relation, and the names of those that are tables.
    """
    copied = [r for r in relations if source.view_over(r, relations) is None]
    _drop_others(_held(source), {relation.name for relation in copied})
    held = _held(source)
    counts: dict[str, int] = {}
    for relation in copied:
        count, columns = None, _columns(source, relation)
        if _columns(held, Relation(SCHEMA, relation.name)) == columns:
            count = _renew(source, relation, [name for name, _ in columns])
        counts[relation.name] = _write(source, relation) if count is None else count
        _comment(source, relation, "table", None if count is None else held)
    source.connection.execute(f"use {PUBLISHED}.{SCHEMA}")
    for relation in (r for r in relations if r not in copied):
        definition = source.view_over(relation, copied)
        source.connection.execute(f"create view {quoted(relation.name)} as {definition}")
        counts[relation.name] = source.count(relation)
        _comment(source, relation, "view", None)
    source.connection.execute("use memory")
    return counts, [relation.name for relation in copied]


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


def _renew(source: Warehouse, relation: Relation, columns: Collection[str]) -> int | None:
    """Change the rows of a table that differ from their source, and return its number of rows.

    None where too many differ, and where the rows are not those of the source then, as where
    two rows are alike.
    """
    connection, name, written = source.connection, source.name(relation), target(relation.name)
    stamps = _stamps(source, relation, columns)
    content = f"hash({', '.join(quoted(name) for name in columns if name not in stamps)})"
    for table, query in {
        "coming": f"select {content} as content from {name}",
        "held": f"select {content} as content, rowid as place from {written}",
        "gone": "select place from held anti join coming using (content)",
        "news": "select content from coming anti join held using (content)",
    }.items():
        connection.execute(f"create or replace temp table {table} as {query}")
    count = int(one_value(connection, "select count(*) from coming"))
    gone = int(one_value(connection, "select count(*) from gone"))
    news = int(one_value(connection, "select count(*) from news"))
    if gone + news > MOST_RENEWED * count:
        return None
    if gone:
        connection.execute(f"delete from {written} where rowid in (from gone)")
    if news:
        connection.execute(f"insert into {written} from {name} where {content} in (from news)")
    if stamps:
        values = ", ".join(f"{quoted(column)} = ?" for column in stamps)
        connection.execute(f"update {written} set {values}", list(stamps.values()))
    totals = "select (count(*), sum(content))"
    now = f"(select {content} as content from {written})" if gone or news else "held"
    expected = one_value(connection, f"{totals} from coming")
    return count if one_value(connection, f"{totals} from {now}") == expected else None


def _stamps(source: Warehouse, relation: Relation, columns: Collection[str]) -> dict[str, object]:
    """What the columns say that tell of the run, where all rows say the same.

    They differ every night; to set them costs a tenth of writing the rows that bear them.
    """
    names = [column for column in STAMPS if column in columns]
    if not names or len(names) == len(columns):
        return {}
    query = f"select distinct {', '.join(names)} from {source.name(relation)} limit 2"
    values = source.connection.execute(query).fetchall()
    return dict(zip(names, values[0], strict=True)) if len(values) == 1 else {}


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
