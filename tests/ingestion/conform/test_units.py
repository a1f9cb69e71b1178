"""Amounts with their unit: the factor is exact, logged, and never guessed."""

import json
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.settings import Conventions
from ingestion.stream import ColumnType
from tests.factories.conforming import conform_rows, records, spec_of, value_column

IRAN = Conventions(units={"ریال": 1, "تومان": 10})
AMOUNT = value_column(ColumnType.DECIMAL, minimum=0)


def conformed(
    amounts: list[Any], units: list[str | None], conventions: Conventions = IRAN
) -> tuple[list[dict[str, Any]], list[str]]:
    """The landed rows, and the rules of the refused ones, whose raw record holds the unit."""
    rows = pa.table(
        {
            "number": [str(place) for place in range(len(amounts))],
            "value": amounts,
            "value_unit": pa.array(units, pa.string()),
            "_row": range(len(amounts)),
        }
    )
    with duckdb.connect() as connection:
        result = conform_rows(connection, rows, spec_of(AMOUNT), conventions)
        refused = records(connection, result.rejects)
        assert all("value_unit" in json.loads(reject["raw"]) for reject in refused)
        return records(connection, result.accepted), [reject["rule"] for reject in refused]


def test_an_amount_is_multiplied_by_what_its_unit_means() -> None:
    landed, refused = conformed(
        ["1200.50", "۱۲۰٫۵", "7", " 1,000"], ["ریال", " تومان ", "تومان", "ریال"]
    )
    assert [row["value"] for row in landed] == [
        *(Decimal("1200.50"), Decimal("1205.00"), Decimal(70), Decimal(1000))
    ]
    assert refused == []


def test_typed_amounts_have_units_too() -> None:
    landed, _ = conformed([Decimal("1.25"), Decimal(3)], ["تومان", "ریال"])
    assert [row["value"] for row in landed] == [Decimal("12.50"), Decimal(3)]


def test_the_unit_stays_beside_the_amount() -> None:
    landed, _ = conformed(["5"], ["تومان"])
    assert json.loads(landed[0]["_extra"]) == {"value_unit": "تومان"}


def test_an_amount_without_a_declared_unit_is_refused() -> None:
    landed, refused = conformed(["5", "5", "5"], ["دلار", None, " "])
    assert landed == []
    assert refused == ["unknown_unit"] * 3
    assert conformed(["5"], ["ریال"], Conventions())[1] == ["unknown_unit"]


def test_no_amount_needs_no_unit() -> None:
    landed, refused = conformed(["", None], [None, "دلار"])
    assert [row["value"] for row in landed] == [None, None]
    assert refused == []


def test_what_is_wrong_with_the_number_is_said_first_and_nothing_overflows() -> None:
    _, refused = conformed(["x", "-1", "9999999999999999"], ["دلار", "تومان", "تومان"])
    assert refused == ["not_a_number", "out_of_range", "out_of_range"]
