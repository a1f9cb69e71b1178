"""Objects of a bucket: read as if somebody had dropped them, each version once."""

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow.fs import FileSelector, S3FileSystem

from ingestion.connectors.files import buckets
from ingestion.connectors.files.signature import NO_BODY, Keys, authorization
from ingestion.errors import QuotaExceededError, TransientSourceError
from ingestion.pipeline import configured_streams, extract
from ingestion.presets import with_preset
from ingestion.readers.files import Limits
from ingestion.settings import Company, Home, Source, Sources
from tests.factories.json_server import Answer
from tests.factories.object_store import KEYS, REGION
from tests.ingestion.connectors.files.bucket_world import World, bucket_world, order, tables
from tests.ingestion.connectors.files.conftest import Inbox, cells, read_all, rejects

FIXTURE = Path(__file__).parents[3] / "fixtures" / "files" / "amazon_connect.jsonl"


@pytest.fixture
def world(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with bucket_world(inbox, monkeypatch) as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "more", "signature"),
    [
        (
            "/test.txt",
            {"range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/?max-keys=2&prefix=J",
            {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_requests_are_signed_as_in_the_examples_of_the_vendor(
    asked: str, more: dict[str, str], signature: str
) -> None:
    host = "examplebucket.s3.amazonaws.com"
    headers = {
        "host": host,
        "x-amz-content-sha256": NO_BODY,
        "x-amz-date": "20130524T000000Z",
    }
    keys = Keys(
        key_id="AKIAIOSFODNN7EXAMPLE", key_secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )

    signed = authorization(
        "GET", f"https://{host}{asked}", headers | more, keys=keys, region="us-east-1"
    )

    assert signed.endswith(f"Signature={signature}")


def test_a_client_of_the_vendor_signs_and_reads_lists_as_we_do(world: World) -> None:
    for number in range(5):
        world.store.put(f"exports/2026/orders {number}+(۱).csv", "x" * number)
    client = S3FileSystem(
        access_key=KEYS.key_id,
        secret_key=KEYS.key_secret,
        region=REGION,
        endpoint_override=world.url,
    )

    listed = client.get_file_info(FileSelector(f"{world.store.bucket}/exports", recursive=True))

    assert {(info.base_name, info.size) for info in listed if info.is_file} == {
        (f"orders {number}+(۱).csv", number) for number in range(5)
    }


def test_new_objects_are_read_once_and_a_new_version_once_more(world: World) -> None:
    for number in range(1, 6):
        world.store.put(f"exports/2026/01/orders {number}=+(۱).csv", order(number))
    world.store.put("exports/2026/", "")
    world.store.put("exports/other.csv", order(7))
    world.store.put("exports/orders.csv.done", "")
    world.store.put("elsewhere/orders.csv", order(8))

    first, again = world.numbers(), world.numbers()
    fetched = len(world.store.fetched)
    world.store.put("exports/2026/01/orders 2=+(۱).csv", order(20))
    world.store.put("exports/2026/02/orders.csv", order(6))
    del world.store.objects["exports/2026/01/orders 1=+(۱).csv"]

    assert (first, again, fetched) == (["1", "2", "3", "4", "5"], [], 5)
    assert world.numbers() == ["20", "6"]
    assert world.inbox.left == []
    assert len(world.inbox.moved("archive")) == 7


def test_two_streams_side_by_side_fetch_an_object_once(world: World) -> None:
    world.store.put("exports/orders.csv", order(1))
    source = world.source()
    orders = source.streams["orders"]
    both = {"orders": orders, "accounts": orders | {"columns": {"account_number": "id"}}}
    source = source.model_copy(update={"streams": both})

    with ThreadPoolExecutor() as pool:
        found = list(
            pool.map(lambda name: read_all(source, name, world.inbox.folder, land=True), both)
        )

    assert [len(batches) for batches in found] == [1, 1]
    assert sum(asked.path.endswith("orders.csv") for asked in world.store.asked) == 1
    assert world.inbox.left == []
    assert world.inbox.moved("archive") == ["orders.csv"]


def test_a_key_is_never_a_path(world: World) -> None:
    outside = ["../orders", "a/../../orders", "/orders", "a//orders", "a\\..\\orders", "\x01"]
    for name in outside:
        world.store.put(f"exports/{name}", order(1))
    world.store.put("exports/b/orders", order(2))
    (world.inbox.folder / "linked").symlink_to(world.inbox.folder.parents[2])
    world.store.put("exports/linked/orders", order(3))
    source = world.source()
    every = dict(source.streams["orders"]) | {"glob": "**/*"}
    source = source.model_copy(update={"streams": {"orders": every}})
    before = sorted(world.inbox.folder.parents[2].rglob("orders*"))

    batches = read_all(source, "orders", world.inbox.folder, land=True)
    again = read_all(source, "orders", world.inbox.folder, land=True)

    refused = [batch for batch in batches if rejects(batch)]
    assert [rejects(batch) for batch in refused] == [[(0, "unsafe_file")]] * (len(outside) + 1)
    assert [row[1] for batch in batches for row in cells(batch)] == ["2"]
    assert again == []
    assert world.store.fetched == ["exports/b/orders"]
    archived = world.inbox.folder.parents[1] / "archive"
    now = sorted(world.inbox.folder.parents[2].rglob("orders*"))
    assert [path for path in now if archived not in path.parents] == before


def test_a_name_that_cannot_be_a_file_stays_and_is_told(world: World) -> None:
    world.store.put("exports/orders", order(1))
    world.store.put("exports/orders/orders", order(2))
    world.store.put(f"exports/orders{'ی' * 190}", order(3))
    source = world.source()
    both = dict(source.streams["orders"]) | {"settle_seconds": 86_400}
    source = source.model_copy(update={"streams": {"orders": both}})

    (batch,) = read_all(source, "orders", world.inbox.folder, land=True)

    assert "2 with the name of a folder, or a name too long" in batch.note
    assert world.inbox.left == ["orders"]


def test_what_is_too_large_or_frozen_is_not_fetched(world: World) -> None:
    world.store.put("exports/orders1.csv", order(1), size=3 * 1024**3)
    world.store.put("exports/orders2.csv", order(2), storage_class="GLACIER")
    world.store.put("exports/orders3.csv", "")

    large, frozen, empty = world.read()

    assert rejects(large) == [(0, "file_too_large")]
    assert frozen.note == ("objects stay in the bucket: 1 in class GLACIER, to be restored before")
    assert rejects(empty) == [(0, "empty_file")]
    assert world.store.fetched == []
    assert [batch.note for batch in world.read()] == [frozen.note]


def test_a_young_object_waits_as_a_young_file_does(world: World) -> None:
    world.store.put("exports/orders.csv", order(1), modified=datetime.now(UTC))

    assert world.numbers() == []
    assert world.inbox.left == ["orders.csv"]


def test_a_run_fetches_so_many_objects_and_the_next_one_goes_on(world: World) -> None:
    for number in range(1, 6):
        world.store.put(f"exports/orders{number}.csv", order(number))

    def part() -> Iterator[str]:
        with pytest.raises(QuotaExceededError, match="2 objects were fetched, as many as"):
            yield from world.landing(objects_per_run=2)

    found = [*part(), *part()]

    assert found == ["1", "2", "3", "4"]
    assert world.numbers(objects_per_run=2) == ["5"]


def test_a_large_object_comes_in_parts_and_never_half_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "PART_BYTES", 10)
    world.store.put("exports/orders1.csv", order(1))
    world.store.put("exports/orders2.csv", order(2))

    def changed(count: int) -> None:
        if count == 7:
            world.store.put("exports/orders2.csv", order(3))

    world.store.misbehave = changed
    batches = list(world.patiently())
    world.store.misbehave = lambda count: None

    assert "1 that changed meanwhile" in batches[0].note
    assert len(batches) == 2
    assert world.numbers() == ["1", "3"]
    assert not list(world.inbox.folder.iterdir())


def test_an_object_is_kept_as_it_is_stored(world: World) -> None:
    packed = gzip.compress(order(1).encode())
    world.store.put("exports/orders.csv.gz", packed, headers={"Content-Encoding": "gzip"})

    assert world.numbers() == ["1"]
    (archived,) = (world.inbox.folder.parents[1] / "archive").rglob("*.gz")
    assert archived.read_bytes() == packed


def test_what_lies_in_the_inbox_is_read_whatever_becomes_of_the_bucket(world: World) -> None:
    world.inbox.drop("orders.csv", order(9))
    world.inbox.drop("orders.csv.done", "")
    world.store.misbehave = lambda count: Answer(status=503)

    reading = tables(world.patiently())

    assert cells(next(reading))[0][1] == "9"
    with pytest.raises(TransientSourceError, match="HTTP 503"):
        list(reading)


def test_a_limit_of_size_is_the_one_of_dropped_files(world: World) -> None:
    world.store.put("exports/orders.csv", order(1))

    (batch,) = world.patiently(limits=Limits(file_bytes=10))

    assert rejects(batch) == [(0, "file_too_large")]


def test_contact_records_come_from_the_bucket_into_the_lake_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key for tests only")
    records = FIXTURE.read_bytes()
    world.store.put("exports/2026/01/31/10/connect-1-2026-01-31-10-00-00-0a1b", records)
    world.store.put(
        "exports/2026/01/31/11/connect-1-2026-01-31-11-00-00-0a1c.gz", gzip.compress(records)
    )
    raw = {
        "id": "connect",
        "connector": "files",
        "preset": "amazon_connect",
        "options": world.source().options,
    }
    sources = Sources(
        company=Company(key="acme", name={"en": "Acme"}, time_zone="UTC", currency="EUR"),
        sources=(Source.model_validate(with_preset(raw)),),
    )
    home, tasks = Home(root=tmp_path / "home"), configured_streams(sources)

    def night() -> tuple[str, int, str]:
        (result,) = extract(sources, home, tasks)
        return result.status, result.rows_in_lake, result.message

    first, second = night(), night()
    (home.root / "fetched" / "connect.txt").unlink()
    forgotten = night()

    assert first[0] == "landed", first
    assert first[1] > 0
    assert second[1] == forgotten[1] == first[1]
    assert len(world.store.fetched) == 2
    assert len(list((home.root / "archive" / "connect").rglob("connect-1-*"))) == 2
