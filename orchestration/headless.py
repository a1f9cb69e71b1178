"""The nightly run, and a refresh of cases, without a user interface.

As a schedule of the machine or a person on a terminal runs them.

Progress goes to standard error, the one screen to standard output; what the library and dbt
print besides goes to a log file. What the steps do is defined in ``defs``.
"""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion import IngestionError
from orchestration.lib import erasures
from orchestration.lib.disk import lack_of_right, lack_of_room
from orchestration.lib.environment import Environment, load_environment, use_project_instance
from orchestration.lib.job_names import NIGHTLY_JOB, REFRESH_JOB
from orchestration.lib.lock import WarehouseLockedError, hold_lock
from serving import (
    LISTS,
    REPORT,
    ROLES,
    ScreenSettings,
    ServingError,
    cases_version,
    current_version,
    render,
    rollback,
)

if TYPE_CHECKING:
    from dagster import DagsterEvent


class NightFailedError(Exception):
    """The night ended without a publication; the message says why and what to do."""


def run_night(*, is_debug: bool = False) -> Environment:
    """Run the nightly job to its end and return the environment that it ran in.

    It waits for the end of a refresh of cases, and for nothing else.

    Args:
        is_debug: raise the original error instead of a sentence.

    Raises:
        NightFailedError: nothing was published; the version before stays up.
    """
    return _run(NIGHTLY_JOB, waits_for=(REFRESH_JOB,), is_debug=is_debug)


def _run(job_name: str, *, waits_for: Sequence[str] = (), is_debug: bool) -> Environment:
    """Run a job to its end and return the environment that it ran in.

    Args:
        job_name: which one.
        waits_for: jobs for whose end it waits.
        is_debug: raise the original error instead of a sentence.

    Raises:
        NightFailedError: nothing was published; the version before stays up.
    """
    try:
        environment = load_environment()
        root = environment.home.root
        if lack := lack_of_right(root) or lack_of_room(root):
            raise NightFailedError(lack)
        use_project_instance(environment)
        # A second run must say so within a moment, not after Dagster has loaded.
        with hold_lock(environment.lock_file, waits_for=waits_for):
            if job_name == NIGHTLY_JOB:
                erasures.clean(environment, _tell)
        _execute_with_room(environment, job_name)
        if job_name == NIGHTLY_JOB:
            with hold_lock(environment.lock_file, waits_for=waits_for):
                erasures.finish(environment, _tell)
    except NightFailedError:
        raise
    except Exception as error:
        if is_debug:
            raise
        raise NightFailedError(_sentence(error)) from error
    return environment


def _execute_with_room(environment: Environment, job_name: str) -> None:
    """Run the job; what breaks on a full disk breaks in many ways, so the disk is asked."""
    try:
        _execute(environment, job_name)
    except Exception as error:
        if full := lack_of_room(environment.home.root):
            raise NightFailedError(full) from error
        raise


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr)


def screen(environment: Environment) -> str:
    """The one screen of what is published now; empty before the first publication."""
    version = current_version(environment.home.marts)
    if version is None:
        return ""
    company, home = environment.sources.company, environment.home
    current = home.marts / "current"
    of_this_night = {"lists": LISTS, "roles": ROLES}
    return render(
        version,
        ScreenSettings(
            language=company.language,
            company_name=company.name.get(company.language) or company.key,
            time_zone=company.time_zone,
            calendar=company.calendar,
            is_demo=company.is_demo,
            paths={
                "report": _shown(current / REPORT),
                "marts": _shown(current / "marts.duckdb"),
                "parquet": _shown(current / "parquet"),
                **{
                    key: _shown(current / folder)
                    for key, folder in of_this_night.items()
                    if (version / folder).is_dir()
                },
                "warehouse": _shown(home.warehouse),
                "inbox": _shown(home.inbox),
            },
        ),
    )


def _execute(environment: Environment, job_name: str) -> None:
    import dagster as dg

    from orchestration.build import build_defs
    from orchestration.defs.automation import alerts
    from orchestration.lib.progress import ONLY_PROGRESS

    log = environment.home.root / "nightly.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with _standard_output_to(log), dg.DagsterInstance.get() as instance:
        definitions = build_defs(environment=environment)
        job = definitions.resolve_job_def(job_name)
        result = job.execute_in_process(
            instance=instance, run_config=ONLY_PROGRESS, raise_on_error=False
        )
        reasons = [_cause(event) for event in result.all_events if event.is_step_failure]
        owners = {spec.key: spec.owners for spec in definitions.resolve_all_asset_specs()}
        error = None if result.success else "; ".join(reasons)
        alerts.tell_of_run(instance, job_name, result.run_id, error, environment, owners)
    if not result.success:
        why = "; ".join(reasons) or "the run could not start"
        raise NightFailedError(
            f"{why}\nThe marts of the last good night stay up. Log: {_shown(log)}"
        )


def _cause(event: "DagsterEvent") -> str:
    """The innermost message of a failed step."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    message = error.message.strip() if error else event.message or ""
    return message.split(": ", 1)[-1]


def _sentence(error: BaseException) -> str:
    known = (IngestionError, ServingError, WarehouseLockedError, OSError)
    if isinstance(error, known):
        return str(error)
    return f"{type(error).__name__}: {error}".strip() + " (run again with --debug for the trace)"


def _shown(path: Path) -> Path:
    """A path as a person types it in this folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@contextmanager
def _standard_output_to(log: Path) -> Iterator[None]:
    """Send everything that libraries print, also from their own processes, to a file."""
    sys.stdout.flush()
    kept = os.dup(1)
    with log.open("a", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)


def nightly(arguments: Sequence[str]) -> int:
    """``python -m orchestration nightly``: exit code 0 only when a night was published."""
    is_debug = "--debug" in arguments
    # A log that cannot be written is no news beside the reason why.
    logging.raiseExceptions = is_debug
    try:
        environment = run_night(is_debug=is_debug)
    except NightFailedError as error:
        print(f"The night failed: {error}", file=sys.stderr)
        return 1
    print(screen(environment), end="")
    return 0


def refresh(arguments: Sequence[str]) -> int:
    """``python -m orchestration refresh``: the cases of today so far, without a night."""
    try:
        environment = _run(REFRESH_JOB, is_debug="--debug" in arguments)
    except NightFailedError as error:
        print(f"The cases were not refreshed: {error}", file=sys.stderr)
        return 1
    folder = cases_version(environment.home.marts)
    print(f"cases: {_shown(folder) if folder else 'nothing has been published yet'}")
    return 0


def show_screen(arguments: Sequence[str]) -> int:
    """``python -m orchestration screen``: what is published now."""
    try:
        shown = screen(load_environment())
    except (IngestionError, ServingError) as error:
        print(error, file=sys.stderr)
        return 1
    if not shown:
        print("Nothing has been published yet: run `make nightly`.", file=sys.stderr)
        return 1
    print(shown, end="")
    return 0


def roll_back(arguments: Sequence[str]) -> int:
    """``python -m orchestration rollback [run id]``: make an older version current."""
    try:
        version = rollback(load_environment().home.marts, next(iter(arguments), None))
    except (IngestionError, ServingError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"published again: {_shown(version)}")
    return 0


def watch(arguments: Sequence[str]) -> int:
    """``python -m orchestration watch``: exit code 1, and an alert, when the nights are silent.

    For a timer of the machine, which beats also when the daemon of Dagster does not.
    """
    try:
        environment = load_environment()
        use_project_instance(environment)
    except IngestionError as error:
        print(error, file=sys.stderr)
        return 1
    import dagster as dg

    from orchestration.defs.automation.watching import tell_silence

    with dg.DagsterInstance.get() as instance:
        found, refusals = tell_silence(instance, environment)
    for line in [*(trouble.text for trouble in found), *refusals]:
        print(line, file=sys.stderr)
    return 1 if found or refusals else 0
