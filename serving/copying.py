"""Copies: the tables and views of a version, with what is said about them.

A night changes few rows of most tables, and to compare all of them by a hash costs a tenth of
writing them. So a version may begin as a copy of the one before, in which those rows change
that differ, whatever made them differ. No text is copied that was not looked through for
personal data by the same rules. What a version holds besides belongs in ``publish``.
"""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from serving import versions
from serving.checksums import is_as_written
from serving.errors import AuditError
from serving.facts import Relation
from serving.personal import personal_data
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

ARRIVED = "arrived"
"""Table of what came into a table that was not written whole."""

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
    same = ("duckdb_version", "storage_version", "text_rules")
    is_alike = all(earlier.get(name) == receipt[name] for name in same)
    if since_whole > LONGEST_CHAIN or not is_alike:
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

    Raises:
        AuditError: a text holds personal data; the version is not to be kept.
    """
    connection, findings = source.connection, list[str]()
    copied = [r for r in relations if source.view_over(r, relations) is None]
    _drop_others(_held(source), {relation.name for relation in copied})
    held = _held(source)
    counts: dict[str, int] = {}
    for relation in copied:
        count, columns = None, _columns(source, relation)
        if _columns(held, Relation(SCHEMA, relation.name)) == columns:
            count = _renew(source, relation, dict(columns))
        counts[relation.name] = _write(source, relation) if count is None else count
        _comment(source, relation, "table", None if count is None else held)
        texts = target(relation.name) if count is None else ARRIVED
        findings += personal_data(connection, texts, relation.name)
    connection.execute(f"use {PUBLISHED}.{SCHEMA}")
    for relation in (r for r in relations if r not in copied):
        definition, view = source.view_over(relation, copied), quoted(relation.name)
        connection.execute(f"create view {view} as {definition}")
        counts[relation.name] = source.count(relation)
        _comment(source, relation, "view", None)
        findings += personal_data(connection, view, relation.name)
    connection.execute("use memory")
    if findings:
        raise AuditError(findings)
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


def _renew(source: Warehouse, relation: Relation, columns: Mapping[str, str]) -> int | None:
    """Change the rows of a table that differ from their source, and return its number of rows.

    The table ``ARRIVED`` then holds what came into it. None where too many differ, and where the
    rows are not those of the source then, as where two rows are alike.
    """
    connection, name, written = source.connection, source.name(relation), target(relation.name)
    stamps = _stamps(source, relation, columns)
    content = _content({name: columns[name] for name in columns if name not in stamps})
    for table, query in {
        "coming": f"select {content} as content from {name}",
        "held": f"select {content} as content, rowid as place from {written}",
        "gone": "select place from held anti join coming using (content)",
        "news": "select content from coming anti join held using (content)",
    }.items():
        connection.execute(f"create or replace temp table {table} as {query}")
    count, gone, news = (
        int(one_value(connection, f"select count(*) from {table}"))
        for table in ("coming", "gone", "news")
    )
    if gone + news > MOST_RENEWED * count:
        return None
    arrived = f"from {name} where {content} in (from news)"
    connection.execute(f"create or replace temp table {ARRIVED} as {arrived}")
    connection.execute(f"delete from {written} where rowid in (from gone)")
    connection.execute(f"insert into {written} from {ARRIVED}")
    if stamps:
        values = ", ".join(f"{quoted(column)} = ?" for column in stamps)
        connection.execute(f"update {written} set {values}", list(stamps.values()))
        # What is set in all rows shows in any of them.
        connection.execute(f"insert into {ARRIVED} from {written} limit 1")
    totals = "select (count(*), sum(content))"
    now = f"(select {content} as content from {written})" if gone or news else "held"
    expected = one_value(connection, f"{totals} from coming")
    return count if one_value(connection, f"{totals} from {now}") == expected else None


def _content(columns: Mapping[str, str]) -> str:
    """A number that tells rows apart.

    DuckDB multiplies the words of eight bytes of a text by one number after the other, so that
    changes of the last bytes of two words can cancel out: an eighth of texts with two numbers
    do. Four bytes further the same changes stand within their words, where they cannot.
    """
    names = map(quoted, columns)
    texts = (f"'----' || {quoted(name)}" for name, kind in columns.items() if kind == "VARCHAR")
    return f"hash({', '.join([*names, *texts])})"


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
