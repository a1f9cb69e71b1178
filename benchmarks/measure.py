"""CPU-seconds and peak memory of a command or a call.

CPU-seconds, not wall time: machines are shared, and only figures of one run may be compared.
"""

import os
import resource
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Cost:
    """What something cost: CPU-seconds (user and system) and peak resident memory in MiB."""

    cpu_seconds: float
    peak_mib: float


def cost_of(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Cost:
    """Run ``command`` as a process of its own; a failure ends the benchmark."""
    process = subprocess.Popen(command, env=dict(env or os.environ), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with {os.waitstatus_to_exitcode(status)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cpu_of(call: Callable[[], object], *, times: int = 3) -> float:
    """Median CPU-seconds of calling ``call`` in this process."""
    spent = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_SELF)
        call()
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(spent)
