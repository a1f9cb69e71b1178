"""How extraction and contracts are reported: metadata, check results, lines for people.

The steps themselves are in ``assets``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion import StreamResult, StreamSpec
from serving import CheckFact

if TYPE_CHECKING:
    from ingestion.quality import QualityResult

BAD = frozenset({"failed", "held"})


def raw_key(table: str) -> dg.AssetKey:
    """The asset of a raw table, which is also the key of dbt's source."""
    return dg.AssetKey(["raw", table])


def extracted_name(table: str) -> str:
    """Name of the check that a stream was read."""
    return f"{table}_extracted"


def contract_name(table: str) -> str:
    """Name of the check that what landed keeps its contract."""
    return f"{table}_contract"


def progress(result: StreamResult) -> str:
    """One stream's result as a line for people."""
    counts = f"{result.rows_landed:,} of {result.rows_read:,} rows landed"
    rejected = f", {result.rows_rejected:,} refused" if result.rows_rejected else ""
    erased = f", {result.rows_erased:,} of erased persons kept out" if result.rows_erased else ""
    message = f" ({result.message})" if result.message else ""
    what = counts + rejected if result.rows_read else result.status
    what += erased
    mark = f"{result.status.upper()}: " if result.status in BAD else ""
    return f"  {result.source_id} → {result.table}: {mark}{what}{message}"


def with_held_loads(
    results: Sequence[StreamResult], contracts: Mapping[str, "QualityResult"]
) -> list[StreamResult]:
    """The results, where a load that broke its contract counts as held."""
    return [
        replace(result, status="held", message=f"source contract: {_broken(found)}")
        if result.status == "landed" and (found := contracts.get(result.table)) and not found.passed
        else result
        for result in results
    ]


def stream_metadata(results: Sequence[StreamResult]) -> dict[str, Any]:
    """Numbers of one table, summed over its sources, with the sources beside them."""
    landed = sum(result.rows_landed for result in results)
    newest = [result.data_through for result in results if result.data_through]
    metadata: dict[str, Any] = {
        "dagster/row_count": max((result.rows_in_lake for result in results), default=0),
        "rows_read": sum(result.rows_read for result in results),
        "rows_landed": landed,
        "rows_rejected": sum(result.rows_rejected for result in results),
        "rows_unchanged": sum(result.rows_unchanged for result in results),
        "rows_erased": sum(result.rows_erased for result in results),
        "rows_conflicting": sum(result.rows_conflicting for result in results),
        "load_seq": max((result.load_seq for result in results), default=0),
        "seconds": round(sum(result.seconds for result in results), 3),
        "sources": dg.MetadataValue.md(_sources(results)),
    }
    if newest:
        metadata["data_through"] = dg.MetadataValue.timestamp(max(newest))
    return metadata


def checks(
    table: str, results: Sequence[StreamResult], result: "QualityResult | None"
) -> list[dg.AssetCheckResult]:
    """The two checks of a table."""
    return [_extracted(table, results), _contract(table, result)]


def _extracted(table: str, results: Iterable[StreamResult]) -> dg.AssetCheckResult:
    """Whether every source of a table was read."""
    bad = [result for result in results if result.status in BAD]
    sentences = [f"{result.source_id} {result.status}: {result.message}" for result in bad]
    return dg.AssetCheckResult(
        asset_key=raw_key(table),
        check_name=extracted_name(table),
        passed=not bad,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(sentences) or "Every source was read.",
    )


def _contract(table: str, result: "QualityResult | None") -> dg.AssetCheckResult:
    """Whether what landed keeps the contract of its table."""
    if result is None:
        return dg.AssetCheckResult(
            asset_key=raw_key(table),
            check_name=contract_name(table),
            passed=True,
            description="Nothing new to check.",
        )
    return dg.AssetCheckResult(
        asset_key=raw_key(table),
        check_name=contract_name(table),
        passed=result.passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=_broken(result) or "Every expectation is met.",
        metadata={"rows_checked": result.count_rows, "expectations": _expectations(result)},
    )


def conflicts(results: Iterable[StreamResult]) -> str:
    """What came with two contents under one version, as a sentence; empty if nothing."""
    found = [
        f"{result.source_id} → {result.table}: {result.rows_conflicting:,}"
        for result in results
        if result.rows_conflicting
    ]
    if not found:
        return ""
    return (
        f"records that came with two contents under one version ({'; '.join(found)}): what landed "
        "last counts, within a load the greater hash"
    )


def contract_fact(result: "QualityResult") -> CheckFact:
    """The contract's result for the published health table; a broken one holds its load."""
    return CheckFact(
        kind="contract",
        name=contract_name(result.table),
        table=result.table,
        passed=result.passed,
        is_blocking=False,
        message=_broken(result),
    )


def column_schema(spec: StreamSpec) -> dg.TableSchema:
    """The landed columns of a stream."""
    key = set(spec.key)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=kind.lower(),
                description=spec.descriptions[name],
                constraints=dg.TableColumnConstraints(nullable=name not in key),
            )
            for name, kind in spec.lake_schema.items()
        ]
    )


def _broken(result: "QualityResult") -> str:
    return "; ".join(
        f"{entry.get('expectation')} on {entry.get('column')}"
        for entry in result.expectations
        if not entry["success"]
    )


def _expectations(result: "QualityResult") -> dg.MetadataValue[Any]:
    names = list(dict.fromkeys(name for entry in result.expectations for name in entry))
    if not names:
        return dg.MetadataValue.text("none")
    records = [
        dg.TableRecord({name: _plain(entry.get(name)) for name in names})
        for entry in result.expectations
    ]
    schema = dg.TableSchema([dg.TableColumn(name) for name in names])
    return dg.MetadataValue.table(records, schema=schema)


def _plain(value: object) -> str | int | float | bool | None:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _sources(results: Sequence[StreamResult]) -> str:
    lines = ["| source | status | landed | refused | message |", "|---|---|---|---|---|"]
    lines += [
        f"| {result.source_id} | {result.status} | {result.rows_landed} "
        f"| {result.rows_rejected} | {result.message} |"
        for result in results
    ]
    return "\n".join(lines)
