"""The published stream: closed KPI values come back into the lake, so that a rebuild keeps them.

What a KPI value is belongs in ``dbt_project``; which version is published, in ``serving``.
"""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.conform import conform
from ingestion.lake import Lake
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


def land_published(home: Home, values: pa.Table, *, run_id: str) -> Load:
    """Bring what one run published anew of closed periods back into the lake, once per run.

    Args:
        home: the company's folders.
        values: the columns of ``PUBLISHED_KPI`` and ``is_closed``; times are naive UTC. A value
            that an earlier run published names that run and is in the lake already.
        run_id: the run that published them.
    """
    new = pc.and_(values.column("is_closed"), pc.equal(values.column("run_id"), run_id))
    values = values.filter(new).select([column.name for column in PUBLISHED_KPI.columns])
    with connect() as connection:
        conformed = conform(
            connection,
            values,
            spec=PUBLISHED_KPI,
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
        return land(connection, Lake(home.lake), PUBLISHED_KPI, arrival)
