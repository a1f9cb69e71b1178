"""Options of a Qualtrics source, as ``sources.yaml`` states them.

Only what may be configured; reading belongs in ``exports``.
"""

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from ingestion.errors import ConfigurationError
from ingestion.explaining import explain
from ingestion.readers.files import Encoding
from ingestion.readers.names import FilePattern
from ingestion.readers.surveys.declaration import STREAM_NAMES, Survey
from ingestion.settings import Source, Strict

SurveyNumber = Annotated[str, Field(pattern="^[A-Za-z0-9_]{1,40}$")]
READABLE = tuple(name for name in STREAM_NAMES if name != "survey_invitations")


class QualtricsSurvey(Survey):
    """One survey and the pattern of its CSV exports.

    Questions and ``*_from`` are named by ImportId (``QID12``) or by export tag; the ImportId
    survives a renamed tag.
    """

    responses: FilePattern


class Options(Strict):
    """Where the exports of which surveys lie.

    ``header_rows`` is 3 for today's exports (tags, labels, ImportIds) and 1 for files that
    lost two of them; those are named by tag and dated by the source's conventions.
    """

    surveys: Annotated[dict[SurveyNumber, QualtricsSurvey], Field(min_length=1)]
    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    header_rows: Literal[1, 3] = 3
    settle_seconds: Annotated[float, Field(ge=0)] = 0


def options_of(source: Source) -> Options:
    """The checked options of ``source``.

    Raises:
        ConfigurationError: an option is unknown, missing or not allowed.
    """
    unknown = sorted(n for n, more in source.streams.items() if more or n not in READABLE)
    if unknown:
        raise ConfigurationError(
            f"{source.id}: streams {unknown} must be of {', '.join(READABLE)} and take no settings"
        )
    try:
        return Options.model_validate(dict(source.options))
    except ValidationError as error:
        raise ConfigurationError(f"{source.id}: options: {explain(error)}") from error
