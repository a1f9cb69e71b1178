"""Excel: what a person sees in a cell is what lands."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from tests.ingestion.connectors.files.conftest import Inbox, cells, rejects

HEADER = ["id", "at", "amount"]
ENTITIES = "".join(
    f'<!ENTITY a{n} "{"".join(f"&a{n - 1};" for _ in range(10))}">' for n in range(1, 10)
)


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_member(content: bytes, member: str, change: Any) -> bytes:
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == member else data)
        if member not in old.namelist():
            new.writestr(member, change(b""))
    return result.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_numbers_lose_nothing_and_gain_nothing(inbox: Inbox) -> None:
    rows = [
        HEADER,
        [912, "x", 5.5],
        [912.0, "x", 0.1 + 0.2],
        ["00912", True, 1e-7],
        [989121234567, None, 1e15],
        ["9.8912E+11", "#N/A", -3],
    ]
    inbox.drop("orders.xlsx", workbook(rows))

    (batch,) = inbox.read(format="xlsx")

    assert cells(batch) == [
        (2, "912", "x", "5.5"),
        (3, "912", "x", "0.3"),
        (4, "00912", "true", "0.0000001"),
        (5, "989121234567", None, "1000000000000000"),
        (6, "9.8912E+11", "#N/A", "-3"),
    ]


def test_a_column_of_dates_stays_typed_and_a_mixed_one_is_text(inbox: Inbox) -> None:
    rows = [
        HEADER,
        [1, datetime(2026, 1, 2, 10, 30), date(2026, 1, 2)],
        [2, None, "soon"],
        [3, datetime(2026, 1, 3), datetime(2026, 1, 3, 8)],
    ]
    inbox.drop("orders.xlsx", workbook(rows))

    (batch,) = inbox.read(format="xlsx")

    assert batch.rows.schema.field("ordered_at").type == pa.timestamp("us")
    assert [row[2] for row in cells(batch)] == [
        datetime(2026, 1, 2, 10, 30),
        None,
        datetime(2026, 1, 3),
    ]
    assert [row[3] for row in cells(batch)] == ["2026-01-02", "soon", "2026-01-03 08:00:00"]


def test_times_and_durations_are_text_as_a_person_sees_them(inbox: Inbox) -> None:
    rows = [
        HEADER,
        [1, time(8, 5), timedelta(minutes=3, seconds=5)],
        [2, None, timedelta(hours=26)],
    ]
    inbox.drop("orders.xlsx", workbook(rows))

    (batch,) = inbox.read(format="xlsx")

    assert [row[2:] for row in cells(batch)] == [("08:05:00", "0:03:05"), (None, "26:00:00")]


def test_empty_rows_and_columns_around_the_table_are_nothing(inbox: Inbox) -> None:
    rows = [["Orders of January"], [], [*HEADER, None], [1, "x", 2, None], [], [3, "y"]]
    inbox.drop("orders.xlsx", workbook(rows))

    (batch,) = inbox.read(format="xlsx", header_row=3)

    assert cells(batch) == [(4, "1", "x", "2"), (6, "3", "y", None)]


def test_a_sheet_is_declared_where_there_are_several(inbox: Inbox) -> None:
    inbox.drop("orders.xlsx", workbook([["no"]], [HEADER, [1, "x", 2]]))

    (unnamed,), (unknown,) = inbox.read(format="xlsx"), inbox.read(format="xlsx", sheet="Data")
    (batch,) = inbox.read(format="xlsx", sheet="Sheet1")

    assert rejects(unnamed) == rejects(unknown) == [(0, "sheet_missing")]
    assert "must be one of Sheet, Sheet1" in unknown.rejects.column("value")[0].as_py()
    assert cells(batch) == [(2, "1", "x", "2")]


def test_a_formula_counts_with_its_cached_value_only(inbox: Inbox) -> None:
    content = workbook([HEADER, [1, "x", "=1+1"]])
    cached = with_member(content, SHEET, lambda xml: re.sub(rb"<v></v>|<v ?/>", b"<v>2</v>", xml))
    inbox.drop("orders1.xlsx", content)
    inbox.drop("orders2.xlsx", cached)

    uncalculated, calculated = inbox.read(format="xlsx")

    assert rejects(uncalculated) == [(0, "formula_without_value")]
    assert cells(calculated) == [(2, "1", "x", "2")]


def test_a_row_that_is_too_long_is_a_reject(inbox: Inbox) -> None:
    inbox.drop("orders.xlsx", workbook([HEADER, [1, "x", 2, "?"], [3, "y", 4]]))

    (batch,) = inbox.read(format="xlsx")

    assert rejects(batch) == [(2, "too_many_columns")]
    assert cells(batch) == [(3, "3", "y", "4")]


def entity_bomb(xml: bytes) -> bytes:
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{ENTITIES}]>'.encode()
    return head + xml.replace(b'<?xml version="1.0"?>', b"").replace(b"<v>1</v>", b"<v>&a9;</v>")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"id,at,amount\n1,x,2\n", "broken_workbook"),
        (workbook([HEADER])[:-40], "broken_workbook"),
        (with_member(workbook([HEADER]), "../evil.xml", lambda _: b"x"), "unsafe_member"),
        (
            with_member(workbook([HEADER]), "xl/big.xml", lambda _: b"0" * 50_000_000),
            "expands_too_far",
        ),
        (workbook([[]]), "header_missing"),
    ],
    ids=["csv", "torn", "slip", "bomb", "empty"],
)
def test_what_is_no_sound_workbook_is_refused(inbox: Inbox, content: bytes, rule: str) -> None:
    inbox.drop("orders.xlsx", content)

    (batch,) = inbox.read(format="xlsx")

    assert rejects(batch) == [(0, rule)]


def test_entities_are_refused_before_they_expand(inbox: Inbox) -> None:
    inbox.drop("orders.xlsx", with_member(workbook([HEADER, [1, 2, 3]]), SHEET, entity_bomb))

    (batch,) = inbox.read(format="xlsx")

    assert "EntitiesForbidden" in batch.rejects.column("value")[0].as_py()


def test_an_archive_of_very_many_members_is_refused_unlisted(inbox: Inbox) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(32_000):
            archive.writestr(f"m{number:040}", b"")
    inbox.drop("orders.xlsx", content.getvalue())

    (batch,) = inbox.read(format="xlsx")

    assert rejects(batch) == [(0, "too_many_members")]
