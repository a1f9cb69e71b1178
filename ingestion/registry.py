"""Every stream that the project can land, from all connectors, by table name."""

import importlib
from functools import cache
from typing import cast

from ingestion.connectors.base import Connector
from ingestion.enriched import IDENTITY_EDGES
from ingestion.errors import ConfigurationError
from ingestion.published import PUBLISHED_IDENTITIES, PUBLISHED_KPI
from ingestion.stream import StreamSpec

CONNECTORS = ("asterisk", "files", "limesurvey", "qualtrics", "rest", "singer", "sql")

DROP_CONNECTORS = frozenset({"files", "limesurvey", "qualtrics"})
"""Connectors that read whole files as they are dropped; the others follow what keeps growing."""

CONVERSATIONS = frozenset(
    {
        *("survey_questions", "survey_invitations", "survey_responses", "survey_answers"),
        *("tickets", "ticket_messages", "ticket_status_changes"),
        *("interactions", "actions"),
    }
)
"""What customers say and what is done about it: read between nights too."""


def connector(name: str) -> Connector:
    """The connector module ``ingestion.connectors.<name>``.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in CONNECTORS:
        raise ConfigurationError(
            f"connector is {name!r}: it must be one of {', '.join(CONNECTORS)}"
        )
    return cast(Connector, importlib.import_module(f"ingestion.connectors.{name}"))


def is_conversation(spec: StreamSpec) -> bool:
    """Whether what lands in a stream may make or close a case before the next night."""
    return spec.table.split("__", 1)[1] in CONVERSATIONS


@cache
def all_streams() -> dict[str, StreamSpec]:
    """The specification of every raw table, configured or not."""
    specs = [spec for name in CONNECTORS for spec in connector(name).STREAMS.values()]
    found = [*specs, PUBLISHED_KPI, PUBLISHED_IDENTITIES, IDENTITY_EDGES]
    return {spec.table: spec for spec in found}
