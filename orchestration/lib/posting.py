"""Posting: hands a batch to an address, once, within the bounds of the sources' own session.

What is sent, and what happens to what was not taken, belongs in ``serving.delivery``.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ingestion import (
    ANYTHING,
    AuthenticationError,
    BoundedSession,
    HttpLimits,
    IngestionError,
    RefusedRequestError,
)
from orchestration.lib.environment import declared_secret
from serving import Address, NotTakenError, Send

LIMITS = HttpLimits(
    connect_seconds=5.0,
    read_seconds=20.0,
    total_seconds=30.0,
    response_bytes=1024 * 1024,
    attempts=1,
)
"""One try a night: whoever is silent may have taken the batch all the same."""


def sender(address: Address, limits: HttpLimits = LIMITS) -> Send:
    """Posts a batch as JSON, its key in the header ``Idempotency-Key``.

    Args:
        address: where to; its secrets are read from the environment.
        limits: what one batch may cost.

    Raises:
        DeliveryError: a variable that the address names is not set.
    """
    url = address.url or declared_secret(address.url_env or "")
    token = declared_secret(address.token_env) if address.token_env else ""
    # An address that is named by a variable is a secret from its path on.
    hidden = [urlsplit(url).path.strip("/"), urlsplit(url).query] if address.url_env else []
    host = urlsplit(url).netloc
    session = BoundedSession(hosts=[host], secrets=[token, *hidden], limits=limits, form=ANYTHING)

    def send(key: str, body: Mapping[str, Any]) -> None:
        headers = {"Idempotency-Key": key}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            session.post(url, json=body, headers=headers)
        except (AuthenticationError, RefusedRequestError) as error:
            raise NotTakenError(str(error), is_certain=True) from None
        except IngestionError as error:
            raise NotTakenError(str(error), is_certain=False) from None

    return send
