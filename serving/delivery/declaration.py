"""Deliveries: what leaves the warehouse for other systems, and where to.

Reads and checks ``deliveries.yaml``; without one nothing leaves. Addresses and tokens that are
secrets are named by their environment variable, which ``orchestration`` reads.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from serving.declared import read_declaration
from serving.errors import DeliveryError

DEFAULT = "default"
"""Stands, among the areas, for every one that has no address of its own."""

Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Address(_Strict):
    """Where a receiver listens: https, or this machine; ``token_env`` names its bearer token."""

    url: str | None = None
    url_env: Variable | None = None
    token_env: Variable | None = None

    @model_validator(mode="after")
    def _has_one_address(self) -> "Address":
        if (self.url is None) == (self.url_env is None):
            raise ValueError("must have exactly one of url and url_env")
        return self


class CrmFields(_Strict):
    """The CX fields of each record of the CRM; ``send: false`` only writes the differences.

    They go to an address, or into files of this format beside the differences.
    """

    source: str
    send: bool = False
    batch: int = Field(default=500, ge=1, le=10_000)
    file: Literal["csv", "jsonl"] | None = None
    to: Address | None = None

    @model_validator(mode="after")
    def _has_one_target(self) -> "CrmFields":
        if (self.file is None) == (self.to is None):
            raise ValueError("must have exactly one of file and to")
        return self


class Cases(_Strict):
    """The webhook of each area that has cases; ``default`` is that of all others."""

    batch: int = Field(default=50, ge=1, le=1_000)
    webhooks: dict[str, Address] = Field(min_length=1)

    def address_of(self, owner: str) -> Address | None:
        """Where the cases of an area go; None when nobody said."""
        return self.webhooks.get(owner) or self.webhooks.get(DEFAULT)


class Deliveries(_Strict):
    """Everything that leaves; nothing without a declaration."""

    crm_fields: CrmFields | None = None
    cases: Cases | None = None


def load_deliveries(path: Path | None) -> Deliveries:
    """The declared deliveries; none without a path.

    Raises:
        DeliveryError: the file is missing or says what is not understood.
    """
    if path is None:
        return Deliveries()
    return read_declaration(path, Deliveries, DeliveryError)
