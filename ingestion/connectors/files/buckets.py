"""Buckets of an object store: what lies in one, and the bytes of an object.

Asked over the room's one bounded session. Not by ``pyarrow.fs.S3FileSystem``: it follows
redirects to any host, with the session token, takes a web page for an empty bucket, lists
without bound, and cannot tell an archived object from a refused one. Which objects are new, and
where they go, belongs in ``fetching``.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode
from xml.etree.ElementTree import Element, ParseError

import requests
from defusedxml.ElementTree import fromstring

from ingestion.connectors.files.options import ObjectStore
from ingestion.connectors.files.signature import Keys, Signed
from ingestion.errors import AuthenticationError, RefusedRequestError, SourceError
from ingestion.readers.addresses import host_of
from ingestion.readers.allowance import MIB, Sleep
from ingestion.readers.http import ANYTHING, BoundedSession, Form
from ingestion.settings import secret

PAGE = 1000
PART_BYTES = 64 * MIB
"""How much of an object is asked for, and held, at once."""

UNRESERVED = "-_.~"


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """One object as the bucket lists it; ``name`` is its key below the prefix."""

    key: str
    name: str
    etag: str
    size: int
    modified: datetime
    storage_class: str

    @property
    def mark(self) -> str:
        """Changes with every version of the object, and tells nothing of it."""
        version = (self.key, self.etag, str(self.size), self.modified.isoformat())
        return hashlib.sha256("\0".join(version).encode()).hexdigest()


class Bucket:
    """A bucket that can be asked; use as a context manager.

    Args:
        place: where it is, and who asks.
        sleep: waits between tries.

    Raises:
        ConfigurationError: an environment variable that the options name is not set.
    """

    def __init__(self, place: ObjectStore, *, sleep: Sleep) -> None:
        self._place, self._url = place, f"{place.address}/{quote(place.bucket)}"
        token = place.session_token_env
        keys = Keys(
            key_id=secret(place.key_id_env),
            key_secret=secret(place.key_secret_env),
            session_token=secret(token) if token else "",
        )
        self._session = BoundedSession(
            hosts=[host_of(place.address)],
            secrets=[keys.key_id, keys.key_secret, keys.session_token],
            sleep=sleep,
        )
        self._session.auth = Signed(keys=keys, region=place.region)
        self._session.hooks["response"].append(_as_stored)

    def __enter__(self) -> "Bucket":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def objects(self) -> Iterator[StoredObject]:
        """Every object below the prefix, in the order of their keys.

        Raises:
            AuthenticationError: the keys are wrong, or may not list the bucket.
            SourceError: no such bucket, no answer, or a list that goes in circles.
        """
        last, token = b"", None
        while True:
            listed = self._listed(token)
            for element in _all(listed, "Contents"):
                found = self._object(element, is_quoted=_text(listed, "EncodingType") == "url")
                if found.key.encode() <= last:
                    raise SourceError(
                        f"{self._where} lists its objects in circles; what was read stays"
                    )
                last = found.key.encode()
                yield found
            token = _text(listed, "NextContinuationToken")
            if not token:
                return

    def parts(self, found: StoredObject) -> Iterator[bytes]:
        """The bytes of one object, a part at a time.

        Raises:
            AuthenticationError: the keys may not read it.
            RefusedRequestError: it changed or vanished meanwhile, or needs what we lack.
        """
        url = f"{self._url}/{quote(found.key, safe='/' + UNRESERVED)}"
        for start in range(0, found.size, PART_BYTES):
            end = min(start + PART_BYTES, found.size)
            headers = {"Range": f"bytes={start}-{end - 1}"}
            headers |= {"If-Match": found.etag} if found.etag else {}
            try:
                part = self._asked(url, ANYTHING, headers).content
            except AuthenticationError:
                raise AuthenticationError(
                    f"{self._where} may be listed, but an object in it is refused: let the keys "
                    f"in {self._place.key_id_env} read objects, and use the key that they are "
                    "encrypted with"
                ) from None
            if len(part) != end - start:
                raise RefusedRequestError(
                    f"{self._where} answers with {len(part)} bytes of an object, not {end - start}"
                )
            yield part

    @property
    def _where(self) -> str:
        return f"bucket {self._place.bucket} at {host_of(self._place.address)}"

    def _listed(self, token: str | None) -> Element:
        asked = {"list-type": "2", "encoding-type": "url", "max-keys": str(PAGE)}
        asked |= {"prefix": self._place.prefix} if self._place.prefix else {}
        asked |= {"continuation-token": token} if token else {}
        query = urlencode(asked, quote_via=quote, safe=UNRESERVED)
        try:
            return self._asked(f"{self._url}?{query}", LIST, {}).json()  # type: ignore[no-any-return] # JSON
        except AuthenticationError:
            raise AuthenticationError(
                f"{self._where} refuses the keys in {self._place.key_id_env} and "
                f"{self._place.key_secret_env}: check them, their right to list the bucket, "
                "options.region and this machine's clock"
            ) from None
        except RefusedRequestError as error:
            said = "is not there" if "HTTP 404" in str(error) else "refuses to be listed"
            raise RefusedRequestError(
                f"{self._where} {said}: check options.url, options.endpoint and options.region"
            ) from None

    def _asked(self, url: str, form: Form, headers: Mapping[str, str]) -> requests.Response:
        self._session.form = form
        return self._session.get(url, headers={"Accept-Encoding": "identity", **headers})

    def _object(self, element: Element, *, is_quoted: bool) -> StoredObject:
        key = _text(element, "Key")
        key = unquote_plus(key) if is_quoted else key
        try:
            return StoredObject(
                key=key,
                name=key.removeprefix(self._place.prefix),
                etag=_text(element, "ETag"),
                size=int(_text(element, "Size")),
                modified=datetime.fromisoformat(_text(element, "LastModified")),
                storage_class=_text(element, "StorageClass"),
            )
        except ValueError as error:
            raise SourceError(f"{self._where} lists an object without size or time") from error


def _as_stored(response: requests.Response, **_: Any) -> None:
    """Keep an object that was stored packed as it is: its parts cannot be unpacked."""
    response.raw.headers.pop("Content-Encoding", None)


def _parsed(body: bytes) -> Element:
    try:
        listed: Element = fromstring(body)
    except ParseError as error:
        raise ValueError(str(error)) from error
    if listed.tag.rpartition("}")[2] != "ListBucketResult":
        raise ValueError("no list")
    return listed


LIST = Form("list of objects", _parsed)


def _all(element: Element, name: str) -> list[Element]:
    """The children of that name, in whatever namespace the store writes."""
    return element.findall(f"{{*}}{name}")


def _text(element: Element, name: str) -> str:
    found = _all(element, name)
    return (found[0].text or "") if found else ""
