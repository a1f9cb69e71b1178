"""Alerts on runs: what failed in a run, or did not pass, is told once until it is mended.

Dagster itself is silent about failed checks that do not block. What is told while nothing
runs is found in ``watching``; how a message leaves belongs in ``lib.messaging``.
"""

from collections.abc import Mapping, Sequence

import dagster as dg

from orchestration.lib.environment import Environment, alert_receivers, ui_address
from orchestration.lib.troubles import Trouble, TroubleBook

Owners = Mapping[dg.AssetKey, Sequence[str]]

OWNER = "team:data_engineering"
NEXT_STEPS = {
    "_extracted": "mend the source; the next night goes on from the last landed row",
    "_contract": "look at the refused load: python -m ingestion quarantine",
    "usual_volumes": "ask the source whether the day was special; its rows are counted as they are",
    "one_content_per_version": "ask the source for a version that moves with every change",
    "_sent": "mend the receiver; the next night sends again",
}
"""What to do about a check, by the end of its name."""
OF_A_CHECK = "open the check in Dagster, mend its cause, then make nightly"
OF_A_RUN = (
    "open the run, mend its cause, then make nightly; the marts of the last good night stay up"
)


def alert_sensors(environment: Environment, owners: Owners) -> list[dg.SensorDefinition]:
    """One sensor for runs that failed, one for runs that ended well but not wholly."""
    return [
        _sensor("run_failure_alert_sensor", dg.DagsterRunStatus.FAILURE, environment, owners),
        _sensor("failed_check_alert_sensor", dg.DagsterRunStatus.SUCCESS, environment, owners),
    ]


def _sensor(
    name: str, status: dg.DagsterRunStatus, environment: Environment, owners: Owners
) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=name,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Tells of trouble in every run that ended with {status.value}.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        run = context.dagster_run
        error = None
        if status is dg.DagsterRunStatus.FAILURE:
            error = context.dagster_event.message or "the run failed"
        found, refusals = tell_of_run(
            context.instance, run.job_name, run.run_id, error, environment, owners
        )
        for trouble in found:
            context.log.warning(trouble.text)
        for refusal in refusals:
            context.log.error(refusal)
        return None if found else dg.SkipReason("every check passed")

    return sensor


def tell_of_run(
    instance: dg.DagsterInstance,
    job_name: str,
    run_id: str,
    error: str | None,
    environment: Environment,
    owners: Owners,
) -> tuple[list[Trouble], list[str]]:
    """Tell what is wrong with a run, and forget what it mended.

    Args:
        instance: where the run is recorded.
        job_name: of the run.
        run_id: of the run.
        error: why it failed; None when it did not.
        environment: the company and its places.
        owners: of assets; data engineering where it names none.

    Returns:
        The troubles of the run, and a sentence per receiver that took no message.
    """
    link = f"{ui_address()}/runs/{run_id}"
    evaluations = _evaluations(instance, run_id)
    failed = [found for found in evaluations if not found.passed]
    troubles = [_of_check(found, link, owners) for found in failed]
    healed = {_key(found) for found in evaluations if found.passed}
    if error is None:
        healed.add(f"run:{job_name}:*")
    else:
        troubles.insert(0, _of_run(job_name, error, link))
    company = environment.sources.company
    book = TroubleBook(environment.home.root / "told_troubles.json", company.key)
    return troubles, book.tell(troubles, alert_receivers(), healed=healed)


def _evaluations(instance: dg.DagsterInstance, run_id: str) -> list[dg.AssetCheckEvaluation]:
    records = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    return [
        record.event_log_entry.dagster_event.asset_check_evaluation_data
        for record in records
        if record.event_log_entry.dagster_event
    ]


def _key(found: dg.AssetCheckEvaluation) -> str:
    return f"check:{found.asset_key.to_user_string()}:{found.check_name}"


def _of_check(found: dg.AssetCheckEvaluation, link: str, owners: Owners) -> Trouble:
    ends = (step for end, step in NEXT_STEPS.items() if found.check_name.endswith(end))
    return Trouble(
        key=_key(found),
        cause=f"{found.check_name} on {found.asset_key.to_user_string()}"
        f" ({found.severity.value}): {found.description or 'failed'}",
        owner=", ".join(owners.get(found.asset_key, ())) or OWNER,
        link=link,
        next_step=next(ends, OF_A_CHECK),
    )


def _of_run(job_name: str, error: str, link: str) -> Trouble:
    cause = error.splitlines()[0] if error else "the run failed"
    return Trouble(
        key=f"run:{job_name}:{cause}",
        cause=f"{job_name}: {cause}",
        owner=OWNER,
        link=link,
        next_step=OF_A_RUN,
    )
