"""The calling lists: cases and offers of each area with names and numbers, in the contact zone.

A line is on them when it has a purpose, and its person allows to be contacted for that
purpose in at least one way. Lines and workbooks are those of ``serving.lists``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from serving.contact.purposes import load_purposes
from serving.contact.reading import Contacts, Person
from serving.errors import ContactError
from serving.lists import LISTS, SHEETS, ListSettings, all_lines
from serving.workbooks import Columns, Line, write_workbooks

PERSONAL = {"name": 24, "phone": 20, "phone_abroad": 20, "email": 28}


@dataclass(frozen=True)
class CallingLists:
    """What was written.

    Args:
        paths: the workbook of each area.
        count_listed: lines on them.
        left_out: lines that are on none, by why: ``refused`` (or no longer known), ``no_way``
            (neither number nor address), ``do_not_contact`` or another step without a purpose.
    """

    paths: Mapping[str, Path]
    count_listed: int
    left_out: Mapping[str, int]


def write_calling_lists(
    folder: Path,
    version: Path,
    settings: ListSettings,
    *,
    role: str,
    account: str,
    night: Path | None = None,
) -> CallingLists:
    """Replace ``lists/`` in the contact zone; each file stands in the read log, by purpose.

    Args:
        folder: the zone's.
        version: folder of the published version whose cases they are.
        settings: language, time zone and calendar.
        role: whose right is used.
        account: who writes them, for the log.
        night: folder of the version whose offers they are; by default the same.

    Raises:
        ContactError: not this role, no zone, or the lists could not be written.
    """
    lines = all_lines(version, settings, night)
    listed, left_out = _with_persons(folder, lines, role, account)
    columns = {sheet: _with_personal(shown) for sheet, shown in SHEETS.items()}
    try:
        paths = write_workbooks(folder / LISTS, listed, columns, settings.language)
        (folder / LISTS).chmod(0o700)
        for path in paths.values():
            path.chmod(0o600)
    except OSError as error:
        raise ContactError(f"{folder / LISTS} could not be written: {error}") from error
    return CallingLists(paths, len(listed), left_out)


def _with_personal(columns: Columns) -> Columns:
    """Columns of a calling list: those of every list, with whom to call after what to do."""
    names = list(columns)
    first = names[: names.index("customer")]
    return {key: columns[key] for key in first} | PERSONAL | dict(columns)


def _with_persons(
    folder: Path, lines: Sequence[Line], role: str, account: str
) -> tuple[list[Line], Counter[str]]:
    """The lines that may be acted on, with their persons, and how many others there are."""
    book, left_out, listed = load_purposes(), Counter[str](), []
    wanted: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        if purpose := book.of_case(reason=line.reason, step=line.step):
            wanted.setdefault((purpose, line.owner), set()).add(line.cells["customer"])
    allowed = {
        (purpose, owner): _read(folder, role, purpose, account, owner, ids)
        for (purpose, owner), ids in wanted.items()
    }
    for line in lines:
        purpose = book.of_case(reason=line.reason, step=line.step)
        people = allowed.get((purpose or "", line.owner), {})
        person = people.get(line.cells["customer"])
        if not purpose or not person:
            left_out["refused" if purpose else line.step] += 1
        elif not (person.phone_e164 or person.email):
            left_out["no_way"] += 1
        else:
            listed.append(_with_person(line, person))
    return listed, left_out


def _read(
    folder: Path, role: str, purpose: str, account: str, owner: str, ids: set[str]
) -> dict[str, Person]:
    with Contacts(folder, role=role, purpose=purpose, account=account) as contacts:
        return contacts.persons(ids, what=f"{LISTS}/{owner}.xlsx")


def _with_person(line: Line, person: Person) -> Line:
    cells = {
        "name": person.full_name,
        "phone": person.phone_national,
        "phone_abroad": person.phone_e164 and f"tel:{person.phone_e164}",
        "email": person.email,
    }
    return replace(line, cells=line.cells | cells)
