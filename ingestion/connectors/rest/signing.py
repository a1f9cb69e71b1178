"""Tokens that we sign ourselves: short-lived, made anew when they run out.

Other credentials belong in ``login``.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.auth import AuthBase

from ingestion.errors import ConfigurationError

LIFETIME, SPARE = 900, 60
"""Seconds that a token holds, and how long before its end it is made anew."""


class SignedToken(AuthBase):
    """A JSON web token of ES256 in the header ``Authorization``.

    Args:
        key_id, issuer, audience: what the token says of us and of whom it is for.
        private_key: of the curve P-256, as PEM.
        clock: epoch seconds; replaced by tests.

    Raises:
        ConfigurationError: the key is none.
    """

    def __init__(
        self,
        *,
        key_id: str,
        issuer: str,
        audience: str,
        private_key: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            # a variable often holds its line ends as \n
            pem = private_key.replace("\\n", "\n").encode()
            key = serialization.load_pem_private_key(pem, password=None)
        except ValueError:
            key = None
        if not (isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size == 256):
            raise ConfigurationError("private_key_env must hold a private key of P-256 as PEM")
        self._key, self._clock = key, clock
        self._header = {"alg": "ES256", "kid": key_id, "typ": "JWT"}
        self._claims = {"iss": issuer, "aud": audience}
        self._token, self._ends = "", 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with a token that still holds."""
        now = self._clock()
        if now > self._ends - SPARE:
            self._token, self._ends = self._signed(int(now)), now + LIFETIME
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _signed(self, now: int) -> str:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        claims = self._claims | {"iat": now, "exp": now + LIFETIME}
        said = f"{_part(self._header)}.{_part(claims)}"
        pair = decode_dss_signature(self._key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{said}.{_written(b''.join(number.to_bytes(32, 'big') for number in pair))}"


def _part(value: Mapping[str, Any]) -> str:
    return _written(json.dumps(value, separators=(",", ":")).encode())


def _written(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
