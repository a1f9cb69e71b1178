"""The whole nightly run of the demo company, warm: CPU-seconds and peak memory.

Goal: at most 90 CPU-seconds.
    python -m benchmarks.nightly
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import cost_of
from ingestion.settings import PROJECT_ROOT


def main() -> None:
    """Print the cost of the first night and of a second one without news."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "dagster"
        instance.mkdir()
        shutil.copy(PROJECT_ROOT / "dagster.yaml", instance)
        environment = os.environ | {"CX_DATA": folder, "DAGSTER_HOME": str(instance)}
        for night in ("first night", "second night, no news"):
            cost = cost_of([sys.executable, "-m", "orchestration", "nightly"], env=environment)
            print(f"{night}: {cost.cpu_seconds:.0f} CPU-s, peak {cost.peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
