"""Streams of Qualtrics: the unified survey entities under its own name.

Their columns are declared in ``ingestion.entities``.
"""

from ingestion.stream import StreamSpec
from ingestion.surveys import survey_streams

STREAMS: dict[str, StreamSpec] = survey_streams("qualtrics")
