"""The section of who may see what: the role files that stand beside the published marts."""

import duckdb

from serving.report.edition import Edition
from serving.report.sections import Cell, Part, Row, Section, Span
from serving.versions import read_receipt


def read(_connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """The role files that the version's receipt names, with their tables."""
    files = read_receipt(span.version).get("roles", {})
    return [{"file": file, "tables": sorted(tables)} for file, tables in files.items()]


def shown(files: list[Row], edition: Edition) -> Section:
    """A line per file: the role, the file, and the marts in it."""
    return Section(
        anchor="access",
        title=edition.report("sections", "access"),
        lead=edition.report("sections", "access_lead"),
        columns=tuple(edition.report("columns", key) for key in ("role", "file", "tables")),
        rows=[
            [
                Cell(_role(file["file"], edition)),
                Cell(edition.wording.literal(f"roles/{file['file']}")),
                Cell(
                    edition.wording.literal(
                        ", ".join(name for name in file["tables"] if not name.startswith("dim_"))
                    )
                ),
            ]
            for file in files
        ],
    )


def _role(file: str, edition: Edition) -> str:
    role, _, key = file.removesuffix(".duckdb").partition("-")
    name = edition.say("roles", role)
    return f"{name}: {edition.label('market', key)}" if key else name


PARTS = (Part(read, shown),)
