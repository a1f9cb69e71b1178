"""Publishing: copies audited relations into a new version and swaps the pointer.

A version is built under a draft name, its texts looked through, verified, flushed, renamed,
and only then made current, so that a reader always opens a complete version whatever kills the
run. Which version is current belongs in ``versions``; what else may not be published in
``audit``.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from serving import durable, health, versions
from serving.checksums import hashes_of, is_published
from serving.copying import PUBLISHED, SCHEMA, begin, copy_all, target
from serving.errors import AuditError, PublishError
from serving.facts import Relation, RunFacts
from serving.personal import rules
from serving.renewal import note
from serving.role_files import write_roles
from serving.warehouse import literal, open_warehouse, quoted

STORAGE_VERSION = "v1.2.0"
"""Read by every DuckDB client from 1.2 on; the default of 2.0 is read by no 1.x client."""

PARQUET = "format parquet, compression zstd, compression_level 1"
"""Level 3, the default, costs 1.4 times as much and makes files of the same size."""


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
    facts: RunFacts,
    roles: Path | None = None,
    is_whole: bool = False,
) -> Published:
    """Publish the relations as version ``run_id`` and make it current.

    Publishing a run that is already published only verifies it and makes it current again.

    Args:
        warehouse: the audited warehouse; nothing writes it meanwhile.
        marts: the company's published folder.
        relations: what is published; names must differ.
        run_id: name of the version.
        facts: what ``mart_dq_health`` says about the run, and its day.
        roles: declaration of the roles that get a file of their own; none without one.
        is_whole: the file must not begin as a copy of the current one, as after an erasure.

    Raises:
        AuditError: a text holds personal data; readers notice nothing.
        PublishError: the version could not be written; readers notice nothing.
        RoleError: the declaration does not fit what is published; readers notice nothing.
    """
    folder = versions.versions_folder(marts) / run_id
    try:
        versions.clean(marts)
        if not is_published(folder):
            before = None if is_whole else versions.current_version(marts)
            _build(warehouse, folder, relations, facts=facts, roles=roles, before=before)
        versions.make_current(marts, folder)
        versions.clean(marts)
    except (OSError, duckdb.Error) as error:
        raise PublishError(f"{folder} could not be published: {error}") from error
    receipt = versions.read_receipt(folder)
    return Published(folder, run_id, receipt["row_counts"], receipt.get("roles", {}))


def publish_cases(
    warehouse: Path,
    marts: Path,
    *,
    relations: Sequence[Relation],
    run_id: str,
    facts: RunFacts,
    roles: Path | None = None,
) -> Path:
    """Write the cases of a refresh and return their folder; ``show_cases`` lets them be read.

    The version of the last night stays as it is. Arguments and errors are those of
    ``publish``; of the roles those get a file that may see cases.
    """
    folder = versions.refreshes_folder(marts) / run_id
    try:
        versions.clean_refreshes(marts)
        if not is_published(folder):
            _build(warehouse, folder, relations, facts=facts, roles=roles, is_part=True)
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
    relations: Sequence[Relation],
    *,
    facts: RunFacts,
    roles: Path | None,
    before: Path | None = None,
    is_part: bool = False,
) -> None:
    draft = folder.with_name(folder.name + versions.DRAFT_SUFFIX)
    (draft / "parquet").mkdir(parents=True)
    receipt, searched = _receipt(folder.name, facts), {"text_rules": rules()}
    database = draft / versions.DATABASE
    since_whole = begin(database, before, receipt | searched)
    try:
        beginning = before if since_whole else None
        counts = _fill(database, warehouse, relations, beginning, facts=facts, receipt=receipt)
    except AuditError:
        # What may not be published lies nowhere else either.
        shutil.rmtree(draft)
        raise
    _verify(database, counts)
    role_files = write_roles(database, roles, STORAGE_VERSION, is_part=is_part)
    held = {"row_counts": counts, "roles": role_files, "files": hashes_of(draft)}
    content = {**receipt, **searched, "since_whole": since_whole, **held}
    durable.write_text(draft / versions.RECEIPT, json.dumps(content, indent=1))
    durable.sync_tree(draft)
    if folder.exists():
        # A folder without a receipt is what a broken copy from elsewhere leaves behind.
        shutil.rmtree(folder)
    durable.move(draft, folder)


def _fill(
    database: Path,
    warehouse: Path,
    relations: Sequence[Relation],
    before: Path | None,
    *,
    facts: RunFacts,
    receipt: dict[str, str],
) -> dict[str, int]:
    """Write the tables of a draft, and the Parquet files beside them; their rows."""
    with open_warehouse(warehouse) as source:
        connection = source.connection
        connection.execute(
            f"attach {literal(str(database))} as {PUBLISHED} (storage_version '{STORAGE_VERSION}')"
        )
        counts, tables = copy_all(source, sorted(relations), before)
        note(connection, database.parent)
        counts["mart_dq_health"] = health.write(source, target("mart_dq_health"), facts)
        _describe_run(connection, receipt, counts)
        for name in [*tables, "mart_dq_health"]:
            _export(connection, name, database.with_name("parquet"))
        connection.execute(f"checkpoint {PUBLISHED}")
        connection.execute(f"detach {PUBLISHED}")
    return counts


def _receipt(run_id: str, facts: RunFacts) -> dict[str, str]:
    return {
        "run_id": run_id,
        "as_of": facts.as_of.isoformat(),
        "built_at": datetime.now(UTC).isoformat(),
        "code_version": facts.code_version,
        "duckdb_version": duckdb.__version__,
        "storage_version": STORAGE_VERSION,
    }


def _describe_run(
    connection: duckdb.DuckDBPyConnection, receipt: dict[str, str], counts: dict[str, int]
) -> None:
    meta = target("_meta")
    connection.execute(
        f"create table {meta} (run_id varchar, as_of date, built_at timestamp, "
        "code_version varchar, duckdb_version varchar, storage_version varchar, "
        "row_counts varchar)"
    )
    connection.execute(
        f"comment on table {meta} is 'One row: the run behind this version of the marts.'"
    )
    built_at = datetime.fromisoformat(receipt["built_at"]).replace(tzinfo=None)
    values = [*{**receipt, "built_at": built_at}.values(), json.dumps(counts)]
    connection.execute(f"insert into {meta} values (?, ?, ?, ?, ?, ?, ?)", values)


def _export(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    path = literal(str(folder / f"{name}.parquet"))
    connection.execute(f"copy {target(name)} to {path} ({PARQUET})")


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
