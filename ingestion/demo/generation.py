"""Generation: plays the demo world and has every system write its files.

The only module of the package that touches a folder of its own accord; what happens belongs
in ``world``, notation in ``writers``, answers in ``truth``.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from ingestion.demo import config
from ingestion.demo.config import World
from ingestion.demo.names import Directory
from ingestion.demo.output import Output
from ingestion.demo.recording import length
from ingestion.demo.truth import write_truth
from ingestion.demo.world import History, play
from ingestion.demo.writers.clinic import write_clinic
from ingestion.demo.writers.crm import write_crm
from ingestion.demo.writers.desk import write_desk
from ingestion.demo.writers.detail_records import write_detail_records
from ingestion.demo.writers.floor import write_floor
from ingestion.demo.writers.market_research import write_market_research
from ingestion.demo.writers.messages import write_messages
from ingestion.demo.writers.panels import write_panels
from ingestion.demo.writers.partner_reports import write_partner_reports
from ingestion.demo.writers.partners import write_partners
from ingestion.demo.writers.pbx import write_queue_log
from ingestion.demo.writers.site import write_site
from ingestion.demo.writers.surveys import write_surveys

FEWEST_CUSTOMERS = 20
STATE_FILE = "demo_state.json"
_CODE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class DemoReport:
    """What one generation did.

    Args:
        as_of: the day after the last generated one.
        events: number of events of each kind in the whole history.
        files_written: files that are new or changed.
        is_repeated: nothing was played, because these parameters were played before.
    """

    as_of: date
    events: dict[str, int]
    files_written: int
    is_repeated: bool = False


def generate(
    root: Path,
    *,
    until: date | None = None,
    customers: int = 5_000,
    days: int = 730,
    scale: int = 1,
    seed: int = 7,
    progress: Callable[[str], None] = lambda _: None,
) -> DemoReport:
    """Write the inbox files and the truth of the demo company below ``root``.

    The same arguments write the same bytes, and a later ``until`` only adds to them.

    Args:
        root: folder of the demo company.
        until: last generated day, ``config.LAST_DAY`` by default.
        customers: number of persons.
        scale: factor of ``customers``.
        days: length of the history, counted back from ``config.LAST_DAY``.
        seed: start of all randomness.
        progress: receives a line now and then.

    Raises:
        ValueError: ``until`` lies before the first day, or there are too few customers.
    """
    world = World(customers=customers * scale, days=days, seed=seed, until=until or config.LAST_DAY)
    _check(world)
    held = _held_report(root, world)
    if held:
        return held
    history = play(world, progress)
    output = _write(history, Output(root=root), progress)
    report = DemoReport(
        as_of=world.until + timedelta(days=1),
        events={name: length(table) for name, table in history.tables.items()},
        files_written=len(output.written),
    )
    _remember(root, world, report)
    return report


def _check(world: World) -> None:
    if world.until < world.first_day:
        raise ValueError(f"until is {world.until}: it must be {world.first_day} or later")
    if world.customers < FEWEST_CUSTOMERS:
        raise ValueError(f"customers is {world.customers}: it must be {FEWEST_CUSTOMERS} or more")


def _write(history: History, output: Output, progress: Callable[[str], None]) -> Output:
    directory = Directory(history.people)
    for name, write in (
        ("crm", write_crm),
        ("queue log", write_queue_log),
        ("call detail records", write_detail_records),
        ("surveys", write_surveys),
        ("partners", write_partners),
        ("desk", write_desk),
    ):
        write(history, directory, output)
        progress(f"wrote {name}")
    for write in (write_partner_reports, write_messages, write_floor, write_site, write_clinic):
        write(history, directory, output)
    progress("wrote reports")
    write_market_research(history, output)
    write_panels(history, output)
    progress("wrote market research")
    write_truth(history, directory, output)
    progress("wrote truth")
    return output


def _fingerprint(world: World) -> str:
    """Hash of the parameters and of the simulator itself."""
    digest = hashlib.sha256(json.dumps(asdict(world), default=str).encode())
    for path in sorted(_CODE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _held_report(root: Path, world: World) -> DemoReport | None:
    """The report of the last generation, if it had the same parameters and its files are here."""
    try:
        state = json.loads((root / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if state.get("fingerprint") != _fingerprint(world) or not (root / "inbox" / "crm").is_dir():
        return None
    return DemoReport(
        as_of=date.fromisoformat(state["as_of"]),
        events=state["events"],
        files_written=0,
        is_repeated=True,
    )


def _remember(root: Path, world: World, report: DemoReport) -> None:
    state = {
        "fingerprint": _fingerprint(world),
        "as_of": report.as_of.isoformat(),
        "events": report.events,
    }
    (root / STATE_FILE).write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
