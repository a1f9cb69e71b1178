"""Runs the source contracts on what this night landed and holds the loads that break them.

Great Expectations is imported here and nowhere else at run time, inside the functions: its
import costs ten seconds, which one process pays once.
"""

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ingestion.lake import Lake, last_load, open_table
from ingestion.loads import LoadDecision, held_loads, last_checked, record
from ingestion.quality.docs import write_page
from ingestion.quality.suites import suite_of
from ingestion.settings import Home
from ingestion.sql import connect, parquet
from ingestion.stream import StreamSpec

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 50_000
"""A contract looks at this many rows of a load at most; whole loads are checked by dbt."""


@dataclass(frozen=True, kw_only=True)
class QualityResult:
    """The contract of one table on its unchecked loads.

    Args:
        table: the landed table.
        passed: no critical expectation failed.
        count_rows: rows looked at.
        loads: the loads they came from.
        expectations: per expectation its name, column, success, severity, unexpected count
            and the rule's parameters.
    """

    table: str
    passed: bool
    count_rows: int
    loads: tuple[int, ...]
    expectations: tuple[dict[str, Any], ...]


def check_loads(home: Home, specs: Iterable[StreamSpec]) -> list[QualityResult]:
    """Check every load that no contract has seen; hold those of a table that fails.

    Returns:
        One result per table that had unchecked loads.
    """
    lake = Lake(home.lake)
    marks = last_checked(lake)
    held = {(load.table, load.load_seq) for load in held_loads(lake)}
    results = []
    for spec in specs:
        table = open_table(lake.table(spec))
        since, newest = marks.get(spec.table, 0), last_load(table)
        if not table or newest <= since or not table.file_uris():
            continue
        result = _check(home, spec, table.file_uris(), since)
        results.append(result)
        _record(lake, result, held, newest)
    return results


def _check(home: Home, spec: StreamSpec, files: list[str], since: int) -> QualityResult:
    with connect() as connection:
        rows = f"(from {parquet(files)} where _load_seq > {since})"
        loads = connection.sql(f"select distinct _load_seq from {rows} order by all").fetchall()
        frame = connection.sql(f"from {rows} limit {SAMPLE_ROWS}").df()
    expectations = _validate(home, spec, frame)
    broken = [e for e in expectations if not e["success"] and e["severity"] == "critical"]
    return QualityResult(
        table=spec.table,
        passed=not broken,
        count_rows=len(frame),
        loads=tuple(load for (load,) in loads),
        expectations=tuple(expectations),
    )


def _validate(home: Home, spec: StreamSpec, frame: "pd.DataFrame") -> list[dict[str, Any]]:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    batch = (
        context.data_sources.add_pandas("landed")
        .add_dataframe_asset(spec.table)
        .add_batch_definition_whole_dataframe("load")
        .get_batch({"dataframe": frame})
    )
    validated = batch.validate(suite_of(spec), result_format="BASIC")
    expectations = [_plain(result) for result in validated.results]
    write_page(home, spec.table, validated, count_rows=len(frame), now=datetime.now(UTC))
    return expectations


def _plain(result: Any) -> dict[str, Any]:
    config, found = result.expectation_config, result.result
    known = {"column", "batch_id", "row_condition", "condition_parser"}
    return {
        "expectation": config.type,
        "column": config.kwargs.get("column"),
        "success": bool(result.success),
        "severity": str(getattr(config.severity, "value", config.severity)),
        "unexpected_count": int(found.get("unexpected_count") or 0),
        "rule": {name: value for name, value in config.kwargs.items() if name not in known},
    }


def _record(lake: Lake, result: QualityResult, held: set[tuple[str, int]], newest: int) -> None:
    now = datetime.now(UTC)
    failed = [
        f"{e['expectation']} on {e['column'] or 'the table'}"
        for e in result.expectations
        if not e["success"] and e["severity"] == "critical"
    ]
    reason = f"source contract: {', '.join(failed)}" if failed else ""
    record(
        lake,
        [
            LoadDecision(
                table=result.table,
                source_id="",
                load_seq=load,
                status="checked" if result.passed else "held",
                reason=reason,
                recorded_at=now,
            )
            for load in {*result.loads, newest}
            if (result.table, load) not in held
        ],
    )
