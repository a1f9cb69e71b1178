"""Writes the digests: a page and the plain body of a message per role, in one language.

Both say the same lines. What a digest is about is found in ``reading``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from serving import durable
from serving.alerts import sentence
from serving.digest.declaration import BUNDLED_DIGESTS, DigestError, load_digests
from serving.digest.reading import Day, Told, attached, read, read_company, role_files
from serving.headlines import MONTHS, SMALLEST_PLACE, Calendar
from serving.report.content import LABELS
from serving.report.page import ReportSettings
from serving.report.sections import Row, rows
from serving.report.templates import rendered
from serving.versions import DATABASE
from serving.wording import Wording

TEMPLATE = "digest.html.jinja"
MOST_MOVED = 8
MOST_ALERTS = 5
MOST_REASONS = 6
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Line:
    """What is told, and the facts about it."""

    name: str
    facts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The line as plain text."""
        facts = " · ".join(fact for fact in self.facts if fact)
        return f"{self.name}: {facts}" if facts else self.name


@dataclass(frozen=True)
class Block:
    """A heading and its lines."""

    title: str
    lines: list[Line]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """One digest, worded; ``name`` is that of its files."""

    name: str
    title: str
    subtitle: str
    demo: str
    blocks: list[Block]
    end: str

    @property
    def text(self) -> str:
        """The body of a message."""
        parts = [line for line in (self.demo, self.title, self.subtitle) if line]
        for block in self.blocks:
            parts += ["", block.title, *(f"- {line.text}" for line in block.lines)]
        return "\n".join([*parts, "", self.end, ""])


def write_digests(
    version: Path, settings: ReportSettings, declared: Path = BUNDLED_DIGESTS
) -> dict[str, Path]:
    """Write ``digest-<role>.html`` and ``.txt`` into a version: the path of each page.

    Args:
        version: folder of the version, as ``current_version`` tells.
        settings: the company's language, names and calendar.
        declared: which KPIs and areas each role is told of.

    Raises:
        DigestError: the declaration is not understood.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        digests = list(_digests(connection, version, settings, declared))
    for stale in version.glob("digest-*"):
        stale.unlink()
    pages = {}
    for digest in digests:
        html = rendered(TEMPLATE, digest=digest, settings=settings)
        pages[digest.name] = version / f"digest-{digest.name}.html"
        durable.write_text(pages[digest.name], html)
        durable.write_text(version / f"digest-{digest.name}.txt", digest.text)
    return pages


def digest_messages(
    version: Path, settings: ReportSettings, declared: Path = BUNDLED_DIGESTS
) -> dict[str, tuple[str, str]]:
    """Subject and body of the message of every digest, by its name; nothing is written.

    Args:
        version: folder of the version, as ``current_version`` tells.
        settings: the company's names and calendar, and the reader's language.
        declared: which KPIs and areas each role is told of.

    Raises:
        DigestError: the declaration is not understood.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        digests = _digests(connection, version, settings, declared)
        return {digest.name: (digest.title, digest.text) for digest in digests}


def digest_text(version: Path, name: str) -> str:
    """The body of the message of one digest, as the night wrote it.

    Args:
        version: folder of the version, as ``current_version`` tells.
        name: of the digest, such as ``executive`` or ``market_manager-dubai``.

    Raises:
        DigestError: the version has no such digest.
    """
    path = version / f"digest-{name}.txt"
    if not path.exists():
        known = sorted(file.stem.removeprefix("digest-") for file in version.glob("digest-*.txt"))
        raise DigestError(f"{version} has no digest {name}; it has {', '.join(known) or 'none'}")
    return path.read_text(encoding="utf-8")


def _digests(
    connection: duckdb.DuckDBPyConnection,
    version: Path,
    settings: ReportSettings,
    declared: Path,
) -> Iterator[Digest]:
    known = {row["kpi_id"] for row in rows(connection, "select distinct kpi_id from dim_kpi")}
    book = load_digests(declared, known)
    [(as_of,)] = connection.execute("select as_of from _meta").fetchall()
    day = Day(as_of, MONTHS[settings.calendar], settings.language)
    jalali = Calendar(connection) if settings.calendar == "jalali" else None
    voice = _Voice(Wording(settings.language, jalali), connection)
    company = read_company(connection, day)
    for role, rule in book.digests.items():
        for file in role_files(version, role, rule):
            with attached(connection, file):
                told = read(connection, company, rule, day)
            key = file.stem.removeprefix(f"{role}-") if file and rule.per else None
            # Customers without a market have no manager.
            if key != UNKNOWN:
                yield _digest(voice, told, settings, as_of=as_of, role=role, key=key)


def _digest(
    voice: "_Voice",
    told: Told,
    settings: ReportSettings,
    *,
    as_of: date,
    role: str,
    key: str | None,
) -> Digest:
    names = settings.company_names
    company = names.get(settings.language) or next(iter(names.values()))
    say = voice.wording.say
    place = next((row["place"] for row in told.own_place), key)
    title = say("roles", role) + (f" · {place}" if place else "")
    day = say("as_of", date=voice.wording.date(as_of), time_zone=settings.time_zone)
    return Digest(
        name=f"{role}-{key}" if key else role,
        title=voice.say("title", role=title),
        subtitle=f"{company} · {day}",
        demo=say("report", "demo") if settings.is_demo else "",
        blocks=list(voice.blocks(told, place)),
        end=voice.say("report"),
    )


class _Voice:
    """The lines of a digest in one language."""

    def __init__(self, wording: Wording, connection: duckdb.DuckDBPyConnection) -> None:
        self.wording = wording
        self._labels = {
            (row["domain"], row["code"]): row[f"name_{wording.language}"]
            for row in rows(connection, LABELS)
        }

    def say(self, key: str, **values: str) -> str:
        return self.wording.say("digest", key, **values)

    def blocks(self, told: Told, place: str | None) -> Iterator[Block]:
        followed = [self._kpi(row) for row in told.followed]
        no_value = (self.wording.say("no_value"),)
        followed += [Line(name, no_value) for name in told.without_value]
        yield self._block(self.say("followed"), followed)
        if place:
            yield self._block(place, [self._kpi(row) for row in told.own_place])
        moved = [self._kpi(row) for row in told.moved]
        if moved:
            yield self._block(self.say("moved"), moved, MOST_MOVED)
        alerts = [Line(sentence(row, self.wording)) for row in told.alerts]
        yield self._block(self.say("alerts"), alerts, MOST_ALERTS)
        yield self._block(self.say("cases"), self._cases(told.cases), MOST_REASONS + 1)
        priorities = [self._priority(row) for row in told.priorities]
        yield self._block(self.say("priorities"), priorities)
        pain_points = [self._pain_point(row) for row in told.pain_points]
        yield self._block(self.wording.say("report", "sections", "pain_points"), pain_points)

    def _block(self, title: str, lines: list[Line], most: int | None = None) -> Block:
        shown = lines[:most] or [Line(self.say("none"))]
        if most is not None and len(lines) > most:
            shown.append(Line(self.say("more", count=self._count(len(lines) - most))))
        return Block(title, shown)

    def _kpi(self, row: Row) -> Line:
        def measure(value: float) -> str:
            currency = f" {row['currency_code']}" if row["currency_code"] else ""
            return self.wording.measure(value, layout, row["unit"]) + currency

        layout = row["display_format"] or "0.0"
        status = self.wording.say("status", row["status"]) if row["status"] else ""
        target = ""
        if row["target"] is not None:
            target = self.wording.say("target", target=measure(row["target"]))
        return Line(
            row["name"],
            (
                f"{measure(row['value'])} {status}".strip(),
                self._change(row, layout),
                self.wording.say("count", n=self._count(row["n"])),
                target,
                self._period(row),
            ),
        )

    def _change(self, row: Row, layout: str) -> str:
        if row["delta"] is None or row["delta_significant"] is None:
            is_small = row["n"] < SMALLEST_PLACE
            say = self.wording.say
            return say("unknown_change") if is_small else say("report", "no_comparison")
        delta = self.wording.measure(row["delta"], f"+{layout.lstrip('+')}")
        return self.wording.say("significant" if row["delta_significant"] else "noise", delta=delta)

    def _period(self, row: Row) -> str:
        if row["period_type"] != "week":
            return self.say("month", month=self.wording.month(row["period_start"]))
        last = row["period_end"] - timedelta(days=1)
        start, end = self.wording.date(row["period_start"]), self.wording.date(last)
        return self.say("week", start=start, end=end)

    def _cases(self, cases: list[Row]) -> list[Line]:
        if not cases:
            return []
        totals = [sum(row[key] for row in cases) for key in ("count_open", "count_overdue")]
        lines = [self._case_line(self.say("total"), *totals)]
        for row in cases:
            name = f"{self._label('owner', row['owner'])} · {self._label('reason', row['reason'])}"
            lines.append(self._case_line(name, row["count_open"], row["count_overdue"]))
        return lines

    def _case_line(self, name: str, count_open: int, count_overdue: int) -> Line:
        counts = {"open": self._count(count_open), "overdue": self._count(count_overdue)}
        return Line(name, (self.say("cases_line", **counts),))

    def _priority(self, row: Row) -> Line:
        fact = self.say(
            "priority_line",
            value=self.wording.measure(row["csat_pct"], "0.0", "percent"),
            gap=self.wording.measure(row["gap_points"], "0.0"),
        )
        return Line(self._label("touchpoint", row["touchpoint"]), (fact,))

    def _pain_point(self, row: Row) -> Line:
        domain = "reason" if row["theme_kind"] == "reason" else "theme"
        fact = self.say(
            "pain_line",
            count=self._count(row["count_mentions"]),
            extra=self._count(row["count_extra_contacts"] or 0),
        )
        return Line(self._label(domain, row["theme"]), (fact,))

    def _label(self, domain: str, code: str) -> str:
        return self._labels.get((domain, code)) or code

    def _count(self, number: int) -> str:
        return self.wording.number(number)
