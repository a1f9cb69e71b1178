"""Purposes: who may read the contact zone, and what a person must have allowed for it.

Reads ``purposes.yaml``. Which consents there are belongs in ``zone``; where they are compared
with a purpose, in ``reading``.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from serving.declared import read_declaration
from serving.errors import ContactError

PURPOSES = Path(__file__).with_name("purposes.yaml")


class Purpose(BaseModel):
    """Why somebody is contacted: what it needs, and which cases it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs: Literal["grant", "no_refusal", "nothing"]
    consent: str | None = None
    steps: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_its_consent(self) -> "Purpose":
        if (self.needs == "nothing") == bool(self.consent):
            raise ValueError("must name its consent, unless it needs nothing")
        return self


class PurposeBook(BaseModel):
    """The one role that reads, and every purpose by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str
    purposes: dict[str, Purpose]

    def purpose(self, name: str) -> Purpose:
        """The purpose of this name.

        Raises:
            ContactError: nobody declared it.
        """
        if name not in self.purposes:
            raise ContactError(
                f"purpose {name!r} is not declared; use one of {', '.join(self.purposes)}"
            )
        return self.purposes[name]

    def of_case(self, *, reason: str, step: str) -> str | None:
        """For what the person of a case would be contacted; None where nobody said."""
        named = (
            name
            for name, purpose in self.purposes.items()
            if step in purpose.steps or (reason in purpose.reasons and step in self.steps)
        )
        return next(named, None)

    @property
    def steps(self) -> set[str]:
        """The next steps that are contacts at all."""
        return {step for purpose in self.purposes.values() for step in purpose.steps}


def caller_role() -> str:
    """The one role that may read names and numbers."""
    return load_purposes().role


@cache
def load_purposes(path: Path = PURPOSES) -> PurposeBook:
    """The declared purposes.

    Raises:
        ContactError: the file cannot be read or says what is not understood.
    """
    return read_declaration(path, PurposeBook, ContactError)
