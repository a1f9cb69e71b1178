"""Filling: which unified entities and columns the configured sources fill, by their settings alone.

Nothing is read from a source. What the columns are good for is not known here: KPIs belong to
``dbt_project``, comparing both to ``coverage``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from ingestion.connectors.base import Filling, Kind
from ingestion.entities import MAPPED_STREAMS
from ingestion.readers.mapping import OPERATION, Columns, ColumnSource
from ingestion.registry import connector
from ingestion.settings import Source, Sources

COLUMNS: TypeAdapter[dict[str, ColumnSource]] = TypeAdapter(Columns)


def filled(sources: Sources) -> dict[str, Filling]:
    """What the sources together fill, by entity.

    Raises:
        ConfigurationError: a setting that is not allowed.
    """
    found: dict[str, Filling] = {}
    for source in sources.sources:
        module = connector(source.connector)
        module.check(source)
        fills = getattr(module, "fills", fills_as_mapped)(source)
        for entity, filling in fills.items():
            before = found.get(entity, Filling(kinds=()))
            found[entity] = Filling(
                before.columns | filling.columns, (*before.kinds, *filling.kinds)
            )
    return found


def fills_as_mapped(source: Source) -> dict[str, Filling]:
    """What a source with a column mapping per stream fills."""
    return {name: _mapped(settings["columns"]) for name, settings in source.streams.items()}


def fills_as_surveyed(streams: Iterable[str], kinds: Iterable[Kind]) -> dict[str, Filling]:
    """What a survey tool fills: all that it knows, and questions of the declared kinds.

    Args:
        streams: the survey entities that are read.
        kinds: one for each declared question.
    """
    return {
        name: Filling(
            frozenset(column.name for column in MAPPED_STREAMS[name].columns),
            tuple(kinds) if name == "survey_questions" else ({},),
        )
        for name in streams
    }


def _mapped(columns: Mapping[str, Any]) -> Filling:
    origins = COLUMNS.validate_python(columns)
    known = {name: _values(origin) for name, origin in origins.items() if name != OPERATION}
    kind = {name: values for name, values in known.items() if values}
    return Filling(frozenset(known), (kind,))


def _values(origin: ColumnSource) -> frozenset[str]:
    """The only values that a column can have; none where the source decides."""
    if origin.value is not None:
        return frozenset({origin.value})
    if origin.values and origin.has_default:
        return frozenset(filter(None, (*origin.values.values(), origin.default)))
    return frozenset()
