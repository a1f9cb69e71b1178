"""Column mapping: renaming, replacing, and everything that nobody mapped."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from pydantic import TypeAdapter, ValidationError

from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import ConfigurationError, SourceError
from ingestion.readers.mapping import Columns, check_columns, check_source_columns, map_rows

OPPORTUNITIES = MAPPED_STREAMS["opportunities"]
COLUMNS = {"opportunity_number": "id", "stage": "deal"}


def columns(**mapping: Any) -> Columns:
    return TypeAdapter(Columns).validate_python(COLUMNS | mapping)


def result(mapping: Columns, **source: list[Any]) -> dict[str, list[Any]]:
    length = len(next(iter(source.values())))
    given = {"id": ["1"] * length, "deal": ["x"] * length} | source
    rows = pa.RecordBatch.from_pydict(given | {"_row": range(length)})
    return map_rows(rows, columns=mapping, stream=OPPORTUNITIES, file="a.csv").to_pydict()


def test_one_source_column_may_feed_two_entity_columns() -> None:
    mapping = columns(
        outcome={"from": "deal", "values": {"Won": "won", "Lost": "lost", "Open": None}}
    )

    rows = result(mapping, deal=["Won", " Lost ", "Open", "Wonn", None])

    assert rows["stage"] == ["Won", " Lost ", "Open", "Wonn", None]
    assert rows["outcome"] == ["won", "lost", None, "Wonn", None]


def test_a_default_stands_for_what_is_not_listed_absent_or_missing() -> None:
    mapping = columns(
        outcome={"from": "deal", "values": {"Won": "won"}, "default": "lost"},
        currency_code={"from": "money", "default": "EUR"},
        market={"from": "city", "default": None},
        customer_source_id={"value": "crm"},
    )

    rows = result(mapping, deal=["Won", "?", None], money=["USD", " ", None])

    assert rows["outcome"] == ["won", "lost", "lost"]
    assert rows["currency_code"] == ["USD", "EUR", "EUR"]
    assert rows["market"] == [None] * 3
    assert rows["customer_source_id"] == ["crm"] * 3


def test_typed_columns_pass_through_and_are_replaced_by_their_text() -> None:
    mapping = columns(amount="value", outcome={"from": "code", "values": {"1": "won"}})

    rows = result(mapping, value=[1.5], code=[1])

    assert rows["amount"] == [1.5]
    assert rows["outcome"] == ["won"]


def test_a_renamed_column_is_found_under_the_first_of_its_names() -> None:
    mapping = columns(amount=["total", "sum"])

    check_source_columns(mapping, ["id", "deal", "sum"], "a.csv")
    assert result(mapping, sum=["1"])["amount"] == ["1"]
    assert result(mapping, total=["2"])["amount"] == ["2"]
    both = result(mapping, sum=["1"], total=["2"])
    assert (both["amount"], both["sum"]) == (["2"], ["1"])


def test_a_column_that_has_none_of_its_names_is_refused() -> None:
    with pytest.raises(SourceError, match=r"no column 'total' or 'sum' \(for amount\)"):
        check_source_columns(columns(amount=["total", "sum"]), ["id", "deal"], "a.csv")


def test_columns_are_joined_and_what_is_absent_is_left_out() -> None:
    mapping = columns(
        stage={"from": "day", "join": "time"}, customer_number={"from": "a", "join": ["b", "c"]}
    )

    rows = result(
        mapping,
        day=[datetime(2026, 9, 1), datetime(2026, 9, 2, 10), None, None],
        time=[" 10:20 ", "", "11:00", None],
        a=["Анна", None, "", "A"],
        b=["Львовна", "B", " ", None],
        c=["Орлова", "C", None, "D"],
    )

    assert rows["stage"] == ["2026-09-01 10:20", "2026-09-02 10:00:00.000000", "11:00", None]
    assert rows["customer_number"] == ["Анна Львовна Орлова", "B C", None, "A D"]
    assert not {"day", "time", "a", "b", "c"} & rows.keys()
    with pytest.raises(SourceError, match=r"has no column 'time' \(for stage\)"):
        check_source_columns(mapping, ["id", "day", "a", "b", "c"], "a.csv")


def test_durations_written_as_clocks_become_numbers_and_others_pass_through() -> None:
    written = ["2:03", "۰۱:۰۲:۰۳", "0:00:01,5", "90:00", "1:60", "1:61:00", "soon", None]
    minutes = columns(amount={"from": "lasted", "clock": "minutes", "factor": 1000})
    hours = columns(amount={"from": "lasted", "clock": "hours"})

    assert result(minutes, lasted=written)["amount"] == [
        *("123000", "3723000", "1500", "5400000", "1:60", "1:61:00", "soon", None)
    ]
    assert result(hours, lasted=["2:03", "0:00:01.5"])["amount"] == ["7380", "1.5"]


def test_an_amount_may_have_a_unit_and_nothing_else_may() -> None:
    mapping = columns(amount="sum", amount_unit="unit")
    check_columns(mapping, OPPORTUNITIES, "here")

    assert result(mapping, sum=["1"], unit=["k"])["amount_unit"] == ["k"]
    assert "source.amount_unit" in result(columns(), amount_unit=["k"])
    with pytest.raises(ConfigurationError, match="names stage_unit"):
        check_columns(columns(stage_unit="unit"), OPPORTUNITIES, "here")


def test_an_unmapped_column_is_never_taken_for_an_entity_column() -> None:
    rows = result(
        columns(), color=["red"], Amount=["7"], _op=["delete"], amount=["8"], COLOR=["blue"]
    )

    assert list(rows) == [
        *("opportunity_number", "stage", "_file", "_row"),
        *("color", "source.Amount", "source._op", "source.source.amount", "source.COLOR"),
    ]


def test_a_soft_delete_is_mapped_like_any_value() -> None:
    mapping = columns(_op={"from": "gone", "values": {"1": "delete"}, "default": "upsert"})
    check_columns(mapping, OPPORTUNITIES, "here")

    assert result(mapping, gone=["1", "0", None])["_op"] == ["delete", "upsert", "upsert"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (columns(stagee="x"), "names stagee, which opportunities does not have; it has opp"),
        ({"stage": columns()["stage"]}, "must map opportunity_number, which every row"),
        (columns(_op={"from": "gone", "values": {"1": "erase"}, "default": "upsert"}), "_op"),
        (columns(_op={"from": "gone", "values": {"1": "delete"}}), "have a default"),
    ],
)
def test_a_mapping_that_does_not_fit_the_entity_is_refused(wrong: Columns, message: str) -> None:
    with pytest.raises(ConfigurationError, match=f"here: .*{message}"):
        check_columns(wrong, OPPORTUNITIES, "here")


def test_a_missing_source_column_is_named_with_those_that_exist() -> None:
    with pytest.raises(
        SourceError, match=r"^orders.csv has no column 'deal' \(for stage\); it has 'id', 'x'$"
    ):
        check_source_columns(columns(), ["id", "x"], "orders.csv")


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ({}, "exactly one of 'from'"),
        ({"from": "a", "value": "b"}, "exactly one of 'from'"),
        ({"value": "a", "default": "b"}, "belong to 'from'"),
        ({"form": "a"}, "form\n"),
        ({"from": "a", "values": {1: "b"}}, "valid string"),
        ({"from": "a", "present": "b", "factor": 2}, "stands for every value"),
        ({"value": False}, "valid string"),
        ({"from": []}, "at least 1 item"),
        ({"from": ["a", ""]}, "at least 1 character"),
        (7, "valid dictionary"),
    ],
)
def test_an_origin_that_is_none_is_refused(origin: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        columns(market=origin)


def test_what_does_not_match_is_absent() -> None:
    mapping = columns(
        amount={"from": "said", "matching": r"^\d+$"},
        market={"from": "said", "matching": r"\D", "default": "none"},
    )

    rows = result(mapping, said=["12", "so so", None])

    assert rows["amount"] == ["12", None, None]
    assert rows["market"] == ["none", "so so", "none"]
    with pytest.raises(ValidationError, match="is no regular expression"):
        columns(amount={"from": "said", "matching": "("})


def test_a_factor_turns_seconds_into_milliseconds_and_leaves_what_is_no_number() -> None:
    mapping = columns(amount={"from": "seconds", "factor": 1000})

    rows = result(mapping, seconds=["80", "0.5", " ۸۰ ", "1e3", "soon", None, "0.0001"])

    assert rows["amount"] == ["80000", "500", "80000", "1e3", "soon", None, "0.0001"]


def test_any_value_that_is_there_can_stand_for_one() -> None:
    mapping = columns(_op={"from": "gone", "present": "delete", "default": "upsert"})

    rows = result(mapping, gone=["2026-01-01", " ", None, "false"])

    assert rows["_op"] == ["delete", "upsert", "upsert", "delete"]
