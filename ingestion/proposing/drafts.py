"""What a proposal is made of: drafted streams and open questions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A file that the user is to drop beside their own, such as the scales of the questions."""

    path: Path
    text: str
