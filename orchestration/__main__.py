"""The command line: ``python -m orchestration nightly | refresh | screen | explain | add | …``.

Thin on purpose: what the commands do is in the modules beside it.
"""

import sys

from orchestration import (
    adding,
    breakage,
    checking,
    erasing,
    explaining,
    exporting,
    headless,
    looking_up,
    retaining,
    rotating,
    verifying,
)

COMMANDS = {
    "nightly": headless.nightly,
    "refresh": headless.refresh,
    "watch": headless.watch,
    "screen": headless.show_screen,
    "rollback": headless.roll_back,
    "break": breakage.demonstrate,
    "add": adding.show_proposal,
    "check": checking.show_check,
    "explain": explaining.show_explanation,
    "who": looking_up.show_callers,
    "export": exporting.export,
    "erase": erasing.erase,
    "retention": retaining.show_expired,
    "rotate": rotating.change_key,
    "verify": verifying.show_damage,
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m orchestration {'|'.join(COMMANDS)} [--debug]", file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
