"""Options of a LimeSurvey source, as ``sources.yaml`` states them.

Only what may be configured and whether it fits together; reading belongs in the readers.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ingestion.errors import ConfigurationError
from ingestion.explaining import explain
from ingestion.readers.files import Encoding
from ingestion.readers.names import FilePattern
from ingestion.readers.surveys.declaration import STREAM_NAMES, Survey
from ingestion.settings import Source, Strict

Delimiter = Annotated[str, Field(min_length=1, max_length=1)]
SurveyNumber = Annotated[str, Field(pattern="^[0-9]{1,12}$")]


class LimeSurveySurvey(Survey):
    """One survey and, for mode ``files``, the patterns of its exports.

    ``responses`` are exports by question code with codes as answers; ``structure`` is the
    tab-separated survey structure, whose wording in ``language`` describes the questions.
    """

    responses: FilePattern | None = None
    participants: FilePattern | None = None
    structure: FilePattern | None = None
    language: str = "en"


class Options(Strict):
    """Where exports lie, or which RemoteControl 2 interface is asked, for which surveys.

    ``url_env``, ``user_env`` and ``password_env`` name environment variables. ``page_rows``
    is how many responses one request exports; ``overlap_rows`` how many ids before the last
    one are read again, since people complete and edit responses under the same id.
    """

    mode: Literal["files", "remote_control"] = "files"
    surveys: Annotated[dict[SurveyNumber, LimeSurveySurvey], Field(min_length=1)]
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ";"
    participants_delimiter: Delimiter = ","
    settle_seconds: Annotated[float, Field(ge=0)] = 0
    url_env: str | None = None
    user_env: str | None = None
    password_env: str | None = None
    page_rows: Annotated[int, Field(gt=0, le=50_000)] = 2_000
    overlap_rows: Annotated[int, Field(ge=0)] = 2_000

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.mode == "remote_control":
            if not (self.url_env and self.user_env and self.password_env):
                raise ValueError("remote_control needs url_env, user_env and password_env")
            return self
        missing = sorted(number for number, survey in self.surveys.items() if not survey.responses)
        if missing:
            raise ValueError(f"surveys {missing} need responses, the pattern of their exports")
        return self


def options_of(source: Source) -> Options:
    """The checked options of ``source``.

    Raises:
        ConfigurationError: an option is unknown, missing or not allowed.
    """
    unknown = sorted(n for n, more in source.streams.items() if more or n not in STREAM_NAMES)
    if unknown:
        raise ConfigurationError(
            f"{source.id}: streams {unknown} must be of {', '.join(STREAM_NAMES)} and take no "
            "settings"
        )
    try:
        return Options.model_validate(dict(source.options))
    except ValidationError as error:
        raise ConfigurationError(f"{source.id}: options: {explain(error)}") from error
