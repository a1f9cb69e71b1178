"""Rows as a whole: envelope, operations, undeclared columns, refusals, conservation."""

import json
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.connectors.base import REJECT_SCHEMA
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import SourceError
from ingestion.settings import Conventions
from ingestion.stream import Column, ColumnType, StreamSpec
from tests.factories.conforming import conform_rows, records, spec_of, value_column

ORDERS = MAPPED_STREAMS["orders"]
CUSTOMERS = MAPPED_STREAMS["customers"]
ANSWERS = MAPPED_STREAMS["survey_answers"]

Rows = list[dict[str, Any]]


def conformed(
    rows: dict[str, Any] | pa.Table, spec: StreamSpec, conventions: Conventions | None = None
) -> tuple[Rows, Rows, Rows]:
    """Accepted, restricted and refused rows."""
    table = rows if isinstance(rows, pa.Table) else pa.table(rows)
    with duckdb.connect() as connection:
        result = conform_rows(connection, table, spec, conventions)
        accepted = records(connection, result.accepted)
        restricted = records(connection, result.restricted) if result.restricted else []
        rejects = records(connection, result.rejects)
    assert result.count_read == table.num_rows
    assert result.count_accepted == len(accepted)
    assert result.count_read == result.count_accepted + result.count_rejected
    return accepted, restricted, rejects


def order(**values: str | None) -> dict[str, list[str | None]]:
    row = {"order_number": "7", "ordered_at": "2024-03-05 10:00:00"} | values
    return {name: [value] for name, value in row.items()}


@pytest.mark.parametrize("name", MAPPED_STREAMS)
def test_what_is_accepted_has_the_columns_and_types_of_the_lake(name: str) -> None:
    spec = MAPPED_STREAMS[name]
    with duckdb.connect() as connection:
        rows = pa.table({spec.key[0]: pa.array([], pa.string())})
        result = conform_rows(connection, rows, spec)
        for relation, schema in (
            (result.accepted, spec.lake_schema),
            (result.restricted, spec.restricted_schema),
        ):
            expected = {
                column: str(duckdb.type(kind))
                for column, kind in schema.items()
                if column not in {"_load_seq", "_landed_at"}
            }
            if relation:
                found = connection.sql(f"from {relation}")
                assert dict(zip(found.columns, map(str, found.types), strict=True)) == expected
                assert found.columns == list(expected)


def test_refusals_have_the_columns_of_every_connector() -> None:
    with duckdb.connect() as connection:
        result = conform_rows(connection, pa.table({"order_number": ["1"]}), ORDERS)
        found = connection.sql(f"from {result.rejects}").to_arrow_table().schema
    assert found.names == [*REJECT_SCHEMA.names, "action", "source_id"]
    assert [found.field(name).type for name in REJECT_SCHEMA.names] == REJECT_SCHEMA.types


def test_the_envelope_tells_where_a_row_comes_from() -> None:
    row = order(updated_at="2024-03-05 12:00:00", customer_number=" ۱۲ ")
    accepted, restricted, rejects = conformed(row, ORDERS, Conventions(time_zone="Asia/Tehran"))
    (landed,) = accepted
    assert landed["_source_id"] == "crm"
    assert landed["_op"] == "upsert"
    assert landed["source_id"] == "7"
    assert landed["source_updated_at"].isoformat() == "2024-03-05T08:30:00+00:00"
    assert landed["source_updated_at_raw"] == "2024-03-05 12:00:00"
    assert landed["source_version"] == 1_709_627_400_000_000
    assert landed["customer_number"] == "12"
    assert landed["_extra"] is None
    assert restricted == rejects == []


def test_a_key_of_several_columns_is_joined() -> None:
    rows = {"survey_number": ["1"], "response_number": [" ۰۲"], "question_number": ["nps"]}
    accepted, _, _ = conformed(rows, ANSWERS)
    assert accepted[0]["source_id"] == "1|02|nps"
    assert accepted[0]["source_version"] is None


def test_two_keys_of_several_columns_never_have_the_same_text() -> None:
    rows = {
        "survey_number": ["a|b", "a", "a%7Cb"],
        "response_number": ["c", "b|c", "c"],
        "question_number": ["q"] * 3,
    }
    accepted, _, _ = conformed(rows, ANSWERS)
    assert sorted(row["source_id"] for row in accepted) == ["a%257Cb|c|q", "a%7Cb|c|q", "a|b%7Cc|q"]


def test_a_key_of_one_column_stays_as_it_is() -> None:
    accepted, _, _ = conformed(order(order_number="a|b%7C"), ORDERS)
    assert accepted[0]["source_id"] == "a|b%7C"


def test_an_integer_version_is_taken_as_it_is() -> None:
    spec = spec_of(value_column(ColumnType.INTEGER), version="value")
    accepted, _, _ = conformed({"number": ["a", "b"], "value": ["5", None]}, spec)
    assert [row["source_version"] for row in accepted] == [5, None]


def test_a_row_that_breaks_several_rules_is_refused_once_with_every_reason() -> None:
    row = order(order_number=None, status="draft", amount="1.234", updated_at="soon")
    accepted, _, rejects = conformed(
        row | {"_file": ["orders.csv"], "_row": pa.array([41], pa.int64())}, ORDERS
    )
    assert accepted == []
    assert {(reject["column_name"], reject["rule"], reject["value"]) for reject in rejects} == {
        ("order_number", "required", None),
        ("status", "not_allowed", "draft"),
        ("amount", "too_many_decimals", "1.234"),
        ("updated_at", "not_a_timestamp", "soon"),
    }
    assert {(reject["file"], reject["row_number"]) for reject in rejects} == {("orders.csv", 41)}
    assert {reject["action"] for reject in rejects} == {"rejected"}
    assert {reject["raw"] for reject in rejects} == {
        json.dumps({name: value[0] for name, value in row.items()}, separators=(",", ":"))
    }


def test_a_refused_row_can_be_replayed_from_its_record() -> None:
    row = order(status="open", note='he said "no"\n', amount="۱۲٫۵")
    _, _, rejects = conformed(row, ORDERS)
    record = json.loads(rejects[0]["raw"]) | {"status": "completed"}
    accepted, _, _ = conformed({name: [value] for name, value in record.items()}, ORDERS)
    assert accepted[0]["amount"] == Decimal("12.50")
    assert json.loads(accepted[0]["_extra"]) == {"note": 'he said "no"'}


def test_a_tolerated_fault_of_a_refused_row_counts_as_refused() -> None:
    rows = {"customer_number": ["1", None], "email": ["nobody", "nobody"]}
    accepted, restricted, rejects = conformed(rows, CUSTOMERS)
    assert [row["source_id"] for row in accepted] == ["1"]
    assert [row["email"] for row in restricted] == ["nobody"]
    actions = [(reject["column_name"], reject["action"]) for reject in rejects]
    assert sorted(actions) == [
        ("customer_number", "rejected"),
        ("email", "landed_without_value"),
        ("email", "rejected"),
    ]


def test_only_rows_with_a_personal_value_are_restricted() -> None:
    rows = {
        "customer_number": ["1", "2", "3"],
        "full_name": ["Ali", "", None],
        "segment": ["a"] * 3,
    }
    accepted, restricted, _ = conformed(rows, CUSTOMERS)
    assert len(accepted) == 3
    envelope = {name: accepted[0][name] for name in ("_source_id", "_op", "source_id", "_row_hash")}
    assert envelope["source_id"] == "1"
    assert restricted == [
        envelope | {"full_name": "Ali", "email": None, "phone": None, "_extra": None}
    ]


def test_deletes_need_only_their_key_and_land_nothing_else() -> None:
    rows = order(status="nonsense", amount="x", note="gone") | {"_op": ["Delete "]}
    accepted, _, rejects = conformed(rows, ORDERS)
    (landed,) = accepted
    assert rejects == []
    assert landed["_op"] == "delete"
    assert landed["source_id"] == "7"
    declared = {column.name for column in ORDERS.columns} | {"_extra"}
    assert {landed[name] for name in declared} == {None}


def test_a_merger_outlives_the_delete_of_its_record_but_no_erasure() -> None:
    told = {"merged_into_number": ["9"] * 2, "segment": ["gold"] * 2}
    rows = {"customer_number": ["1", "2"], "_op": ["delete", "erase"]} | told
    accepted, _, _ = conformed(rows, CUSTOMERS)
    assert [(row["merged_into_number"], row["segment"]) for row in accepted] == [
        ("9", None),
        (None, None),
    ]


def test_an_erasure_lands_nothing_personal() -> None:
    people = {"customer_number": ["1"], "full_name": ["Ali"], "_op": ["erase"]}
    accepted, restricted, _ = conformed(people, CUSTOMERS)
    assert accepted[0]["_op"] == "erase"
    assert restricted == []


def test_operations_are_checked() -> None:
    rows = {"order_number": ["1", None, "3"], "_op": ["truncate", "delete", None]}
    _, _, rejects = conformed(rows, ORDERS)
    assert [(reject["column_name"], reject["rule"]) for reject in rejects] == [
        ("_op", "not_allowed"),
        ("order_number", "required"),
        ("ordered_at", "required"),
    ]


def test_undeclared_columns_are_kept_as_json() -> None:
    rows = pa.table(
        {
            "order_number": ["1", "2"],
            "ordered_at": ["2024-01-01", "2024-01-02"],
            'od"d; drop table x': [" a ", ""],
            "Order_Number": ["other", None],
            "count": pa.array([9_007_199_254_740_993, None]),
            "tags": pa.array([["x", "y"], None]),
            "нота": ["да", None],
        }
    )
    accepted, _, _ = conformed(rows, ORDERS)
    assert json.loads(accepted[0]["_extra"]) == {
        'od"d; drop table x': "a",
        "Order_Number": "other",
        "count": 9_007_199_254_740_993,
        "tags": '["x","y"]',
        "нота": "да",
    }
    assert accepted[1]["_extra"] is None


def test_a_nul_byte_in_an_undeclared_column_refuses_the_row() -> None:
    _, _, rejects = conformed(order(note="a\x00b"), ORDERS)
    assert [(reject["column_name"], reject["rule"]) for reject in rejects] == [("note", "nul_byte")]


def test_two_raw_columns_of_one_name_are_refused() -> None:
    rows = pa.Table.from_arrays([pa.array(["1"])] * 3, names=["order_number", "a", "a"])
    with duckdb.connect() as connection, pytest.raises(SourceError, match=r"\['a'\] occur more"):
        conform_rows(connection, rows, ORDERS)


def test_hostile_values_stay_values() -> None:
    text = "'; drop table conform_rows; -- {{ env_var('X') }} $outer \\"
    accepted, _, _ = conformed(
        order(product_name=text), ORDERS, Conventions(null_words=("'", "'); drop", "$1"))
    )
    assert accepted[0]["product_name"] == text


def test_the_row_hash_tells_versions_apart_and_nothing_else() -> None:
    rows = {
        "customer_number": ["1"] * 7,
        "full_name": ["Ali", " Ali", "Reza", "Ali", "Ali", "Ali", "Ali"],
        "phone": [
            "09121112233",
            "+989121112233",
            "09121112233",
            "09121112234",
            None,
            *["0912"] * 2,
        ],
        "segment": ["a", "a ", "a", "a", "a", "a", None],
        "market": [None, "", None, None, None, None, "a"],
        "surprise": ["x", "y", "z", None, None, None, None],
    }
    accepted, _, _ = conformed(rows, CUSTOMERS)
    hashes = [row["_row_hash"] for row in accepted]
    assert hashes[0] == hashes[1]
    assert hashes[4] == hashes[5]
    assert len(set(hashes)) == 5


def test_the_row_hash_is_the_same_in_another_process_and_release() -> None:
    accepted, _, _ = conformed(order(amount="12.5", status="Completed"), ORDERS)
    assert accepted[0]["_row_hash"] == "8957d254e45f84e3e3f664adc4943922"


def test_each_call_replaces_the_result_of_the_last() -> None:
    with duckdb.connect() as connection:
        for numbers in (["1", "2"], ["3"]):
            rows = pa.table({"number": numbers})
            result = conform_rows(connection, rows, spec_of())
            assert result.count_read == len(numbers)
            landed = records(connection, result.accepted)
            assert [row["source_id"] for row in landed] == numbers


def test_the_time_zone_of_the_session_changes_nothing() -> None:
    results = []
    for zone in ("America/St_Johns", "Asia/Tehran"):
        with duckdb.connect() as connection:
            connection.execute(f"set timezone = '{zone}'")
            rows = pa.table(order(updated_at="2024-03-05T22:00:00Z"))
            result = conform_rows(connection, rows, ORDERS)
            results.append(records(connection, result.accepted))
    assert results[0] == results[1]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["1", "۲", "2024-03-05", "2024-03-05 10:00", "yes", "completed", "0912 1112233"]
    ),
    st.text(max_size=8),
)
EVERYTHING = tuple(Column(name=kind.value, type=kind, description="a value") for kind in ColumnType)


@settings(max_examples=8)
@given(st.data())
def test_every_row_is_either_accepted_or_refused_with_a_reason(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    names = ["number", *(column.name for column in EVERYTHING), "surprise"]
    rows = {
        name: pa.array(data.draw(st.lists(CELLS, min_size=count, max_size=count)), pa.string())
        for name in names
    }
    rows["_row"] = pa.array(range(count), pa.int64())
    accepted, _, rejects = conformed(rows, spec_of(*EVERYTHING))
    refused = {reject["row_number"] for reject in rejects if reject["action"] == "rejected"}
    assert len(accepted) + len(refused) == count
    places = [(reject["row_number"], reject["column_name"], reject["rule"]) for reject in rejects]
    assert len(places) == len(set(places))
