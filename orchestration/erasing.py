"""``python -m orchestration erase``: a person who asks for it is shown, then erased everywhere.

Without a confirmation nothing changes. What is found and removed belongs in
``ingestion.erasure`` and ``lib.erasures``, the night that rebuilds in ``headless``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from ingestion import IngestionError
from ingestion.erasure import (
    Person,
    UnknownPersonError,
    begin,
    erased_before,
    page_of,
    pending,
    plan,
    read_certificate,
    read_requests,
)
from orchestration.headless import NightFailedError, run_night
from orchestration.lib import erasures
from orchestration.lib.environment import Environment, load_environment
from orchestration.lib.lock import WarehouseLockedError, hold_lock
from serving import ServingError

USAGE = """usage: make erase PERSON='0912 345 6789' [CONFIRM=yes]
       make erase FILE=requests.csv [CONFIRM=yes]
A person is named by a phone number, an e-mail address, a customer number (crm:1042) or a
customer_id. Without CONFIRM=yes it is only shown what would go. Without a person, CONFIRM=yes
carries on with an erasure that was interrupted."""


def erase(arguments: Sequence[str]) -> int:
    """Exit code 0 when every request was shown, or erased with a clean certificate."""
    person, file, confirmed = [*(word.strip() for word in arguments), "", "", ""][:3]
    is_confirmed = confirmed == "yes"
    if not (person or file or is_confirmed):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        environment = load_environment()
        written = [*([person] if person else []), *(read_requests(Path(file)) if file else [])]
        with hold_lock(environment.lock_file):
            is_known = _begin(environment, written, is_confirmed=is_confirmed)
        if not is_confirmed:
            return 0 if is_known else 1
        is_clean = _rebuild(environment)
    except (IngestionError, ServingError, WarehouseLockedError, NightFailedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if is_known and is_clean else 1


def _begin(environment: Environment, written: Sequence[str], *, is_confirmed: bool) -> bool:
    """Show whom each request means and, when confirmed, begin; whether all were known."""
    sources, home = environment.sources, environment.home
    is_known = True
    for request in written:
        before = erased_before(sources, home, request)
        if before and not before.is_complete:
            print(f"{request}: was asked for before; erasure {before.id} is not complete yet.")
            continue
        try:
            person = plan(sources, home, request, erasures.known_keys(environment))
        except UnknownPersonError as error:
            if before:
                print(f"{request}: was asked for before, and erasure {before.id} is complete.")
            else:
                print(error, file=sys.stderr)
                is_known = False
            continue
        print(_shown(request, person, environment))
        if is_confirmed:
            begin(sources, home, person)
    if not is_confirmed:
        print("Nothing was changed. CONFIRM=yes erases; it cannot be taken back.")
    return is_known


def _rebuild(environment: Environment) -> bool:
    """Let a night make everything anew, then certify; whether every certificate is clean."""
    opened = pending(environment.home)
    if not opened:
        print("No erasure is open.")
        return True
    run_night()
    is_clean = True
    for erasure in opened:
        certificate = read_certificate(erasure)
        is_clean = is_clean and bool(certificate and certificate["is_clean"])
        if certificate and certificate["still_at_the_source"]:
            count = len(certificate["still_at_the_source"])
            print(f"The company's own systems still hold the person in {count} places.")
        print(f"Certificate: {page_of(erasure)}")
    return is_clean


def _shown(request: str, person: Person, environment: Environment) -> str:
    rows = sum(person.rows.values())
    clear = {kind: len(values) for kind, values in person.clear.items()}
    numbers = ", ".join(key for key in person.keys if key.startswith("customer:")) or "none"
    marts = environment.home.marts
    lines = [
        f"{request}: one person, known by {clear['emails']} e-mail addresses and "
        f"{clear['phones']} phone numbers; customer records: {numbers}.",
        f"  lake: {rows} rows of {len(person.rows)} streams, with their clear values and refusals",
        *(f"    {table}: {count}" for table, count in sorted(person.rows.items())),
        "  files: their records in inbox, archive and rejected",
        f"  made anew: the warehouse, what dbt left, and {len(list(marts.glob('versions/*')))} "
        "versions of the marts with their lists and reports",
    ]
    return "\n".join(lines)
