"""Streams of LimeSurvey: the unified survey entities under its own name.

Their columns are declared in ``ingestion.entities``.
"""

from ingestion.readers.surveys.declaration import survey_streams
from ingestion.stream import StreamSpec

STREAMS: dict[str, StreamSpec] = survey_streams("limesurvey")
