"""The calling lists: the open cases of each area with names and numbers, in the contact zone.

A case is on them when it has a purpose, and its person allows to be contacted for that
purpose in at least one way. Cases and workbooks are those of ``serving.lists``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from serving.contact.purposes import load_purposes
from serving.contact.reading import Contacts, Person
from serving.errors import ContactError
from serving.lists import LISTS, SHOWN, Case, ListSettings, open_cases, write_workbooks

PERSONAL = {"name": 24, "phone": 20, "phone_abroad": 20, "email": 28}
FIRST = {key: SHOWN[key] for key in ("case", "due", "overdue", "reason", "step")}
CALLED = FIRST | PERSONAL | {key: width for key, width in SHOWN.items() if key not in FIRST}
"""Columns of a calling list: those of every list, with whom to call after what to do."""


@dataclass(frozen=True)
class CallingLists:
    """What was written.

    Args:
        paths: the workbook of each area.
        count_listed: cases on them.
        left_out: cases that are on none, by why: ``refused`` (or no longer known), ``no_way``
            (neither number nor address), ``do_not_contact`` or another step without a purpose.
    """

    paths: Mapping[str, Path]
    count_listed: int
    left_out: Mapping[str, int]


def write_calling_lists(
    folder: Path, version: Path, settings: ListSettings, *, role: str, account: str
) -> CallingLists:
    """Replace ``lists/`` in the contact zone; each file stands in the read log, by purpose.

    Args:
        folder: the zone's, written for the same version.
        version: folder of the published version, whose cases they are.
        settings: language, time zone and calendar.
        role: whose right is used.
        account: who writes them, for the log.

    Raises:
        ContactError: not this role, no zone, or the lists could not be written.
    """
    cases = open_cases(version, settings)
    listed, left_out = _with_persons(folder, cases, role, account)
    try:
        paths = write_workbooks(folder / LISTS, listed, CALLED, settings.language)
        (folder / LISTS).chmod(0o700)
        for path in paths.values():
            path.chmod(0o600)
    except OSError as error:
        raise ContactError(f"{folder / LISTS} could not be written: {error}") from error
    return CallingLists(paths, len(listed), left_out)


def _with_persons(
    folder: Path, cases: Sequence[Case], role: str, account: str
) -> tuple[list[Case], Counter[str]]:
    """The cases that may be acted on, with their persons, and how many others there are."""
    book, left_out, listed = load_purposes(), Counter[str](), []
    wanted: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        if purpose := book.of_case(reason=case.reason, step=case.step):
            wanted.setdefault((purpose, case.owner), set()).add(case.cells["customer"])
    allowed = {
        (purpose, owner): _read(folder, role, purpose, account, owner, ids)
        for (purpose, owner), ids in wanted.items()
    }
    for case in cases:
        purpose = book.of_case(reason=case.reason, step=case.step)
        people = allowed.get((purpose or "", case.owner), {})
        person = people.get(case.cells["customer"])
        if not purpose or not person:
            left_out["refused" if purpose else case.step] += 1
        elif not (person.phone_e164 or person.email):
            left_out["no_way"] += 1
        else:
            listed.append(_with_person(case, person))
    return listed, left_out


def _read(
    folder: Path, role: str, purpose: str, account: str, owner: str, ids: set[str]
) -> dict[str, Person]:
    with Contacts(folder, role=role, purpose=purpose, account=account) as contacts:
        return contacts.persons(ids, what=f"{LISTS}/{owner}.xlsx")


def _with_person(case: Case, person: Person) -> Case:
    cells = {
        "name": person.full_name,
        "phone": person.phone_national,
        "phone_abroad": person.phone_e164 and f"tel:{person.phone_e164}",
        "email": person.email,
    }
    return replace(case, cells=case.cells | cells)
