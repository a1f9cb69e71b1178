"""``python -m orchestration export [yes]``: what the CRM is to be told of its records.

Without a yes nothing leaves: the differences and their summary are written. How a batch
leaves belongs in ``lib.deliveries``.
"""

import sys
from collections.abc import Sequence

from ingestion import IngestionError
from orchestration.lib.deliveries import not_taken, tell_crm
from orchestration.lib.environment import load_environment
from orchestration.lib.lake import CompanyLake
from orchestration.lib.lock import WarehouseLockedError, hold_lock
from serving import ServingError, current_version

USAGE = "usage: make export [SEND=yes]"


def export(arguments: Sequence[str]) -> int:
    """Print the summary and where the differences are; exit code 1 says what was not taken."""
    words = [word.strip().lower() for word in arguments if word.strip()]
    if words not in ([], ["yes"]):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        environment = load_environment()
        version = current_version(environment.home.marts)
        if version is None:
            print("Nothing has been published yet: run `make nightly`.", file=sys.stderr)
            return 1
        with hold_lock(environment.lock_file):
            found, delivery = tell_crm(
                environment, CompanyLake(environment), version, is_asked=bool(words)
            )
    except (IngestionError, ServingError, WarehouseLockedError) as error:
        print(error, file=sys.stderr)
        return 1
    print(found.summary + str(found.path))
    if delivery and delivery.refusal:
        print(not_taken(delivery, "records"), file=sys.stderr)
        return 1
    return 0
