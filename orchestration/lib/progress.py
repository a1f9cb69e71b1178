"""Progress of a headless run: one short line on standard error per thing done or gone wrong.

Dagster's own log of the run keeps everything; what ends on standard output is the screen.
"""

import logging
import sys
import time
from typing import Any

import dagster as dg

CONSOLE = "progress"
ONLY_PROGRESS: dict[str, Any] = {"loggers": {CONSOLE: {"config": {}}}}
"""Run configuration that replaces Dagster's console log."""


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._started = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {}) or {}
        event = meta.get("dagster_event")
        if event is None and record.levelno == logging.INFO:
            message = str(meta.get("orig_message") or record.getMessage())
        elif event is not None and event.event_type_value == "STEP_START":
            message = f"▸ {event.step_key}"
        else:
            return
        seconds = time.monotonic() - self._started
        print(f"{seconds:6.1f}s  {message}", file=sys.stderr, flush=True)


@dg.logger(None, description="One line per step and per thing done.")
def progress_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """The logger of headless runs."""
    logger = logging.Logger(CONSOLE, logging.DEBUG)
    logger.addHandler(_Lines())
    return logger
