"""The whole nightly run of the demo company, warm: CPU-seconds and peak memory.

Goal: at most 90 CPU-seconds for the night without news.
    python -m benchmarks.nightly
"""

import os
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from benchmarks.measure import cost_of
from ingestion.demo.config import LAST_DAY
from ingestion.settings import PROJECT_ROOT


def main() -> None:
    """Print the cost of the first night, of one without news, and of one with a day of news."""
    nights = {
        "first night": LAST_DAY,
        "second night, no news": LAST_DAY,
        "third night, one more day": LAST_DAY + timedelta(days=1),
    }
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "dagster"
        instance.mkdir()
        shutil.copy(PROJECT_ROOT / "dagster.yaml", instance)
        environment = os.environ | {"CX_DATA": folder, "DAGSTER_HOME": str(instance)}
        for night, until in nights.items():
            lived = environment | {"CX_DEMO_UNTIL": until.isoformat()}
            cost = cost_of([sys.executable, "-m", "orchestration", "nightly"], env=lived)
            print(f"{night}: {cost.cpu_seconds:.0f} CPU-s, peak {cost.peak_mib:.0f} MiB")


if __name__ == "__main__":
    main()
