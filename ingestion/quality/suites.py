"""The Great Expectations suite of a stream, derived from its specification."""

from typing import TYPE_CHECKING, Any

from ingestion.stream import Column, ColumnType, StreamSpec

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

HASH_PATTERN = "^[0-9a-f]{64}$"
OPERATIONS = ["upsert", "delete", "erase"]


def suite_of(spec: StreamSpec) -> "ExpectationSuite":
    """The contract of one landed stream; its columns are those of ``spec.lake_schema``."""
    import great_expectations as gx

    suite = gx.ExpectationSuite(name=spec.table)
    for expectation in _envelope(spec) + _declared(spec):
        suite.add_expectation(expectation)
    return suite


def _envelope(spec: StreamSpec) -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectTableColumnsToMatchSet(column_set=list(spec.lake_schema), exact_match=True),
        gxe.ExpectColumnValuesToBeInSet(column="_op", value_set=OPERATIONS),
        *(
            gxe.ExpectColumnValuesToNotBeNull(column=name)
            for name in ("_source_id", "source_id", "source_version", "_row_hash")
        ),
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["_source_id", "source_id", "source_version", "_row_hash", "_load_seq"],
            severity="warning",
        ),
    ]


def _declared(spec: StreamSpec) -> list[Any]:
    return [expectation for column in spec.columns for expectation in _of_column(column)]


def _of_column(column: Column) -> list[Any]:
    from great_expectations import expectations as gxe

    living: dict[str, Any] = {"row_condition": '_op == "upsert"', "condition_parser": "pandas"}
    made: list[Any] = []
    if column.required and column.name in column.lake_columns:
        made.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name, **living))
    if column.minimum is not None or column.maximum is not None:
        made.append(
            gxe.ExpectColumnValuesToBeBetween(
                column=column.name, min_value=column.minimum, max_value=column.maximum
            )
        )
    if column.allowed:
        made.append(
            gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.allowed))
        )
    if column.type in (ColumnType.EMAIL, ColumnType.PHONE):
        made.append(
            gxe.ExpectColumnValuesToMatchRegex(column=f"{column.name}_hash", regex=HASH_PATTERN)
        )
    return made
