"""The published streams: what a rebuild could not know comes back into the lake.

Closed KPI values as they were published, and who a key's person was before it changed. What
these mean belongs in ``dbt_project``; which version is published, in ``serving``.
"""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.conform import conform
from ingestion.lake import Lake, open_table
from ingestion.landing import Arrival, Load, land
from ingestion.settings import Conventions, Home
from ingestion.sql import connect
from ingestion.stream import Column, ColumnType, StreamSpec

SOURCE_ID = "published"


def _columns(kind: ColumnType, **described: str) -> tuple[Column, ...]:
    return tuple(
        Column(name=name, type=kind, description=description)
        for name, description in described.items()
    )


PUBLISHED_KPI = StreamSpec(
    connector="published",
    name="cx_kpi",
    description="One row per revision of a closed KPI value that a run published.",
    key=(
        *("kpi_id", "definition_version", "statistic", "grain_name", "grain_key"),
        *("period_type", "period_start", "revision"),
    ),
    columns=(
        *_columns(ColumnType.ID, kpi_id="Id of the KPI."),
        *_columns(ColumnType.INTEGER, definition_version="Version of its definition."),
        *_columns(
            ColumnType.TEXT,
            statistic="Statistic of the KPI.",
            grain_name="Attribute by which it is cut.",
            grain_key="Key of the cell.",
            period_type="Kind of period.",
        ),
        *_columns(
            ColumnType.DATE,
            period_start="First day of the period.",
            period_end="First day after the period.",
        ),
        *_columns(
            ColumnType.INTEGER,
            revision="0 for the first value, one more for each correction.",
            numerator="Additive numerator.",
            denominator="Additive denominator.",
        ),
        *_columns(
            ColumnType.TEXT,
            value="Value, in digits that read back as the same number.",
            unit="Unit of the value.",
        ),
        *_columns(ColumnType.INTEGER, n="Observations behind the value."),
        *_columns(
            ColumnType.TEXT,
            standard_error="Standard error of the value.",
            ci_low="Lower bound of the 95 % interval.",
            ci_high="Upper bound of the 95 % interval.",
        ),
        *_columns(
            ColumnType.BOOLEAN,
            low_n="Fewer than 30 observations.",
            suppressed="Hidden for privacy.",
        ),
        *_columns(ColumnType.TEXT, mature_share="Share of observations with an elapsed window."),
        *_columns(ColumnType.TIMESTAMP, data_through="How far the sources went."),
        *_columns(
            ColumnType.TEXT,
            prior_value="Value of the period before.",
            delta="Change against the period before.",
        ),
        *_columns(ColumnType.BOOLEAN, delta_significant="The change is more than chance."),
        *_columns(
            ColumnType.TEXT,
            currency_code="Currency of a money value.",
            target="Target in force.",
            status="Value against target and red line.",
        ),
        *_columns(ColumnType.TIMESTAMP, computed_at="When it was computed."),
        *_columns(ColumnType.TEXT, run_id="Run that computed it."),
    ),
)


PUBLISHED_IDENTITIES = StreamSpec(
    connector="published",
    name="customer_identities",
    description="One row per key and run that found another person or link for it.",
    key=("identity_key",),
    columns=(
        *_columns(ColumnType.ID, identity_key="Key by which a person was met."),
        *_columns(
            ColumnType.TEXT,
            customer_id="The person since then; none for a key that is gone.",
            previous_customer_id="The person before; none for a key that was new.",
            change_kind="new, merge, split, rename, relink or gone.",
            linked_by="Kind of link that ties the key to its person.",
            linked_key="Key at the other end of that link.",
            caused_by="Kind of the link that came or went.",
            cause_left_key="Key at one end of that link.",
            cause_right_key="Key at its other end.",
        ),
        *_columns(ColumnType.TIMESTAMP, changed_at="When the run read its inputs."),
        *_columns(ColumnType.TEXT, run_id="Run that found it."),
    ),
)


def land_published(home: Home, values: pa.Table, *, run_id: str) -> Load:
    """Bring what one run published anew of closed periods back into the lake, once per run.

    Args:
        home: the company's folders.
        values: the columns of ``PUBLISHED_KPI`` and ``is_closed``; times are naive UTC. Each
            names the run that computed it: an earlier one where the table stood, and then the
            value is in the lake already unless that run was stopped before it got so far.
        run_id: the run that published them.
    """
    is_kept = pc.is_in(values.column("run_id"), value_set=_runs_in_lake(home))
    new = pc.and_not(values.column("is_closed"), is_kept)
    return _land(home, PUBLISHED_KPI, values.filter(new), run_id)


def _runs_in_lake(home: Home) -> pa.Array:
    """The runs whose closed values were landed."""
    table = open_table(Lake(home.lake).table(PUBLISHED_KPI))
    files = table.file_uris() if table else []
    if not files:
        return pa.array([], pa.string())
    with connect() as connection:
        query = "select distinct run_id from read_parquet(?, union_by_name = true)"
        runs = connection.execute(query, [files]).fetchall()
    return pa.array([run for (run,) in runs], pa.string())


def land_identities(home: Home, found: pa.Table, *, run_id: str) -> Load | None:
    """Bring the keys whose person or link one run found changed into the lake, once per run.

    Args:
        home: the company's folders.
        found: the columns of ``PUBLISHED_IDENTITIES``; times are naive UTC.
        run_id: the run that published them.

    Returns:
        The load; None when nothing changed.
    """
    return _land(home, PUBLISHED_IDENTITIES, found, run_id) if found.num_rows else None


def _land(home: Home, spec: StreamSpec, rows: pa.Table, run_id: str) -> Load:
    with connect() as connection:
        conformed = conform(
            connection,
            rows.select([column.name for column in spec.columns]),
            spec=spec,
            conventions=Conventions(),
            source_id=SOURCE_ID,
            key=b"",
        )
        arrival = Arrival(
            source_id=SOURCE_ID,
            conformed=conformed,
            cursor={},
            landed_at=datetime.now(UTC),
            transactions=(f"published:{run_id}",),
        )
        return land(connection, Lake(home.lake), spec, arrival)
