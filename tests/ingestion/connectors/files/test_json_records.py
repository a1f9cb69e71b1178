"""JSON: exact numbers, nested values as text, records that cannot be one."""

import pytest

from tests.ingestion.connectors.files.conftest import Inbox, cells, rejects

RECORD = '{"id": "1", "at": "2026-01-01", "amount": 5.00}'


@pytest.mark.parametrize(
    ("format_", "content", "first"),
    [("json", f"\ufeff [{RECORD}, {RECORD}]\n", 1), ("jsonl", f"\n{RECORD}\r\n{RECORD}", 2)],
)
def test_records_are_rows_with_their_position(
    inbox: Inbox, format_: str, content: str, first: int
) -> None:
    inbox.drop("orders.json", content)

    (batch,) = inbox.read(format=format_)

    assert cells(batch) == [
        (first, "1", "2026-01-01", "5.00"),
        (first + 1, "1", "2026-01-01", "5.00"),
    ]


def test_numbers_keep_their_digits_and_nested_values_become_text(inbox: Inbox) -> None:
    inbox.drop(
        "orders.json",
        '[{"id": 9007199254740993, "at": true, "amount": 1e2, "a": null, "_row": 7,'
        ' "b": {"x": [1.10, "ی", false, null], "y": {}}}]',
    )

    (batch,) = inbox.read(format="json")

    assert cells(batch) == [(1, "9007199254740993", "true", "1e2")]
    assert batch.rows.column("b").to_pylist() == ['{"x": [1.10, "ی", false, null], "y": {}}']
    assert batch.rows.column("a").to_pylist() == [None]
    assert batch.rows.column("source._row").to_pylist() == ["7"]


def test_records_may_have_different_keys(inbox: Inbox) -> None:
    inbox.drop("orders.json", '[{"id": "1", "at": "x"}, {"amount": "2", "new": "y", "id": "2"}]')

    (batch,) = inbox.read(format="json")

    assert cells(batch) == [(1, "1", "x", None), (2, "2", None, "2")]
    assert batch.rows.column("new").to_pylist() == [None, "y"]


def test_an_array_without_records_is_an_empty_batch(inbox: Inbox) -> None:
    inbox.drop("orders.json", "[]")

    (batch,) = inbox.read(format="json")

    assert batch.rows.num_rows == 0
    assert rejects(batch) == []


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ('{"id": "1", "amount": NaN}', "not_a_number"),
        ('{"id": "1", "amount": [-Infinity]}', "not_a_number"),
        ('{"id": "\\ud800"}', "lone_surrogate"),
        ('{"id": "a\\u0000b"}', "null_character"),
        ('["1"]', "not_a_record"),
        ("7", "not_a_record"),
        (f'{{"id": {"[" * 100}{"]" * 100}}}', "too_deep"),
    ],
)
@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_a_record_that_fits_no_table_is_a_reject(
    inbox: Inbox, format_: str, record: str, rule: str
) -> None:
    content = f"[{RECORD},{record}]" if format_ == "json" else f"{RECORD}\n{record}\n"
    inbox.drop("orders.json", content)

    (batch,) = inbox.read(format=format_)

    assert rejects(batch) == [(2, rule)]
    assert batch.rows.num_rows == 1


@pytest.mark.parametrize("line", ['{"id": "1"', "{'id': 1}", "[" * 100_000])
def test_a_broken_line_is_a_reject(inbox: Inbox, line: str) -> None:
    inbox.drop("orders.json", f"{line}\n{RECORD}\n")

    (batch,) = inbox.read(format="jsonl")

    assert [number for number, _ in rejects(batch)] == [1]
    assert cells(batch)[0][0] == 2


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (RECORD, "not_an_array"),
        ("<html>busy</html>", "not_an_array"),
        (f"[{RECORD}, ", "broken_json"),
        (f"[{RECORD} {RECORD}]", "broken_json"),
        (f"[{RECORD}] more", "broken_json"),
        ("[" * 100_000, "too_deep"),
        ('[{"name": "1"}]', "missing_column"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole(inbox: Inbox, content: str, rule: str) -> None:
    inbox.drop("orders.json", content)

    (batch,) = inbox.read(format="json")

    assert rejects(batch) == [(0, rule)]
    assert batch.rows.num_rows == 0
