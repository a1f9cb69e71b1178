"""Credentials of a declared source: which secrets it names, and what signs its requests.

Imports dlt; see ``client``.
"""

from collections.abc import Callable, Mapping
from typing import Any

import requests
from dlt.sources.helpers.rest_client.auth import (
    APIKeyAuth,
    BearerTokenAuth,
    HttpBasicAuth,
    OAuth2ClientCredentials,
)
from requests.auth import AuthBase

from ingestion.connectors.rest import options as settings
from ingestion.connectors.rest.signing import SignedToken
from ingestion.readers.http import BoundedSession
from ingestion.settings import secret


def secrets_of(auth: settings.Auth) -> dict[str, str]:
    """The values of the variables that ``auth`` names, by field."""
    named = {name: value for name, value in auth if name.endswith("_env")}
    return {name: secret(variable) for name, variable in named.items()}


def login(
    auth: settings.Auth, found: Mapping[str, str], session: Callable[..., BoundedSession]
) -> AuthBase | None:
    """What signs a request; ``session`` makes the one that asks for tokens."""
    match auth:
        case settings.Bearer():
            return BearerTokenAuth(token=found["token_env"])
        case settings.ApiKey():
            key = f"{auth.prefix}{found['key_env']}"
            return APIKeyAuth(name=auth.name, api_key=key, location=auth.location)
        case settings.Basic():
            user = found["user_env"] + auth.user_suffix
            return HttpBasicAuth(username=user, password=found["password_env"])
        case settings.ClientCredentials():
            return _oauth(auth, found, session, dict(auth.data))
        case settings.RefreshToken():
            data = {"grant_type": "refresh_token", "refresh_token": found["refresh_token_env"]}
            return _oauth(auth, found, session, data)
        case settings.SignedToken():
            return SignedToken(
                key_id=found["key_id_env"],
                issuer=found["issuer_env"],
                audience=auth.audience,
                private_key=found["private_key_env"],
            )
        case _:
            return None


class _HeaderCredentials(OAuth2ClientCredentials):
    """The client's id and secret as user and password, as the standard prefers."""

    def build_access_token_request(self) -> dict[str, Any]:
        request = super().build_access_token_request()
        secrets = {name: request["data"].pop(name) for name in ("client_id", "client_secret")}
        return request | {"auth": tuple(secrets.values())}


class _JsonCredentials(OAuth2ClientCredentials):
    """The request for a token as a JSON object; a token without an end is renewed all the same."""

    def build_access_token_request(self) -> dict[str, Any]:
        return {"json": super().build_access_token_request()["data"]}

    def parse_expiration_in_seconds(self, response_json: Any) -> int:
        return int(response_json.get("expires_in") or self.default_token_expiration)


KINDS = {"body": OAuth2ClientCredentials, "header": _HeaderCredentials, "json": _JsonCredentials}


def _oauth(
    auth: settings.ClientCredentials | settings.RefreshToken,
    found: Mapping[str, str],
    session: Callable[..., BoundedSession],
    data: dict[str, str],
) -> OAuth2ClientCredentials:
    kind = KINDS[auth.sent if isinstance(auth, settings.ClientCredentials) else "body"]
    return kind(
        access_token_url=auth.token_url,
        client_id=found["client_id_env"],
        client_secret=found["client_secret_env"],
        access_token_request_data=data,
        session=session(auth.token_url),
    )


def renewal(auth: AuthBase | None) -> Callable[[requests.PreparedRequest], None] | None:
    """What puts a new token on a request whose old one expired, where tokens can be had."""
    if not isinstance(auth, OAuth2ClientCredentials):
        return None

    def renew(request: requests.PreparedRequest) -> None:
        auth.access_token = None
        auth(request)

    return renew
