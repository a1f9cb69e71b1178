"""An object store of our own: buckets that are listed and read as Amazon's S3 documents it.

Path-style requests with signatures of version 4, which it checks; nothing else is answered.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from ingestion.connectors.files.signature import Keys, authorization
from tests.factories.json_server import Answer, Asked

KEYS = Keys(key_id="CXREADER", key_secret="canary-7d2e/+secret")
REGION = "eu-north-1"
PAGE = 3


@dataclass(kw_only=True)
class Stored:
    """One object; ``size`` is what the list tells, ``headers`` come with it."""

    content: bytes
    modified: datetime
    storage_class: str = "STANDARD"
    size: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.content).hexdigest()}"'


class Store:
    """The state of a store with one bucket, and what it was asked."""

    def __init__(self, bucket: str = "company-records") -> None:
        self.bucket = bucket
        self.objects: dict[str, Stored] = {}
        self.asked: list[Asked] = []
        self.misbehave: Callable[[int], Answer | None] = lambda count: None

    def put(self, key: str, content: str | bytes, **more: object) -> Stored:
        """An object of an hour ago."""
        content = content.encode() if isinstance(content, str) else content
        modified = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        stored = Stored(**{"content": content, "modified": modified, **more})  # type: ignore[arg-type] # mixed
        self.objects[key] = stored
        return stored

    @property
    def fetched(self) -> list[str]:
        """Keys of the objects that were asked for, parts of one as one."""
        paths = (unquote(asked.path).split("/", 2) for asked in self.asked)
        return list(dict.fromkeys(path[2] for path in paths if len(path) > 2))

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if answer := self.misbehave(len(self.asked)):
            return answer
        if not self._is_signed(asked):
            return _error(403, "SignatureDoesNotMatch")
        _, bucket, *key = unquote(asked.path).split("/", 2)
        if bucket != self.bucket:
            return _error(404, "NoSuchBucket")
        return self._object(key[0], asked) if key else self._list(asked)

    def _is_signed(self, asked: Asked) -> bool:
        said = asked.headers.get("Authorization") or ""
        names = said.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in asked.query.items()
        )
        headers = {name: asked.headers.get(name) or "" for name in names}
        url = f"{asked.path}?{query}" if query else asked.path
        needed = {"host", "x-amz-date", "x-amz-content-sha256"}
        if not needed <= set(names):
            return False
        mine = authorization("GET", url, headers, keys=KEYS, region=REGION)
        return said.rpartition("=")[2] == mine.rpartition("=")[2]

    def _list(self, asked: Asked) -> Answer:
        assert asked.query["list-type"] == "2"
        is_quoted = asked.query.get("encoding-type") == "url"
        prefix = asked.query.get("prefix", "")
        after = asked.query.get("continuation-token", "").removeprefix("after ")
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        listed = "".join(_listed(_key(key, is_quoted), self.objects[key]) for key in keys[:PAGE])
        is_more = len(keys) > PAGE
        last = keys[:PAGE][-1] if is_more else ""
        token = f"<NextContinuationToken>after {escape(last)}</NextContinuationToken>"
        return Answer(
            body=(
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<Name>{self.bucket}</Name>{'<EncodingType>url</EncodingType>' * is_quoted}"
                f"<IsTruncated>{str(is_more).lower()}</IsTruncated>"
                f"{token if is_more else ''}{listed}</ListBucketResult>"
            ).encode()
        )

    def _object(self, key: str, asked: Asked) -> Answer:
        stored = self.objects.get(key)
        if stored is None:
            return _error(404, "NoSuchKey")
        if asked.headers.get("If-Match") not in (None, stored.etag):
            return _error(412, "PreconditionFailed")
        first, _, last = asked.headers["Range"].removeprefix("bytes=").partition("-")
        part = stored.content[int(first) : int(last) + 1]
        return Answer(body=part, status=206, headers=stored.headers)


def _key(key: str, is_quoted: bool) -> str:
    return quote(key, safe="/").replace("%20", "+") if is_quoted else escape(key)


def _listed(key: str, stored: Stored) -> str:
    size = len(stored.content) if stored.size is None else stored.size
    return (
        f"<Contents><Key>{key}</Key>"
        f"<LastModified>{stored.modified:%Y-%m-%dT%H:%M:%S}.000Z</LastModified>"
        f"<ETag>{escape(stored.etag, {chr(34): '&quot;'})}</ETag><Size>{size}</Size>"
        f"<StorageClass>{stored.storage_class}</StorageClass></Contents>"
    )


def _error(status: int, code: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    return Answer(body=body.encode(), status=status)
