"""``python -m orchestration rotate``: another key of the pseudonyms, shown first.

What changes in the lake belongs in ``ingestion.rotation``. What is made from the lake is deleted
here, and made anew by the next night; decisions of people that name a contact follow it.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ingestion import IngestionError, verify_lake, write_whole
from ingestion.rotation import Rotation, begin_rotation, plan_rotation, rotate
from orchestration.lib import erasures
from orchestration.lib.environment import DBT_PROJECT, Environment, load_environment
from orchestration.lib.keeping import keep_identities
from orchestration.lib.lake import CompanyLake
from orchestration.lib.lock import WarehouseLockedError, hold_lock
from serving import ServingError, current_version

OVERRIDES = DBT_PROJECT / "seeds" / "identity_overrides.csv"
TERM = re.compile(r"\b(?:email|phone):[0-9a-f]{64}\b")


def change_key(arguments: Sequence[str]) -> int:
    """Exit code 0 when the change was shown, or is complete."""
    confirmed = [*(word.strip() for word in arguments), ""][0]
    try:
        environment = load_environment()
        with hold_lock(environment.lock_file, job="rotate"):
            rotation = plan_rotation(environment.sources, environment.home)
            print(_shown(rotation, OVERRIDES))
            if confirmed != "yes":
                print("Nothing was changed. CONFIRM=yes changes the key; it cannot be taken back.")
                return 0
            if refusal := _change(environment, rotation):
                print(f"Nothing was changed: {refusal}", file=sys.stderr)
                return 1
    except (IngestionError, ServingError, WarehouseLockedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The key is changed. Unset CX_PSEUDONYM_KEY_BEFORE and run `make nightly`.")
    return 0


def _change(environment: Environment, rotation: Rotation) -> str | None:
    """Change the key; why it could not be begun. Each step may be done again after a kill."""
    home = environment.home
    version = current_version(home.marts)
    if version and home.warehouse.exists():
        # Ids that readers saw are kept by what the lake knows of them.
        refusal = keep_identities(CompanyLake(environment), home.warehouse, version.name)
        if refusal:
            return refusal
    # What is written anew gets a new checksum, damaged or not.
    verify_lake(home)
    begin_rotation(home, rotation)
    erasures.remove_derived(environment)
    _rename_overrides(OVERRIDES, rotation)
    rotate(home, rotation, lambda line: print(f"  {line}", file=sys.stderr))
    return None


def _rename_overrides(path: Path, rotation: Rotation) -> None:
    text = path.read_text(encoding="utf-8")
    renamed = rotation.renamed(TERM.findall(text))
    if renamed:
        write_whole(path, TERM.sub(lambda term: renamed.get(term[0], term[0]), text))


def _shown(rotation: Rotation, overrides: Path) -> str:
    lost = rotation.lost.num_rows
    decided = len(rotation.renamed(TERM.findall(overrides.read_text(encoding="utf-8"))))
    lines = [
        f"{rotation.found.num_rows} e-mail addresses and phone numbers get another pseudonym; "
        "every customer_id stays.",
        "  made anew by the next night: the warehouse, what dbt left, the contact zone; readers "
        "keep the last version until then",
    ]
    if lost:
        lines.append(
            f"  of {lost} more the clear value is gone by its retention: their records stay one "
            "person each, but whoever comes with such a contact again is somebody new"
        )
    if decided:
        lines.append(f"  {overrides} is written anew: {decided} contacts in it; commit it")
    if rotation.is_begun:
        lines.append("  It was begun before and is carried on.")
    return "\n".join(lines)
