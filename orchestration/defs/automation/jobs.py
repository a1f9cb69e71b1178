"""Jobs and their schedules.

What starts them besides the clock is in ``sensors``; who hears of trouble is in ``alerts``.
"""

from collections.abc import Sequence

import dagster as dg

from ingestion import DROP_CONNECTORS, StreamTask, is_conversation
from orchestration.defs.automation.alerts import Owners, alert_sensors
from orchestration.defs.automation.sensors import file_drop_sensor
from orchestration.defs.automation.watching import silence_sensor
from orchestration.defs.ingestion.assets import DEMO
from orchestration.defs.ingestion.reports import raw_key
from orchestration.defs.serving import CALLING_LISTS, CASE_WEBHOOKS, REFRESHED_CASES
from orchestration.lib.environment import Environment
from orchestration.lib.job_names import EXTRACTION_JOB, NIGHTLY_JOB, REFRESH_JOB
from orchestration.lib.silence import NIGHT_HOUR
from orchestration.lib.translator import FROZEN_INPUTS, INGESTION_GROUP

NIGHTLY_CRON = f"0 {NIGHT_HOUR} * * *"
REFRESH_CRON = "30 * * * *"
MAXIMUM_SECONDS = 6 * 60 * 60
MAXIMUM_REFRESH_SECONDS = 60 * 60
FIRST = "10"
"""Priority in the queue of runs; others have 0."""


def automation(
    environment: Environment, tasks: Sequence[StreamTask], owners: Owners
) -> dg.Definitions:
    """Jobs, schedules and sensors; all of them on from the start.

    Args:
        environment: the company.
        tasks: its configured streams.
        owners: of the assets, who are named in alerts.
    """
    time_zone = environment.sources.company.time_zone
    schedules = [
        dg.ScheduleDefinition(
            name="nightly_schedule",
            job_name=NIGHTLY_JOB,
            cron_schedule=NIGHTLY_CRON,
            execution_timezone=time_zone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="Every night at two, in the company's time zone.",
        )
    ]
    if any(_is_followed(task) for task in tasks):
        schedules.append(_hourly(time_zone))
    definitions = dg.Definitions(
        schedules=schedules,
        sensors=[
            file_drop_sensor(environment, REFRESH_JOB),
            *alert_sensors(environment, owners),
            silence_sensor(environment),
        ],
    )
    return dg.Definitions.merge(_jobs(tasks), definitions)


def _jobs(tasks: Sequence[StreamTask]) -> dg.Definitions:
    longest = {"dagster/max_runtime": str(MAXIMUM_SECONDS)}
    nightly = dg.define_asset_job(
        NIGHTLY_JOB,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(REFRESHED_CASES),
        description="Everything: read the sources, build the warehouse, publish the marts.",
        tags={**longest, "dagster/priority": FIRST},
    )
    extraction = dg.define_asset_job(
        EXTRACTION_JOB,
        selection=dg.AssetSelection.groups(INGESTION_GROUP)
        - dg.AssetSelection.assets(DEMO, FROZEN_INPUTS),
        description="Read the sources into the lake; the next night uses what landed.",
        tags=longest,
    )
    refresh = dg.define_asset_job(
        REFRESH_JOB,
        selection=dg.AssetSelection.assets(
            *_read_between_nights(tasks), REFRESHED_CASES, CALLING_LISTS, CASE_WEBHOOKS
        ),
        description=(
            "Read answers, tickets, chats and dropped files, publish the cases of today so far, "
            "and tell them: lists, calling lists, webhooks. The night's numbers stay as they are."
        ),
        tags={"dagster/max_runtime": str(MAXIMUM_REFRESH_SECONDS)},
    )
    return dg.Definitions(jobs=[nightly, extraction, refresh])


def _read_between_nights(tasks: Sequence[StreamTask]) -> list[dg.AssetKey]:
    """What was dropped, and what customers say wherever it is kept."""
    tables = {
        task.spec.table
        for task in tasks
        if task.source.connector in DROP_CONNECTORS or is_conversation(task.spec)
    }
    return [raw_key(table) for table in sorted(tables)]


def _is_followed(task: StreamTask) -> bool:
    """Whether no dropped file tells that customers said something."""
    return is_conversation(task.spec) and task.source.connector not in DROP_CONNECTORS


def _hourly(time_zone: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="refresh_hourly_schedule",
        job_name=REFRESH_JOB,
        cron_schedule=REFRESH_CRON,
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every hour, for systems that drop no files.",
    )
    def refresh_hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        waiting = dg.RunsFilter(
            job_name=REFRESH_JOB,
            statuses=[dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED],
        )
        if context.instance.get_runs_count(waiting):
            return dg.SkipReason("a refresh is queued or at work already")
        return dg.RunRequest()

    return refresh_hourly
