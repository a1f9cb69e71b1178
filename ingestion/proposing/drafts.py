"""What a proposal is made of: drafted streams and open questions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.entities import MAPPED_STREAMS
from ingestion.stream import ColumnType


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a file does not tell, the answer that was assumed, and where it stands in the YAML."""

    text: str
    assumed: str
    key: str


@dataclass(kw_only=True)
class Draft:
    """One proposed stream; ``settings`` lack what all streams of the file share.

    Args:
        entity: the unified entity.
        columns: as under ``columns`` in ``sources.yaml``.
        settings: its other settings.
        questions: what to confirm.
    """

    entity: str
    columns: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    def ask(self, text: str, assumed: str, key: str) -> None:
        """Add an open question."""
        where = f"streams.{self.entity}.{key}"
        self.questions.append(Question(text=text, assumed=assumed, key=where))

    @property
    def read(self) -> dict[str, str]:
        """The file's columns that are read, by entity column."""
        sources = {
            name: origin.get("from") if isinstance(origin, dict) else origin
            for name, origin in self.columns.items()
        }
        return {name: source for name, source in sources.items() if source}

    @property
    def possible(self) -> set[str]:
        """The columns of the entity."""
        return {column.name for column in MAPPED_STREAMS[self.entity].columns}

    @property
    def dated(self) -> set[str]:
        """The columns of the entity that hold instants."""
        columns = MAPPED_STREAMS[self.entity].columns
        return {column.name for column in columns if column.type is ColumnType.TIMESTAMP}

    @property
    def taken(self) -> set[str]:
        """All columns of the file that are read, those too that follow another one."""
        origins = (origin for origin in self.columns.values() if isinstance(origin, dict))
        return {*self.read.values(), *(name for each in origins for name in each.get("join", ()))}


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A file that the user is to drop beside their own, such as the scales of the questions."""

    path: Path
    text: str
