"""A publication of a small warehouse as a job that may be killed anywhere."""

from pathlib import Path

from serving import publish
from tests.serving.conftest import RELATIONS, facts


def publish_run(warehouse: Path, marts: Path, run_id: str) -> None:
    """Publish a version under a name."""
    publish(warehouse, marts, relations=RELATIONS, run_id=run_id, facts=facts(run_id))
