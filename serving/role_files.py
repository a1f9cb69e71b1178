"""One file per role beside the published marts: what the role may see, small cells hidden.

Reads the finished DuckDB file of a version and writes ``roles/<role>.duckdb``. What a role
may see belongs in ``roles``; which cells are hidden belongs in ``suppression``.
"""

import re
from pathlib import Path

import duckdb

from serving.errors import RoleError
from serving.roles import (
    ALL,
    KEY,
    KPI_TABLE,
    SCORECARD,
    Role,
    RoleBook,
    TableRule,
    check_roles,
    load_roles,
)
from serving.suppression import CELL, TOTAL_GRAIN, hidden_cells
from serving.warehouse import literal, quoted

ROLES = "roles"
TELLING = (
    *("numerator", "denominator", "value", "n", "standard_error", "ci_low", "ci_high"),
    *("low_n", "mature_share", "status"),
)
"""Columns that tell a cell; null where it is hidden."""
TELLING_TWO = ("prior_value", "delta", "delta_significant", "trend")
"""Columns that tell a cell and the one before it; null where either is hidden."""

Files = dict[str, dict[str, int]]


def write_roles(
    database: Path, declared: Path | None, storage_version: str, *, is_part: bool = False
) -> Files:
    """Write the files of every role beside a published database: rows per file and table.

    Args:
        database: DuckDB file of the version.
        declared: the declaration of the roles; without one there are no files.
        storage_version: of the files, as of the database.
        is_part: the version holds some tables only, and roles that see no mart of them have
            no file.

    Raises:
        RoleError: the declaration does not fit what is published.
    """
    if declared is None:
        return {}
    book = load_roles(declared)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(str(database))} as version (read_only)")
        writer = _Writer(connection, storage_version)
        if is_part:
            book = book.of_tables(writer.published)
        check_roles(book, writer.published)
        folder = database.with_name(ROLES)
        folder.mkdir()
        return writer.write(book, folder)


class _Writer:
    """Copies from one attached version."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, storage_version: str) -> None:
        self._connection = connection
        self._storage_version = storage_version
        self.published: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'version' order by table_name, column_index"
        ).fetchall():
            self.published.setdefault(table, []).append(column)

    def write(self, book: RoleBook, folder: Path) -> Files:
        """Write the files of all roles; rows of each table by file."""
        for minimum in sorted({role.minimum_cell for role in book.roles.values()} - {0}):
            self._hide(minimum, [r for r in book.roles.values() if r.minimum_cell == minimum])
        files: Files = {}
        for name, role in book.roles.items():
            for key in self._keys(role):
                slug = "" if key is None else "-" + re.sub(r"[^\w-]", "_", key)
                file = f"{name}{slug}.duckdb"
                if file in files:
                    raise RoleError(f"role {name}: two keys of {role.per} make the file {file}")
                files[file] = self._file(folder / file, role, key)
        return files

    def _keys(self, role: Role) -> list[str | None]:
        if role.per is None:
            return [None]
        query = (
            f"select distinct grain_key from version.{KPI_TABLE} where grain_name = ? order by 1"
        )
        return [key for (key,) in self._connection.execute(query, [role.per]).fetchall()]

    def _hide(self, minimum: int, roles: list[Role]) -> None:
        """Table ``hidden_<minimum>``: the hidden cells of all that these roles see.

        The roles share what is hidden, so that two of them put together tell no more.
        """
        conditions = [
            _condition(role.tables[KPI_TABLE], None) for role in roles if KPI_TABLE in role.tables
        ]
        if any(SCORECARD in role.tables for role in roles):
            ended = f"select period_type from version.{SCORECARD}"
            conditions.append(f"grain_name = '{TOTAL_GRAIN}' and period_type in ({ended})")
        seen = " or ".join(f"({condition})" for condition in conditions) or "false"
        # A key's file shows some keys only; what they add up to is guarded for all of them.
        grains = (
            f"select distinct grain_name, period_type from version.{KPI_TABLE} where {seen} "
            f"union select '{TOTAL_GRAIN}', period_type from version.{KPI_TABLE} where {seen}"
        )
        cells = self._connection.execute(
            f"select {', '.join(CELL)}, period_end, n from version.{KPI_TABLE} "
            f"semi join ({grains}) using (grain_name, period_type) order by all"
        ).df()
        hidden = cells.loc[hidden_cells(cells, minimum), [*CELL, "period_end"]]
        self._connection.register("hidden_frame", hidden)
        self._connection.execute(f"create temp table hidden_{minimum} as from hidden_frame")
        self._connection.unregister("hidden_frame")

    def _file(self, path: Path, role: Role, key: str | None) -> dict[str, int]:
        connection = self._connection
        connection.execute(
            f"attach {literal(str(path))} as role (storage_version '{self._storage_version}')"
        )
        connection.execute(
            "create table role.main._meta as select run_id, as_of, built_at, code_version, "
            f"{literal(path.stem)} as role, {role.minimum_cell} as minimum_cell from version._meta"
        )
        counts = {}
        for table, rule in role.tables.items():
            columns = self.published[table] if rule.columns == ALL else list(rule.columns)
            chosen = ", ".join(map(quoted, columns))
            source = self._source(table, role.minimum_cell)
            made = connection.execute(
                f"create table role.main.{quoted(table)} as select {chosen} from ({source}) "
                f"where {_condition(rule, key)}"
            )
            counts[table] = int(made.fetchall()[0][0])
            self._comment(table, columns)
        connection.execute("checkpoint role")
        connection.execute("detach role")
        return counts

    def _source(self, table: str, minimum: int) -> str:
        """The query of a table with the telling columns of hidden cells emptied."""
        if not minimum or table not in (KPI_TABLE, SCORECARD):
            return f"from version.{quoted(table)}"
        held = self.published[table]
        cell = [column for column in CELL if column in held]
        only = f" where grain_name = '{TOTAL_GRAIN}'" if table == SCORECARD else ""
        named = ", ".join(cell)
        earlier = named.replace("period_start", "period_end as period_start")
        same, before = (
            " and ".join(f"cells.{column} = {flag}.{column}" for column in cell)
            for flag in ("told", "before")
        )
        emptied = [
            f"case when told.kpi_id is null{also} then cells.{column} end as {column}"
            for names, also in ((TELLING, ""), (TELLING_TWO, " and before.kpi_id is null"))
            for column in names
            if column in held
        ]
        if "suppressed" in held:
            emptied.append("cells.suppressed or told.kpi_id is not null as suppressed")
        return (
            f"select cells.* replace ({', '.join(emptied)}) from version.{quoted(table)} as cells "
            f"left join (select distinct {named} from hidden_{minimum}{only}) as told on {same} "
            f"left join (select distinct {earlier} from hidden_{minimum}{only}) as before "
            f"on {before}"
        )

    def _comment(self, table: str, columns: list[str]) -> None:
        """Carry over what the table and its columns mean."""
        rows = self._connection.execute(
            "select null, comment from duckdb_tables() "
            "where database_name = 'version' and table_name = $1 union all "
            "select null, comment from duckdb_views() "
            "where database_name = 'version' and view_name = $1 union all "
            "select column_name, comment from duckdb_columns() "
            "where database_name = 'version' and table_name = $1",
            [table],
        ).fetchall()
        target = f"role.main.{quoted(table)}"
        statements = [
            f"comment on table {target} is {literal(text)}"
            if column is None
            else f"comment on column {target}.{quoted(column)} is {literal(text)}"
            for column, text in rows
            if text and (column is None or column in columns)
        ]
        self._connection.execute(";".join(["begin", *statements, "commit"]))


def _condition(rule: TableRule, key: str | None) -> str:
    """The rows of a rule as a condition; without a key, the rows of all keys."""
    alternatives = [
        " and ".join(
            f"{quoted(column)} in ({', '.join(map(literal, _named(values, key)))})"
            for column, values in rows.items()
            if key is not None or KEY not in values
        )
        or "true"
        for rows in rule.rows
    ]
    return " or ".join(f"({alternative})" for alternative in alternatives) or "true"


def _named(values: list[str], key: str | None) -> list[str]:
    return [key if key is not None and value == KEY else value for value in values]
