"""What a night knows about itself, in plain values.

These are handed over by whoever ran the steps; ``health`` turns them into the published
table ``mart_dq_health`` and ``audit`` refuses to publish on a failed blocking check.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Relation:
    """A table or view of the warehouse that is published under its own name."""

    schema: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    """How fresh one source instance is: ``fresh``, ``stale``, ``failed`` or ``not_configured``."""

    source_id: str
    connector: str
    status: str
    data_through: datetime | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class StreamFact:
    """What one stream of one source landed: ``landed``, ``unchanged``, ``failed`` or ``held``."""

    table: str
    source_id: str
    status: str
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_conflicting: int = 0
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckFact:
    """The result of one check: a source contract, a test of a model, or values and their rows."""

    kind: Literal["contract", "model_test", "reconciliation"]
    name: str
    table: str
    passed: bool
    severity: Severity = "error"
    is_blocking: bool = True
    count_failed_rows: int | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class RejectFact:
    """How many rows of one file broke one rule in one column."""

    table: str
    source_id: str
    file: str | None
    rule: str
    count_rows: int
    column: str | None = None
    action: str = "rejected"


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Everything that a publication says about the run behind it."""

    run_id: str
    as_of: date
    code_version: str
    sources: tuple[SourceFact, ...] = ()
    streams: tuple[StreamFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    rejects: tuple[RejectFact, ...] = ()
