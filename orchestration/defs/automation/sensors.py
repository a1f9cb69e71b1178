"""The sensor that notices files which source systems dropped into the inbox.

Which files a source reads is declared in ``sources.yaml``; a run without news lands nothing.
"""

import time
from pathlib import Path

import dagster as dg

from ingestion import DROP_CONNECTORS
from orchestration.lib.environment import Environment

INTERVAL_SECONDS = 60
SETTLE_SECONDS = 30
"""A file that was touched more recently may still be on its way."""


def file_drop_sensor(environment: Environment, job_name: str) -> dg.SensorDefinition:
    """Starts an extraction for new files of the sources that are read as dropped files.

    Logs and databases grow all day; they wait for the night.
    """
    inbox = environment.home.inbox
    folders = [
        inbox / source.id
        for source in environment.sources.sources
        if source.connector in DROP_CONNECTORS
    ]

    @dg.sensor(
        name="file_drop_sensor",
        job_name=job_name,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads new files into the lake soon after they were dropped.",
    )
    def file_drop(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        seen = int(context.cursor or 0)
        latest = time.time_ns() - SETTLE_SECONDS * 10**9
        dropped = {
            path: changed for path, changed in _files(folders).items() if seen < changed <= latest
        }
        if not dropped:
            return dg.SkipReason(f"no new files in {inbox}")
        newest = max(dropped, key=lambda path: (dropped[path], path))
        request = dg.RunRequest(
            run_key=f"{newest.relative_to(inbox)}:{dropped[newest]}",
            tags={"cx/dropped_files": str(len(dropped))},
        )
        return dg.SensorResult(run_requests=[request], cursor=str(dropped[newest]))

    return file_drop


def _files(folders: list[Path]) -> dict[Path, int]:
    """Every file below the folders with the time of its last change in nanoseconds."""
    return {
        path: path.stat().st_mtime_ns
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
