"""Jobs and the nightly schedule.

What starts them besides the clock is in ``sensors``; who hears of trouble is in ``alerts``.
"""

import dagster as dg

from orchestration.defs.automation.alerts import alert_sensors
from orchestration.defs.automation.sensors import file_drop_sensor
from orchestration.defs.ingestion.assets import DEMO
from orchestration.lib.environment import Environment
from orchestration.lib.translator import FROZEN_INPUTS, INGESTION_GROUP

NIGHTLY_JOB = "nightly_job"
EXTRACTION_JOB = "extraction_job"
NIGHTLY_CRON = "0 2 * * *"
MAXIMUM_SECONDS = 6 * 60 * 60


def automation(environment: Environment) -> dg.Definitions:
    """Jobs, schedule and sensors; all of them on from the start."""
    nightly = dg.define_asset_job(
        NIGHTLY_JOB,
        selection=dg.AssetSelection.all(),
        description="Everything: read the sources, build the warehouse, publish the marts.",
        tags={"dagster/max_runtime": str(MAXIMUM_SECONDS)},
    )
    extraction = dg.define_asset_job(
        EXTRACTION_JOB,
        selection=dg.AssetSelection.groups(INGESTION_GROUP)
        - dg.AssetSelection.assets(DEMO, FROZEN_INPUTS),
        description="Read the sources into the lake; the next night uses what landed.",
        tags={"dagster/max_runtime": str(MAXIMUM_SECONDS)},
    )
    schedule = dg.ScheduleDefinition(
        name="nightly_schedule",
        job=nightly,
        cron_schedule=NIGHTLY_CRON,
        execution_timezone=environment.sources.company.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night at two, in the company's time zone.",
    )
    return dg.Definitions(
        jobs=[nightly, extraction],
        schedules=[schedule],
        sensors=[file_drop_sensor(environment, EXTRACTION_JOB), *alert_sensors()],
    )
