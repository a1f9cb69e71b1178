"""Settings of the ``rest`` connector: the place, its credentials, and how much may be asked.

What a stream may say belongs in ``streams``.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingestion.connectors.rest.streams import RestStream
from ingestion.readers.declared import BaseUrl, Variable, declared_place, declared_streams
from ingestion.settings import Source, Strict


class NoAuth(Strict):
    """Nothing, or a secret that is part of the address in ``base_url_env``."""

    kind: Literal["none"] = "none"


class Bearer(Strict):
    """A token in the header ``Authorization``."""

    kind: Literal["bearer"]
    token_env: Variable


class ApiKey(Strict):
    """A key in a header or a query parameter of its own."""

    kind: Literal["api_key"]
    name: str
    key_env: Variable
    location: Literal["header", "query"] = "header"
    prefix: str = ""


class Basic(Strict):
    """User and password."""

    kind: Literal["basic"]
    user_env: Variable
    password_env: Variable
    user_suffix: str = ""


class ClientCredentials(Strict):
    """OAuth 2 client credentials; the token is renewed when it expires.

    Args:
        sent: where the source wants the client's id and secret: in a form, in the header of
            user and password, or in a JSON object.
        data: sent beside them, such as a scope.
    """

    kind: Literal["client_credentials"]
    token_url: BaseUrl
    client_id_env: Variable
    client_secret_env: Variable
    data: dict[str, str] = Field(default_factory=dict)
    sent: Literal["body", "header", "json"] = "body"


class RefreshToken(Strict):
    """OAuth 2 on behalf of a person who agreed once; the token is renewed when it expires."""

    kind: Literal["refresh_token"]
    token_url: BaseUrl
    client_id_env: Variable
    client_secret_env: Variable
    refresh_token_env: Variable


class SignedToken(Strict):
    """A short token that we sign with a private key of the curve P-256 (ES256)."""

    kind: Literal["signed_token"]
    key_id_env: Variable
    issuer_env: Variable
    private_key_env: Variable
    audience: str


Auth = Annotated[
    NoAuth | Bearer | ApiKey | Basic | ClientCredentials | RefreshToken | SignedToken,
    Field(discriminator="kind"),
]


class RestOptions(Strict):
    """Where the source is, who we are, and how much may be asked of it.

    Args:
        base_url, base_url_env: the address, or the variable that holds it where it is a secret.
        auth: see the kinds.
        headers: sent with every request; never secrets.
        allowed_hosts: hosts that next pages may lie on, beside the base address's own.
        requests_per_minute: shared by all streams of the host.
        requests_per_run: budget of one read of one stream.
        response_megabytes: the largest answer that is read.
    """

    base_url: BaseUrl | None = None
    base_url_env: Variable | None = None
    auth: Auth = NoAuth()
    headers: dict[str, str] = Field(default_factory=dict)
    allowed_hosts: tuple[str, ...] = ()
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    requests_per_run: Annotated[int, Field(ge=1)] | None = None
    response_megabytes: Annotated[int, Field(ge=1, le=1024)] = 128

    @model_validator(mode="after")
    def _one_place(self) -> "RestOptions":
        if (self.base_url is None) == (self.base_url_env is None):
            raise ValueError("must have exactly one of base_url and base_url_env")
        return self


def options_of(source: Source) -> tuple[RestOptions, Mapping[str, RestStream]]:
    """The settings of ``source`` and of its streams.

    Raises:
        ConfigurationError: a key, value, place or column that is not allowed.
    """
    return declared_place(source, RestOptions), declared_streams(source, RestStream)
