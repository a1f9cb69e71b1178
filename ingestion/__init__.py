"""The sources' room: from the systems of a company into its lake.

Here are connectors, typing, quarantine, landing, freezing, the source contracts and the demo
company. It knows neither an orchestrator nor dbt: what the rows mean is decided in
``dbt_project``, when things run in ``orchestration``.
"""

from ingestion.coverage import Coverage, Gap, Need, coverage
from ingestion.enriched import identity_candidates, land_identity_edges
from ingestion.errors import ConfigurationError, IngestionError, StaleSourceError
from ingestion.filling import filled
from ingestion.freezing import FrozenInputs, freeze
from ingestion.obstacles import mistakes, obstacles
from ingestion.pipeline import StreamResult, StreamTask, configured_streams, extract
from ingestion.published import land_identities, land_published
from ingestion.registry import DROP_CONNECTORS, all_streams
from ingestion.settings import Home, Language, Source, Sources, home_of, load_sources
from ingestion.stream import StreamSpec

__all__ = [
    "DROP_CONNECTORS",
    "ConfigurationError",
    "Coverage",
    "FrozenInputs",
    "Gap",
    "Home",
    "IngestionError",
    "Language",
    "Need",
    "Source",
    "Sources",
    "StaleSourceError",
    "StreamResult",
    "StreamSpec",
    "StreamTask",
    "all_streams",
    "configured_streams",
    "coverage",
    "extract",
    "filled",
    "freeze",
    "home_of",
    "identity_candidates",
    "land_identities",
    "land_identity_edges",
    "land_published",
    "load_sources",
    "mistakes",
    "obstacles",
]
