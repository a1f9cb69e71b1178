"""The unified entities: the shapes that mapped files, mapped tables and survey tools land in.

A company with files or tables of its own maps their columns to these in ``sources.yaml`` and
writes no code. Sources with a shape of their own (Asterisk) declare it beside their reader.
"""

from ingestion.entities import (
    billing,
    calls,
    communications,
    customers,
    sales,
    service,
    surveys,
)
from ingestion.stream import StreamSpec

MAPPED = "mapped"
"""Connector part of the table name for every source that is mapped by configuration."""

_ENTITIES = {
    **customers.ENTITIES,
    **sales.ENTITIES,
    **billing.ENTITIES,
    **communications.ENTITIES,
    **calls.ENTITIES,
    **service.ENTITIES,
    **surveys.ENTITIES,
}

SURVEY_ENTITIES = tuple(surveys.ENTITIES)


def entity(name: str, *, connector: str = MAPPED) -> StreamSpec:
    """The stream that lands unified entity ``name`` for ``connector``."""
    description, key, columns = _ENTITIES[name]
    return StreamSpec(
        connector=connector,
        name=name,
        description=description,
        columns=columns,
        key=key,
        version="updated_at",
        updated_at="updated_at",
    )


MAPPED_STREAMS = {name: entity(name) for name in _ENTITIES}
