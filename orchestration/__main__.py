"""The command line: ``python -m orchestration nightly | screen | explain | add | …``.

Thin on purpose: what the commands do is in the modules beside it.
"""

import sys

from orchestration import adding, breakage, checking, explaining, headless

COMMANDS = {
    "nightly": headless.nightly,
    "screen": headless.show_screen,
    "rollback": headless.roll_back,
    "break": breakage.demonstrate,
    "add": adding.show_proposal,
    "check": checking.show_check,
    "explain": explaining.show_explanation,
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m orchestration {'|'.join(COMMANDS)} [--debug]", file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
