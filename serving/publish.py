"""Publishing: copies audited relations into a new version and swaps the pointer.

A version is built under a draft name, verified, flushed, renamed, and only then made
current, so that a reader always opens a complete version whatever kills the run. Which
version is current belongs in ``versions``; what may be published belongs in ``audit``.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from serving import durable, health, versions
from serving.checksums import hashes_of, is_published
from serving.errors import PublishError
from serving.facts import Relation, RunFacts
from serving.role_files import write_roles
from serving.warehouse import Warehouse, literal, one_value, open_warehouse, quoted

STORAGE_VERSION = "v1.2.0"
"""Read by every DuckDB client from 1.2 on; the default of 2.0 is read by no 1.x client."""

SCHEMA = "main"
"""Not ``marts``: the file gives its catalog that name, and DuckDB refuses names that could be
either. So ``mart_nps``, ``marts.mart_nps`` and ``marts.main.mart_nps`` all work for a reader."""


@dataclass(frozen=True)
class Published:
    """A published version: its folder and the rows of each table, also of each role's file."""

    folder: Path
    run_id: str
    row_counts: dict[str, int]
    roles: dict[str, dict[str, int]]

    @property
    def database(self) -> Path:
        """The DuckDB file of the version."""
        return self.folder / versions.DATABASE


def publish(
    warehouse: Path,
    marts: Path,
    *,
    relations: Sequence[Relation],
    run_id: str,
    as_of: date,
    facts: RunFacts,
    roles: Path | None = None,
) -> Published:
    """Publish the relations as version ``run_id`` and make it current.

    Publishing a run that is already published only verifies it and makes it current again.

    Args:
        warehouse: the audited warehouse; nothing writes it meanwhile.
        marts: the company's published folder.
        relations: what is published; names must differ.
        run_id: name of the version.
        as_of: first business day that the numbers do not contain.
        facts: what ``mart_dq_health`` says about the run.
        roles: declaration of the roles that get a file of their own; none without one.

    Raises:
        PublishError: the version could not be written whole; readers notice nothing.
        RoleError: the declaration does not fit what is published; readers notice nothing.
    """
    folder = versions.versions_folder(marts) / run_id
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        versions.clean(marts)
        if not is_published(folder):
            _build(warehouse, folder, sorted(relations), as_of=as_of, facts=facts, roles=roles)
        versions.make_current(marts, folder)
        versions.clean(marts)
    except (OSError, duckdb.Error) as error:
        raise PublishError(f"{folder} could not be published: {error}") from error
    receipt = json.loads((folder / versions.RECEIPT).read_text(encoding="utf-8"))
    return Published(folder, run_id, receipt["row_counts"], receipt.get("roles", {}))


def publish_cases(
    warehouse: Path,
    marts: Path,
    *,
    relations: Sequence[Relation],
    run_id: str,
    as_of: date,
    facts: RunFacts,
    roles: Path | None = None,
) -> Path:
    """Write the cases of a refresh and return their folder; ``show_cases`` lets them be read.

    The version of the last night stays as it is. Arguments and errors are those of
    ``publish``; of the roles those get a file that may see cases.
    """
    folder = versions.refreshes_folder(marts) / run_id
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        versions.clean_refreshes(marts)
        if not is_published(folder):
            _build(
                warehouse,
                folder,
                sorted(relations),
                as_of=as_of,
                facts=facts,
                roles=roles,
                is_part=True,
            )
    except (OSError, duckdb.Error) as error:
        raise PublishError(f"{folder} could not be published: {error}") from error
    return folder


def read_published(version: Path, table: str) -> pa.Table | None:
    """The rows of one table of a published version; None when it has no such table."""
    database = version / versions.DATABASE
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
        if (table,) not in names:
            return None
        connection.execute("set TimeZone = 'UTC'")
        return connection.sql(f"from {SCHEMA}.{quoted(table)}").to_arrow_table()


def _build(
    warehouse: Path,
    folder: Path,
    relations: list[Relation],
    *,
    as_of: date,
    facts: RunFacts,
    roles: Path | None,
    is_part: bool = False,
) -> None:
    draft = folder.with_name(folder.name + versions.DRAFT_SUFFIX)
    (draft / "parquet").mkdir(parents=True)
    receipt = _receipt(folder.name, as_of, facts)
    database = draft / versions.DATABASE
    with open_warehouse(warehouse) as source:
        connection = source.connection
        connection.execute(
            f"attach {literal(str(database))} as published (storage_version '{STORAGE_VERSION}')"
        )
        counts, tables = _copy_all(source, relations)
        counts["mart_dq_health"] = health.write(source, _target("mart_dq_health"), facts)
        _describe_run(connection, receipt, counts)
        for name in [*tables, "mart_dq_health"]:
            _export(connection, name, draft / "parquet")
        connection.execute("checkpoint published")
        connection.execute("detach published")
    _verify(database, counts)
    role_files = write_roles(database, roles, STORAGE_VERSION, is_part=is_part)
    content = {**receipt, "row_counts": counts, "roles": role_files, "files": hashes_of(draft)}
    durable.write_text(draft / versions.RECEIPT, json.dumps(content, indent=1))
    durable.sync_tree(draft)
    if folder.exists():
        # A folder without a receipt is what a broken copy from elsewhere leaves behind.
        shutil.rmtree(folder)
    durable.move(draft, folder)


def _receipt(run_id: str, as_of: date, facts: RunFacts) -> dict[str, str]:
    return {
        "run_id": run_id,
        "as_of": as_of.isoformat(),
        "built_at": datetime.now(UTC).isoformat(),
        "code_version": facts.code_version,
        "duckdb_version": duckdb.__version__,
        "storage_version": STORAGE_VERSION,
    }


def _target(name: str) -> str:
    return f"published.{SCHEMA}.{quoted(name)}"


def _copy_all(source: Warehouse, relations: list[Relation]) -> tuple[dict[str, int], list[str]]:
    """Copy tables, keep views that read only them as views: rows of each, names of tables."""
    counts: dict[str, int] = {}
    copied = [r for r in relations if source.view_over(r, relations) is None]
    for relation in copied:
        target = _target(relation.name)
        query = f"create table {target} as from {source.name(relation)}"
        counts[relation.name] = int(one_value(source.connection, query))
        _comment(source, relation, "table")
    source.connection.execute(f"use published.{SCHEMA}")
    for relation in (r for r in relations if r not in copied):
        definition = source.view_over(relation, copied)
        source.connection.execute(f"create view {quoted(relation.name)} as {definition}")
        counts[relation.name] = source.count(relation)
        _comment(source, relation, "view")
    source.connection.execute("use memory")
    return counts, [relation.name for relation in copied]


def _comment(source: Warehouse, relation: Relation, kind: str) -> None:
    target = _target(relation.name)
    comments = {f"{kind} {target}": source.comment(relation)} | {
        f"column {target}.{quoted(column.name)}": column.comment
        for column in source.columns(relation)
    }
    statements = [f"comment on {on} is {literal(text)}" for on, text in comments.items() if text]
    # One transaction: each would otherwise be a durable commit of its own.
    source.connection.execute(";".join(["begin", *statements, "commit"]))


def _describe_run(
    connection: duckdb.DuckDBPyConnection, receipt: dict[str, str], counts: dict[str, int]
) -> None:
    target = _target("_meta")
    connection.execute(
        f"create table {target} (run_id varchar, as_of date, built_at timestamp, "
        "code_version varchar, duckdb_version varchar, storage_version varchar, "
        "row_counts varchar)"
    )
    connection.execute(
        f"comment on table {target} is 'One row: the run behind this version of the marts.'"
    )
    built_at = datetime.fromisoformat(receipt["built_at"]).replace(tzinfo=None)
    values = [*{**receipt, "built_at": built_at}.values(), json.dumps(counts)]
    connection.execute(f"insert into {target} values (?, ?, ?, ?, ?, ?, ?)", values)


def _export(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    path = literal(str(folder / f"{name}.parquet"))
    connection.execute(f"copy {_target(name)} to {path} (format parquet, compression zstd)")


def _verify(database: Path, counts: dict[str, int]) -> None:
    """Reopen what was written as a reader would, and compare.

    Raises:
        PublishError: a table does not hold the rows of its source.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        for name, expected in counts.items():
            query = f"select count(*) from {SCHEMA}.{quoted(name)}"
            found = connection.execute(query).fetchall()[0][0]
            if found != expected:
                raise PublishError(f"{name} was written with {found} of {expected} rows")
