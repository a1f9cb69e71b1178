"""KPI alerts: what lies beyond its red line for sure, told once, in the company's language.

Which values alert, and their order, is decided in ``mart_kpi_alert``. By which way a message
leaves belongs in ``orchestration``; this module keeps the memory of what was told.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from serving import durable
from serving.headlines import Calendar
from serving.versions import DATABASE
from serving.wording import Language, Wording

MOST_ALERTS = 5
KEPT_IDS = 2_000

ALERTS = """
    select alerts.*, coalesce(owners.{name}, alerts.owner) as owner_name
    from mart_kpi_alert as alerts
    left join dim_labels as owners on owners.domain = 'owner' and alerts.owner = owners.code
    order by alerts.urgency
"""


@dataclass(frozen=True)
class Alert:
    """One alert: its id, the same in every run, and its sentence."""

    alert_id: str
    text: str


class Told:
    """The alerts that were told before, kept in a small file that survives any kill."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: list[str] = json.loads(path.read_text("utf-8")) if path.exists() else []

    def __contains__(self, alert_id: str) -> bool:
        return alert_id in self._ids

    def add(self, alerts: Iterable[Alert]) -> None:
        """Remember alerts that have left; call it only after they did."""
        self._ids = [*self._ids, *(alert.alert_id for alert in alerts)][-KEPT_IDS:]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        durable.write_text(self._path, json.dumps(self._ids, indent=1))


def new_alerts(
    version: Path, told: Told, *, language: Language = "en", calendar: str = "gregorian"
) -> list[Alert]:
    """The most urgent alerts of a version that nobody was told yet, five at most.

    Args:
        version: folder of the version, as ``current_version`` tells.
        told: memory of earlier nights.
        language: of the sentences.
        calendar: of their dates, ``gregorian`` or ``jalali``.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        wording = Wording(language, Calendar(connection) if calendar == "jalali" else None)
        cursor = connection.execute(ALERTS.format(name=f"name_{language}"))
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        fresh = [row for row in rows if row["alert_id"] not in told][:MOST_ALERTS]
        return [Alert(row["alert_id"], sentence(row, wording)) for row in fresh]


def message(alerts: Sequence[Alert], language: Language, link: str = "") -> str:
    """One message for all of them, with a link to the report; empty without any."""
    wording, lines = Wording(language), [f"- {alert.text}" for alert in alerts]
    if lines and link:
        lines.append(wording.say("alerts", "report", link=wording.literal(link)))
    return "\n".join([wording.say("alerts", "title"), *lines]) if lines else ""


def sentence(row: dict[str, Any], wording: Wording) -> str:
    """An alert in words: a row of ``ALERTS``; a worst place without a value is not named."""

    def measure(value: float) -> str:
        return wording.measure(value, row["display_format"] or "0.0", row["unit"])

    def say(key: str, **values: str) -> str:
        return wording.say("alerts", key, **values)

    language = wording.language
    last = row["period_end"] - timedelta(days=1)
    period = f"{wording.date(row['period_start'])} – {wording.date(last)}"
    name, place = row[f"kpi_name_{language}"], row[f"grain_label_{language}"]
    facts = [wording.say("count", n=wording.number(row["n"]))]
    if row["ci_low"] is not None and row["ci_high"] is not None:
        low, high = measure(row["ci_low"]), measure(row["ci_high"])
        facts.insert(0, wording.say("explain", "interval", low=low, high=high))
    facts.append(say("red_line", value=measure(row["red_line"])))
    facts.append(say(row["cause"]))
    if row["worst_value"] is not None:
        worst = row[f"worst_label_{language}"] or row["worst_grain_key"]
        facts.append(say("worst", place=worst, value=measure(row["worst_value"])))
    facts.append(say("owner", owner=row["owner_name"]))
    facts.append(wording.literal(_command(row)))
    return f"{name} · {place} · {period}: {measure(row['value'])} · " + " · ".join(facts)


def _command(row: dict[str, Any]) -> str:
    """How to see what stands behind it."""
    command = f"make explain KPI={row['kpi_id']} STATISTIC={row['statistic']}"
    if row["grain_name"] == "company":
        return command
    return f"{command} GRAIN={row['grain_name']}={row['grain_key']}"
