"""A bucket of files, and a source that reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest

from ingestion.connectors import files
from ingestion.connectors.base import Batch
from ingestion.connectors.files import fetching
from ingestion.connectors.files.options import place_of
from ingestion.settings import Source
from tests.factories.json_server import http_server
from tests.factories.object_store import KEYS, REGION, Store
from tests.ingestion.connectors.files.conftest import COLUMNS, Inbox, cells, read_all

HEADER = "id,at,amount\n"


def order(number: int) -> str:
    """A file with one order."""
    return f"{HEADER}{number},2026-01-01,5.00\n"


@dataclass(kw_only=True)
class World:
    """A bucket, and a source that reads it."""

    store: Store
    inbox: Inbox
    url: str

    def source(self, **options: Any) -> Source:
        """A source whose orders lie below ``exports/`` of the bucket."""
        place = {
            "url": f"s3://{self.store.bucket}/exports",
            "region": REGION,
            "endpoint": self.url,
            "key_id_env": "STORE_KEY_ID",
            "key_secret_env": "STORE_KEY_SECRET",
        }
        stream = {"glob": "**/orders*", "format": "csv", "columns": COLUMNS}
        return Source(
            id="partners",
            connector="files",
            options=place | options,
            streams={"orders": stream},
        )

    def read(self, **options: Any) -> list[Batch]:
        """Every batch of one read, each finished as after a landing."""
        return read_all(self.source(**options), "orders", self.inbox.folder, land=True)

    def landing(self, **options: Any) -> Iterator[str]:
        """The numbers of the orders of one read, each file finished before the next."""
        source, folder = self.source(**options), self.inbox.folder
        for batch in tables(files.read(source, "orders", cursor={}, inbox=folder)):
            assert batch.after_landing
            batch.after_landing()
            yield from (row[1] for row in cells(batch))

    def numbers(self, **options: Any) -> list[str]:
        """The numbers of the orders of one read."""
        return list(self.landing(**options))

    def patiently(self, **more: Any) -> Iterator[Batch]:
        """A read that does not really wait between its tries."""
        source = self.source()
        place = place_of(source)
        assert place
        return fetching.read_objects(
            source,
            "orders",
            place=place,
            inbox=self.inbox.folder,
            sleep=lambda seconds: None,
            **more,
        )


@contextmanager
def bucket_world(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty bucket that answers while the block runs, and its keys in the environment."""
    monkeypatch.setenv("STORE_KEY_ID", KEYS.key_id)
    monkeypatch.setenv("STORE_KEY_SECRET", KEYS.key_secret)
    store = Store()
    with http_server(store) as url:
        yield World(store=store, inbox=inbox, url=url)


def tables(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, their rows read."""
    for batch in batches:
        if isinstance(batch.rows, pa.RecordBatchReader):
            object.__setattr__(batch, "rows", batch.rows.read_all())
        yield batch
