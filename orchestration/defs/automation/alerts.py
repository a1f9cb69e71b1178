"""Alerts: one message per run that failed or that some check did not pass.

Dagster itself is silent about failed checks that do not block. The message goes to the log,
and to the webhook in ``CX_ALERT_WEBHOOK`` when that is set.
"""

from collections.abc import Sequence

import dagster as dg

from orchestration.lib.environment import alert_webhook
from orchestration.lib.sending import send

MOST_CHECKS = 10


def alert_sensors() -> list[dg.SensorDefinition]:
    """One sensor for runs that failed, one for runs that ended well but not wholly."""
    return [_sensor("run_failure_alert_sensor", dg.DagsterRunStatus.FAILURE), _check_sensor()]


def _check_sensor() -> dg.SensorDefinition:
    return _sensor("failed_check_alert_sensor", dg.DagsterRunStatus.SUCCESS)


def _sensor(name: str, status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=name,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Tells of trouble in every run that ended with {status.value}.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        failed = failed_checks(context.instance, context.dagster_run.run_id)
        if status is dg.DagsterRunStatus.SUCCESS and not failed:
            return dg.SkipReason("every check passed")
        error = context.dagster_event.message if context.dagster_event else ""
        text = alert_text(context.dagster_run.job_name, context.dagster_run.run_id, failed, error)
        context.log.warning(text)
        refusal = send(text, alert_webhook())
        if refusal:
            context.log.error(refusal)
        return None

    return sensor


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """One sentence per check of a run that did not pass."""
    records = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    evaluations = [
        record.event_log_entry.dagster_event.asset_check_evaluation_data
        for record in records
        if record.event_log_entry.dagster_event
    ]
    return [
        f"{evaluation.check_name} on {evaluation.asset_key.to_user_string()}"
        f" ({evaluation.severity.value}): {evaluation.description or 'failed'}"
        for evaluation in evaluations
        if not evaluation.passed
    ]


def alert_text(job_name: str, run_id: str, failed: Sequence[str], error: str | None) -> str:
    """Cause, run and next step in one message."""
    cause = [error.splitlines()[0]] if error else []
    more = [f"and {len(failed) - MOST_CHECKS} more checks"] if len(failed) > MOST_CHECKS else []
    return "\n".join(
        [
            f"{job_name} needs attention (run {run_id})",
            *cause,
            *(f"- {sentence}" for sentence in failed[:MOST_CHECKS]),
            *more,
            f"Next: open /runs/{run_id} in Dagster; the marts of the last good night stay up.",
        ]
    )
