"""What is wrong although nothing failed: no night, a night that did not start, old sources.

Pure judgements on what the home tells and on times that the caller hands over; who asks, and
when, belongs in ``defs.automation.watching`` and on the command line.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.lib.environment import Environment, ui_address
from orchestration.lib.troubles import Trouble
from serving import built_at, current_version

NIGHT_HOUR = 2
"""Of the nightly schedule, in the company's time zone."""
LONGEST_SILENCE = timedelta(hours=26)
"""Between two publications: a day, and the longest night."""
GRACE = timedelta(hours=1)
"""After which a night that has not started did not start."""

OWNER = "team:data_engineering"
HEARTBEAT, MISSED, STALE = "heartbeat", "missed_night", "stale:"
ALL = (HEARTBEAT, MISSED, f"{STALE}*")
"""Every trouble that is found here: what is not found again is over."""


def silences(environment: Environment, now: datetime, last_start: datetime | None) -> list[Trouble]:
    """What nobody hears of by itself.

    Args:
        environment: the company and its places.
        now: the time, in UTC.
        last_start: when a night last started, in UTC; None when none is known of.
    """
    return [
        *_heartbeat(environment, now),
        *_missed(environment, now, last_start),
        *_stale(environment),
    ]


def _heartbeat(environment: Environment, now: datetime) -> Iterator[Trouble]:
    version = current_version(environment.home.marts)
    if version is None:
        return
    published = built_at(version)
    hours = int((now - published) / timedelta(hours=1))
    if now - published > LONGEST_SILENCE:
        yield Trouble(
            key=HEARTBEAT,
            cause=f"nothing has been published for {hours} hours",
            owner=OWNER,
            link=f"{ui_address()}/runs",
            next_step="see whether the daemon of Dagster runs, then make nightly",
        )


def _missed(
    environment: Environment, now: datetime, last_start: datetime | None
) -> Iterator[Trouble]:
    zone = ZoneInfo(environment.sources.company.time_zone)
    local = now.astimezone(zone)
    due = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if local < due + GRACE:
        due -= timedelta(days=1)
    if last_start is not None and last_start < due:
        yield Trouble(
            key=MISSED,
            cause=f"the night of {due:%Y-%m-%d %H:%M} ({zone.key}) did not start",
            owner=OWNER,
            link=f"{ui_address()}/overview/schedules",
            next_step="start the daemon of Dagster; the next night reads what this one missed",
        )


def _stale(environment: Environment) -> Iterator[Trouble]:
    frozen = environment.home.frozen_inputs
    for source in _read(frozen)["sources"] if frozen.exists() else ():
        if source["status"] == "stale":
            yield Trouble(
                key=f"{STALE}{source['id']}",
                cause=f"source {source['id']} is stale: {source['message']}",
                owner=OWNER,
                link=f"{ui_address()}/asset-groups/ingestion",
                next_step="mend the source; its KPIs show how far its data goes",
            )


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
