"""Signatures of requests to an object store: version 4 of Amazon's, which the other stores know.

Nothing is sent here; what is asked belongs in ``buckets``.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

ALGORITHM = "AWS4-HMAC-SHA256"
NO_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Who asks; ``session_token`` belongs to keys that hold for hours only."""

    key_id: str
    key_secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)


def authorization(
    method: str, url: str, headers: Mapping[str, str], *, keys: Keys, region: str
) -> str:
    """The header ``Authorization`` of a request without a body.

    Args:
        method: such as GET.
        url: with path and query as they are sent.
        headers: those that are signed, by lower-case name; ``host``, ``x-amz-date`` and
            ``x-amz-content-sha256`` are among them.
        keys: who asks.
        region: of the store.
    """
    parts, moment, names = urlsplit(url), headers["x-amz-date"], sorted(headers)
    query = sorted(pair.split("=", 1) for pair in parts.query.split("&"))
    asked = [
        *(method, parts.path or "/", "&".join("=".join(pair) for pair in query)),
        *(f"{name}:{headers[name].strip()}" for name in names),
        *("", ";".join(names), headers["x-amz-content-sha256"]),
    ]
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256("\n".join(asked).encode()).hexdigest()
    key = f"AWS4{keys.key_secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    said = "\n".join([ALGORITHM, moment, scope, digest])
    signature = hmac.digest(key, said.encode(), "sha256").hex()
    return (
        f"{ALGORITHM} Credential={keys.key_id}/{scope},"
        f"SignedHeaders={';'.join(names)},Signature={signature}"
    )


@dataclass(frozen=True, kw_only=True)
class Signed(AuthBase):
    """Signs requests without a body, each at its own time."""

    keys: Keys
    region: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with its signature."""
        url = request.url or ""
        said = {
            "host": urlsplit(url).netloc,
            "x-amz-content-sha256": NO_BODY,
            "x-amz-date": f"{self.clock():%Y%m%dT%H%M%SZ}",
        }
        if self.keys.session_token:
            said["x-amz-security-token"] = self.keys.session_token
        signed = authorization(
            request.method or "GET", url, said, keys=self.keys, region=self.region
        )
        request.headers.update(said | {"Authorization": signed})
        return request
