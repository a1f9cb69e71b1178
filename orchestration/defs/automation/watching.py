"""The sensor that notices what does not happen, and sends again what was not taken.

It needs the daemon of Dagster; ``python -m orchestration watch`` asks the same from outside.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from orchestration.lib.environment import Environment, alert_receivers
from orchestration.lib.job_names import NIGHTLY_JOB
from orchestration.lib.silence import ALL, silences
from orchestration.lib.troubles import Trouble, TroubleBook

INTERVAL_SECONDS = 600


def silence_sensor(environment: Environment) -> dg.SensorDefinition:
    """Asks every ten minutes."""

    @dg.sensor(
        name="silence_alert_sensor",
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of nights that did not start or publish, and of sources that are stale.",
    )
    def silence(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found, refusals = tell_silence(context.instance, environment)
        for line in [*(trouble.text for trouble in found), *refusals]:
            context.log.warning(line)
        return dg.SkipReason("; ".join(trouble.cause for trouble in found) or "all is well")

    return silence


def tell_silence(
    instance: dg.DagsterInstance, environment: Environment
) -> tuple[Sequence[Trouble], list[str]]:
    """Tell what did not happen, once: the troubles, and why a receiver was not reached."""
    records = instance.get_run_records(dg.RunsFilter(job_name=NIGHTLY_JOB), limit=1)
    started = records[0].create_timestamp.astimezone(UTC) if records else None
    found = silences(environment, datetime.now(UTC), started)
    company = environment.sources.company
    book = TroubleBook(environment.home.root / "told_troubles.json", company.key)
    return found, book.tell(found, alert_receivers(), healed=ALL)
