"""Files as a whole: each lands or is refused once, whatever the others are."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from ingestion.connectors import files
from ingestion.errors import ConfigurationError
from ingestion.readers.files import sha256_of
from ingestion.settings import Source
from tests.ingestion.connectors.files.conftest import (
    COLUMNS,
    Inbox,
    cells,
    read_all,
    rejects,
)

HEADER = "id,at,amount\n"
SOUND = f"{HEADER}1,2026-01-01,5.00\n"


def test_a_file_is_one_batch_that_lands_once_and_then_leaves(inbox: Inbox) -> None:
    inbox.drop("2026/orders.csv", SOUND)

    (batch,) = read_all(inbox.source(glob="**/orders*"), "orders", inbox.folder, land=True)

    assert batch.transaction
    assert batch.transaction.startswith("file:")
    assert batch.rows.column("_file").to_pylist() == ["2026/orders.csv"]
    assert cells(batch) == [(2, "1", "2026-01-01", "5.00")]
    assert not batch.is_snapshot
    assert inbox.left == []
    assert inbox.moved("archive") == ["orders.csv"]


def test_nothing_leaves_before_it_has_landed(inbox: Inbox) -> None:
    inbox.drop("orders.csv", SOUND)

    first, second = inbox.read(), inbox.read()

    assert inbox.left == ["orders.csv"]
    assert first[0].transaction == second[0].transaction


def test_one_refused_file_does_not_stop_the_others(inbox: Inbox) -> None:
    inbox.drop("orders1.csv", SOUND)
    inbox.drop("orders2.csv", b"id,at,amount\n1,2026-01-01,\xff\n")
    inbox.drop("orders3.csv", "")
    inbox.drop("orders4.csv", "id,id,at,amount\n")
    inbox.drop("orders5.csv", "id,at,price\n")
    inbox.drop("orders6.csv", SOUND.replace("1,", "2,"))

    batches = read_all(inbox.source(), "orders", inbox.folder, land=True)

    assert [rejects(batch) for batch in batches] == [
        [],
        [(0, "undecodable_file")],
        [(0, "empty_file")],
        [(0, "duplicate_header")],
        [(0, "missing_column")],
        [],
    ]
    assert [batch.rows.num_rows for batch in batches] == [1, 0, 0, 0, 0, 1]
    assert "offset 26" in batches[1].rejects.column("value")[0].as_py()
    assert "it has 'id', 'at', 'price'" in batches[4].rejects.column("value")[0].as_py()
    assert inbox.moved("archive") == ["orders1.csv", "orders6.csv"]
    assert len(inbox.moved("rejected")) == 8


def test_a_refused_file_can_land_once_its_settings_are_mended(inbox: Inbox) -> None:
    content = SOUND.replace("amount", "price")
    inbox.drop("orders.csv", content)
    (refused,) = read_all(inbox.source(), "orders", inbox.folder, land=True)
    inbox.drop("orders.csv", content)

    (landed,) = inbox.read(columns=COLUMNS | {"amount": "price"})

    assert landed.transaction != refused.transaction
    assert cells(landed) == [(2, "1", "2026-01-01", "5.00")]


def test_the_same_name_with_new_content_is_a_new_version(inbox: Inbox) -> None:
    inbox.drop("orders.csv", SOUND)
    first = read_all(inbox.source(), "orders", inbox.folder, land=True)
    inbox.drop("orders.csv", SOUND.replace("5.00", "6.00"))
    second = read_all(inbox.source(), "orders", inbox.folder, land=True)

    assert first[0].transaction != second[0].transaction
    assert inbox.moved("archive") == ["orders.csv", "orders.csv"]


def test_a_header_without_rows_is_an_empty_batch(inbox: Inbox) -> None:
    inbox.drop("orders.csv", HEADER)

    (batch,) = inbox.read()

    assert batch.rows.num_rows == 0
    assert rejects(batch) == []


def test_an_empty_snapshot_is_refused_because_it_would_delete_everything(inbox: Inbox) -> None:
    inbox.drop("orders1.csv", SOUND)
    inbox.drop("orders2.csv", HEADER)

    full, empty = inbox.read(mode="snapshot")

    assert full.is_snapshot
    assert not empty.is_snapshot
    assert rejects(empty) == [(0, "empty_snapshot")]


def test_a_file_that_is_still_being_written_waits(inbox: Inbox) -> None:
    inbox.drop("orders1.csv", SOUND)
    late = inbox.drop("orders2.csv", SOUND)
    os.utime(late, (2e9, 2e9))
    inbox.drop("orders3.csv", SOUND.replace("1,", "3,"))
    inbox.drop("orders3.csv.done", "")

    assert [cells(batch)[0][1] for batch in inbox.read(settle_seconds=3600)] == ["3"]
    assert len(inbox.read()) == 2


def test_a_link_in_the_inbox_is_reported_and_not_touched(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(SOUND)
    (inbox.folder / "orders.csv").symlink_to(tmp_path / "secret.csv")

    (batch,) = read_all(inbox.source(), "orders", inbox.folder, land=True)

    assert rejects(batch) == [(0, "unsafe_file")]
    assert (inbox.folder / "orders.csv").is_symlink()


def two_streams(inbox: Inbox) -> Source:
    """A source of which two streams read the same file."""
    streams = dict(inbox.source().streams)
    streams["accounts"] = streams["orders"] | {"columns": {"account_number": "id"}}
    return Source(id="partners", connector="files", streams=streams)


def test_a_file_of_two_streams_leaves_after_both(inbox: Inbox) -> None:
    source = two_streams(inbox)
    inbox.drop("orders.csv", SOUND)

    read_all(source, "orders", inbox.folder, land=True)
    waiting = inbox.left
    read_all(source, "accounts", inbox.folder, land=True)

    assert waiting == ["orders.csv"]
    assert inbox.left == []
    assert inbox.moved("archive") == ["orders.csv"]


def test_two_streams_that_end_at_once_move_their_file_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_sha256_of(path: Path) -> str:
        found = sha256_of(path)
        sleep(0.2)
        return found

    source = two_streams(inbox)
    inbox.drop("orders.csv", SOUND)
    monkeypatch.setattr("ingestion.readers.files.sha256_of", slow_sha256_of)

    with ThreadPoolExecutor() as pool:
        read = [
            pool.submit(read_all, source, name, inbox.folder, land=True) for name in source.streams
        ]
        found = [batches.result() for batches in read]

    assert [len(batches) for batches in found] == [1, 1]
    assert inbox.left == []
    assert inbox.moved("archive") == ["orders.csv"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"glob": "../other/*"}, "glob is '../other/*'"),
        ({"glob": "/etc/passwd"}, "glob is '/etc/passwd'"),
        ({"format": "xls"}, "format is 'xls': Input should be 'csv', 'json'"),
        ({"encoding": "windows"}, "encoding is 'windows': Value error, must be one of ascii"),
        ({"delimiter": ";;"}, "delimiter is ';;'"),
        ({"sheet": "Sheet1"}, "sheet belongs to xlsx, not csv"),
        ({"format": "json", "header_row": 2}, "header_row belongs to csv and xlsx, not json"),
        ({"seperator": ";"}, "seperator: Extra inputs"),
        ({"columns": {"order_no": "id"}}, "names order_no"),
        ({"conventions": {"time_zone": "Mars"}}, "time_zone is 'Mars'"),
    ],
)
def test_a_mistake_in_the_settings_is_named(
    inbox: Inbox, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        files.check(inbox.source(**wrong))

    assert message in str(error.value)
    assert str(error.value).startswith("source partners, stream orders: ")


def test_options_and_unknown_streams_are_refused(inbox: Inbox) -> None:
    known = inbox.source()

    with pytest.raises(ConfigurationError, match="path: Extra inputs"):
        files.check(known.model_copy(update={"options": {"path": "x"}}))
    with pytest.raises(ConfigurationError, match="stream sales: must be one of customers"):
        files.check(known.model_copy(update={"streams": {"sales": known.streams["orders"]}}))
    files.check(known)
    assert files.configured(known) == ("orders",)
