"""CSV: every line is a row or a reject with its number, in sound and in broken files."""

import gzip
import time
import tracemalloc

import pytest

from tests.ingestion.connectors.files.conftest import Inbox, cells, rejects

HEADER = "id,at,amount\n"


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("id,at,amount\n1,2026-01-01,5.00\n", {}),
        ("\ufeffid,at,amount\r\n1,2026-01-01,5.00\r\n", {}),
        ("id,at,amount\r1,2026-01-01,5.00", {}),
        ("id;at;amount\n1;2026-01-01;5.00\n", {"delimiter": ";"}),
        ("id\tat\tamount\n1\t2026-01-01\t5.00\n", {"delimiter": "\t"}),
        ("'id','at','amount'\n'1','2026-01-01','5.00'\n", {"quote": "'"}),
        ("id|at|amount\n1|2026-01-01|5.00\n", {"delimiter": "|", "quote": ""}),
    ],
)
def test_a_dialect_is_read_as_declared(inbox: Inbox, content: str, options: dict[str, str]) -> None:
    inbox.drop("orders.csv", content)

    (batch,) = inbox.read(**options)

    assert cells(batch) == [(2, "1", "2026-01-01", "5.00")]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1256", "utf-8-sig"])
def test_an_encoding_is_read_as_declared(inbox: Inbox, encoding: str) -> None:
    inbox.drop("orders.csv", f"{HEADER}سلام,۱,۲\n".replace("۱,۲", "1,2").encode(encoding))

    (batch,) = inbox.read(encoding=encoding)

    assert cells(batch) == [(2, "سلام", "1", "2")]


def test_a_gzipped_file_is_read_and_a_bomb_is_not(inbox: Inbox) -> None:
    inbox.drop("orders1.csv.gz", gzip.compress(f"{HEADER}1,x,2\n".encode()))
    inbox.drop("orders2.csv.gz", gzip.compress(f"{HEADER}".encode() + b"1,x,2\n" * 10_000_000))
    tracemalloc.start()
    started = time.monotonic()

    sound, bomb = inbox.read()

    assert cells(sound) == [(2, "1", "x", "2")]
    assert rejects(bomb) == [(0, "expands_too_far")]
    assert time.monotonic() - started < 10
    assert tracemalloc.get_traced_memory()[1] < 64_000_000
    tracemalloc.stop()


def test_empty_lines_and_line_breaks_in_quotes_keep_the_line_numbers(inbox: Inbox) -> None:
    inbox.drop("orders.csv", f'{HEADER}\n1,"a\r\nb",2\n\n\n3,c,4\n')

    (batch,) = inbox.read()

    assert cells(batch) == [(3, "1", "a\nb", "2"), (7, "3", "c", "4")]


def test_each_broken_record_is_a_reject_with_its_line(inbox: Inbox) -> None:
    lines = ["1,a,2", "3,b", "4,c,5,6", '7,"d"e,8', '9,"f ""g""",10', '11,"h', "12,i,13"]
    inbox.drop("orders.csv", HEADER + "\n".join(lines) + "\n")

    (batch,) = inbox.read()

    assert cells(batch) == [(2, "1", "a", "2"), (6, "9", 'f "g"', "10"), (8, "12", "i", "13")]
    assert rejects(batch) == [
        (3, "missing_columns"),
        (4, "too_many_columns"),
        (5, "broken_record"),
        (7, "broken_record"),
    ]
    assert batch.rejects.column("raw").to_pylist()[1] == '"4,c,5,6"'


def test_the_torn_end_of_a_record_is_not_taken_for_a_row(inbox: Inbox) -> None:
    inbox.drop("orders.csv", f'{HEADER}1,"said "hello"\nand,went,away",2\n3,b,4\n')

    (batch,) = inbox.read()

    assert cells(batch) == [(4, "3", "b", "4")]
    assert [line for line, _ in rejects(batch)] == [2, 3]


def test_a_quote_that_is_never_closed_costs_one_line_of_a_long_file(inbox: Inbox) -> None:
    rows = "".join(f"{number},a,1\n" for number in range(60_000))
    inbox.drop("orders.csv", f'{HEADER}x,"never closed,1\n{rows}')

    (batch,) = inbox.read()

    assert rejects(batch) == [(2, "broken_record")]
    assert batch.rows.num_rows == 60_000
    assert cells(batch)[-1][0] == 60_002


def test_a_cell_beyond_the_limit_is_a_reject(inbox: Inbox) -> None:
    inbox.drop("orders.csv", f"{HEADER}1,{'x' * 2_000_000},2\n3,b,4\n")

    (batch,) = inbox.read()

    assert rejects(batch) == [(2, "broken_record")]
    assert cells(batch) == [(3, "3", "b", "4")]


def test_the_header_may_stand_below_a_title(inbox: Inbox) -> None:
    inbox.drop("orders.csv", f'"Orders of\n\n{HEADER}1,a,2\n')

    (refused,), (batch,) = inbox.read(), inbox.read(header_row=3)

    assert rejects(refused)[0][0] == 0
    assert cells(batch) == [(4, "1", "a", "2")]


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ("\n", "header_missing"),
        (",,\n", "header_missing"),
        ("id,at, id ,amount\n", "duplicate_header"),
        (",".join(map(str, range(100_000))) + "\n", "too_many_columns"),
        ("Orders\n", "missing_column"),
    ],
)
def test_a_header_that_names_no_columns_refuses_the_file(
    inbox: Inbox, header: str, rule: str
) -> None:
    inbox.drop("orders.csv", f"{header}1,a,2\n")

    assert rejects(inbox.read()[0]) == [(0, rule)]


def test_a_column_without_a_name_is_named_by_its_place(inbox: Inbox) -> None:
    inbox.drop("orders.csv", "id,at,amount,\n1,a,2,x\n")

    assert inbox.read()[0].rows.column("column_4").to_pylist() == ["x"]


def test_code_in_cells_names_and_headers_stays_text(inbox: Inbox) -> None:
    attack = "'); drop table records; --"
    inbox.drop("orders.csv", f"id,at,amount,{attack}\n{attack},{{{{ x }}}},=1+1,${{x}}\n")

    (batch,) = inbox.read()

    assert cells(batch) == [(2, attack, "{{ x }}", "=1+1")]
    assert batch.rows.column(attack).to_pylist() == ["${x}"]
