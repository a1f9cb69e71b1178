"""Roles: which tables, columns and rows each may see, as ``roles.yaml`` declares them.

Reads and checks the declaration. Which cells are hidden belongs in ``suppression``; the
files that follow from both are written in ``role_files``.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.declared import read_declaration
from serving.errors import RoleError

BUNDLED_ROLES = Path(__file__).parent / "roles.yaml"
KPI_TABLE = "mart_cx_kpi"
SCORECARD = "mart_exec_scorecard"
ALL = "all"
KEY = "{key}"
"""Stands, in the rows of a role with one file per key, for that key."""


class TableRule(BaseModel):
    """What a role sees of one table: columns, and rows that fit any of the alternatives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: list[str] | Literal["all"]
    rows: list[dict[str, list[str]]] = []


class Role(BaseModel):
    """One role; with ``per`` it has one file for each key of that grain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minimum_cell: int = Field(default=0, ge=0)
    per: str | None = None
    tables: dict[str, TableRule] = Field(min_length=1)


class RoleBook(BaseModel):
    """Every role by name, which is also the name of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: dict[str, Role]

    def of_tables(self, published: Collection[str]) -> "RoleBook":
        """What the roles see of some tables; none that would see dimensions only."""
        seen = {
            name: {table: rule for table, rule in role.tables.items() if table in published}
            for name, role in self.roles.items()
        }
        return RoleBook(
            roles={
                name: role.model_copy(update={"tables": seen[name]})
                for name, role in self.roles.items()
                if not all(table.startswith("dim_") for table in seen[name])
            }
        )


def load_roles(path: Path) -> RoleBook:
    """The declared roles.

    Raises:
        RoleError: the file is missing or says what is not understood.
    """
    return read_declaration(path, RoleBook, RoleError)


def check_roles(book: RoleBook, published: Mapping[str, Sequence[str]]) -> None:
    """Compare the roles with what is published.

    Args:
        book: the declared roles.
        published: column names of every published table.

    Raises:
        RoleError: the first thing that is wrong, with what to do about it.
    """
    for name, role in book.roles.items():
        if not name.isidentifier():
            raise RoleError(f"role {name!r}: a role names a file; use letters, digits and _")
        for table, rule in role.tables.items():
            _check_table(f"role {name}: {table}", table, rule, role, published)


def _check_table(
    where: str, table: str, rule: TableRule, role: Role, published: Mapping[str, Sequence[str]]
) -> None:
    if table not in published:
        raise RoleError(f"{where} is not published; name a published table or remove it")
    is_dimension = table.startswith("dim_")
    if rule.columns == ALL and not is_dimension:
        raise RoleError(f"{where}: list its columns; `all` is for dimensions only")
    if role.minimum_cell and not is_dimension and table not in (KPI_TABLE, SCORECARD):
        raise RoleError(
            f"{where} may hold small cells that nothing hides; remove it, or the role's "
            "minimum_cell"
        )
    named = [] if rule.columns == ALL else list(rule.columns)
    for column in [*named, *(column for rows in rule.rows for column in rows)]:
        if column not in published[table]:
            raise RoleError(f"{where} has no column {column}; it has {', '.join(published[table])}")
    uses_key = any(KEY in values for rows in rule.rows for values in rows.values())
    if uses_key and not role.per:
        raise RoleError(f"{where}: {KEY} needs `per`, the grain whose keys have a file each")
