"""Which KPIs and areas each role's digest is about, as ``digests.yaml`` declares them."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.declared import read_declaration
from serving.errors import ServingError

BUNDLED_DIGESTS = Path(__file__).parents[1] / "digests.yaml"
ALL = "all"


class DigestError(ServingError):
    """The declaration of the digests is not understood."""


class Rule(BaseModel):
    """What one role is told; with ``per`` it has a digest for each key of that grain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kpis: list[str] = Field(min_length=1)
    areas: list[str] | Literal["all"]
    per: str | None = None

    def covers(self, owner: str | None) -> bool:
        """Whether what this owner has to do is the role's too."""
        return self.areas == ALL or owner in self.areas


class DigestBook(BaseModel):
    """The rule of every role, by the role's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digests: dict[str, Rule]


def load_digests(path: Path, known_kpis: Collection[str]) -> DigestBook:
    """The declared digests.

    Args:
        path: of the declaration.
        known_kpis: KPIs of the registry; empty when it is not published.

    Raises:
        DigestError: the file is missing, or says what is not understood.
    """
    book = read_declaration(path, DigestBook, DigestError)
    for role, rule in book.digests.items():
        unknown = [kpi for kpi in rule.kpis if known_kpis and kpi not in known_kpis]
        if unknown:
            raise DigestError(
                f"{path}: digest {role} names the unknown KPI {unknown[0]}; name one of dim_kpi"
            )
    return book
