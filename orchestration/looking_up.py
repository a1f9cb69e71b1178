"""``python -m orchestration who 09121234567``: whose number it is, in any written form.

Reads the contact zone of the last night and starts no run. Who may read it, and what is told,
belongs in ``serving.contact``.
"""

import sys
from collections.abc import Sequence
from contextlib import closing

from ingestion import IngestionError, PhoneReader, phone_regions
from orchestration.lib.environment import account, load_environment
from serving import Contacts, ServingError, caller_role, tell_callers

USAGE = """usage: make who PHONE=09121234567 [PURPOSE=answer_call] [ROLE=…]
PHONE in any written form; purposes and the role stand in serving/contact/purposes.yaml."""


def show_callers(arguments: Sequence[str]) -> int:
    """Print who has the number, in the company's language; exit code 1 says why not."""
    written, purpose, role = [*(word.strip() for word in arguments), "", "", ""][:3]
    if not written:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        environment = load_environment()
        company = environment.sources.company
        with Contacts(
            environment.home.contact,
            role=role or caller_role(),
            purpose=purpose or "answer_call",
            account=account(),
        ) as contacts:
            # A customer from abroad gives a number as it is written at home.
            regions = dict.fromkeys([*phone_regions(environment.sources), *contacts.regions()])
            with closing(PhoneReader(list(regions))) as reader:
                numbers = reader.digits(written)
            answer = tell_callers(
                contacts,
                written,
                numbers,
                language=company.language,
                time_zone=company.time_zone,
                calendar=company.calendar,
            )
    except (IngestionError, ServingError) as error:
        print(error, file=sys.stderr)
        return 1
    print(answer, end="")
    return 0
