"""The section of the KPIs that lie beyond their red line, as ``mart_kpi_alert`` decided."""

from datetime import timedelta

import duckdb

from serving.report.edition import Edition
from serving.report.sections import Cell, Part, Row, Section, Span, rows

MOST = 12
SHOWN_GRAINS = ("company", "market", "segment", "product", "channel", "touchpoint", "queue")
"""No single agent or seller is named to every reader."""

ALERTS = """
    select *, count(*) over () as count_all
    from mart_kpi_alert
    where grain_name in (select unnest($grains))
    order by urgency
    limit $most
"""


def read(connection: duckdb.DuckDBPyConnection, span: Span) -> list[Row]:
    """The most urgent alerts of the version."""
    return rows(connection, ALERTS, {"grains": list(SHOWN_GRAINS), "most": MOST})


def shown(alerts: list[Row], edition: Edition) -> Section:
    """A line per alert: KPI, place, value with interval, red line, cause and worst place."""
    lead = ""
    if alerts and alerts[0]["count_all"] > len(alerts):
        lead = edition.report(
            "sections",
            "most_urgent",
            shown=edition.count(len(alerts)),
            total=edition.count(alerts[0]["count_all"]),
        )
    return Section(
        anchor="alerts",
        title=edition.say("alerts", "title"),
        lead=lead,
        columns=tuple(
            edition.report("columns", key)
            for key in ("kpi", "value", "red_line", "cause", "worst", "owner")
        ),
        rows=[_line(alert, edition) for alert in alerts],
    )


def _line(alert: Row, edition: Edition) -> list[Cell]:
    def measure(value: float | None) -> str:
        return edition.value(value, alert["display_format"] or "0.0", alert["unit"])

    language = edition.language
    last = alert["period_end"] - timedelta(days=1)
    period = f"{edition.day(alert['period_start'])} – {edition.day(last)}"
    interval = ""
    if alert["ci_low"] is not None and alert["ci_high"] is not None:
        interval = f"{measure(alert['ci_low'])} – {measure(alert['ci_high'])} · "
    worst = Cell("")
    if alert["worst_value"] is not None:
        place = alert[f"worst_label_{language}"] or alert["worst_grain_key"]
        worst = Cell(place, measure(alert["worst_value"]))
    place = alert[f"grain_label_{language}"] or alert["grain_key"]
    count = edition.say("count", n=edition.count(alert["n"]))
    return [
        Cell(alert[f"kpi_name_{language}"], f"{place} · {period}"),
        Cell(measure(alert["value"]), interval + count),
        Cell(measure(alert["red_line"])),
        Cell(edition.say("alerts", alert["cause"])),
        worst,
        Cell(edition.label("owner", alert["owner"])),
    ]


PARTS = (Part(read, shown),)
