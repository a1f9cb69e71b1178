"""A job that rewrites the lake, stopped at one step after another and carried on until it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from ingestion import rewriting

STEPS = ("commit", "_forget")
"""What of ``rewriting`` changes the disk."""
MOST_STOPS = 40


def times_stopped(job: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a job again and again, each time a step further, until nothing stops it.

    Returns:
        How often it was stopped.
    """
    whole = {step: getattr(rewriting, step) for step in STEPS}
    left = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return call(*given, **named)

        return called

    for step, call in whole.items():
        monkeypatch.setattr(rewriting, step, counted(call))
    for stops in range(MOST_STOPS):
        left = stops + 1
        try:
            job()
        except KeyboardInterrupt:
            continue
        return stops
    raise AssertionError(f"still stopped after {MOST_STOPS} attempts")
