"""The sources' room: from the systems of a company into its lake.

Here are connectors, typing, quarantine, landing, freezing, the source contracts and the demo
company. It knows neither an orchestrator nor dbt: what the rows mean is decided in
``dbt_project``, when things run in ``orchestration``.
"""

from ingestion.checksums import verify_lake
from ingestion.conform import PhoneReader
from ingestion.contacts import contact_records, phone_regions
from ingestion.coverage import Coverage, Gap, Need, coverage
from ingestion.enriched import identity_candidates, land_identity_edges
from ingestion.errors import (
    AuthenticationError,
    ConfigurationError,
    IngestionError,
    RefusedRequestError,
    StaleSourceError,
)
from ingestion.filling import filled
from ingestion.freezing import FrozenInputs, freeze, freeze_between
from ingestion.obstacles import mistakes, obstacles
from ingestion.pipeline import configured_streams, extract
from ingestion.published import land_identities, land_published
from ingestion.readers.allowance import HttpLimits
from ingestion.readers.http import ANYTHING, BoundedSession
from ingestion.registry import DROP_CONNECTORS, all_streams, is_conversation
from ingestion.results import StreamResult, StreamTask
from ingestion.retention import retain
from ingestion.settings import Home, Language, Source, Sources, home_of, load_sources
from ingestion.stream import StreamSpec
from ingestion.volumes import odd_volumes
from ingestion.writing import hold, write_whole

__all__ = [
    "ANYTHING",
    "DROP_CONNECTORS",
    "AuthenticationError",
    "BoundedSession",
    "ConfigurationError",
    "Coverage",
    "FrozenInputs",
    "Gap",
    "Home",
    "HttpLimits",
    "IngestionError",
    "Language",
    "Need",
    "PhoneReader",
    "RefusedRequestError",
    "Source",
    "Sources",
    "StaleSourceError",
    "StreamResult",
    "StreamSpec",
    "StreamTask",
    "all_streams",
    "configured_streams",
    "contact_records",
    "coverage",
    "extract",
    "filled",
    "freeze",
    "freeze_between",
    "hold",
    "home_of",
    "identity_candidates",
    "is_conversation",
    "land_identities",
    "land_identity_edges",
    "land_published",
    "load_sources",
    "mistakes",
    "obstacles",
    "odd_volumes",
    "phone_regions",
    "retain",
    "verify_lake",
    "write_whole",
]
