"""Taps as commands: run with the state that landed last, bounded in time, their output by line.

What the lines say belongs in ``messages``.
"""

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingestion.errors import SourceError, TransientSourceError

LINE_BYTES = 64 * 1024 * 1024
SECONDS_PER_MINUTE = 60.0


def lines_of(command: Sequence[str], *, state: Any, minutes: float, log: Path) -> Iterator[bytes]:
    """The lines that a tap writes, as they come.

    Args:
        command: the tap and its arguments; ``--state`` follows where there is a state.
        state: as a STATE message held it; None on the first run.
        minutes: after which the tap is stopped.
        log: takes what the tap says beside its messages.

    Raises:
        SourceError: there is no such command, or a line is too long.
        TransientSourceError: the tap failed or took too long; what it wrote before came out.
    """
    name = Path(command[0]).name
    log.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="cx-tap-") as folder, log.open("wb") as said:
        more = []
        if state is not None:
            path = Path(folder) / "state.json"
            path.write_text(json.dumps(state), encoding="utf-8")
            more = ["--state", str(path)]
        try:
            tap = subprocess.Popen(  # noqa: S603 - the command of the company's own settings
                [*command, *more],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
            )
        except OSError as error:
            raise SourceError(
                f"{name} cannot be run ({error.strerror}): is it installed?"
            ) from None
        yield from _watched(tap, name, minutes, log)


def _watched(
    tap: "subprocess.Popen[bytes]", name: str, minutes: float, log: Path
) -> Iterator[bytes]:
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        tap.kill()

    timer = threading.Timer(minutes * SECONDS_PER_MINUTE, stop)
    timer.start()
    try:
        with tap:
            output = tap.stdout
            while output and (line := output.readline(LINE_BYTES)):
                if len(line) == LINE_BYTES:
                    raise SourceError(f"{name} writes a line of more than {LINE_BYTES} bytes")
                yield line
            code = tap.wait()
    finally:
        timer.cancel()
        tap.kill()
    if is_late.is_set():
        raise TransientSourceError(f"{name} was stopped after {minutes:g} minutes")
    if code:
        raise TransientSourceError(
            f"{name} failed (exit code {code}); its own words are in {log.name} in the inbox"
        )
