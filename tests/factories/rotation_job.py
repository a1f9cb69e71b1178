"""A change of the key as a job that may be killed anywhere; the environment names both keys."""

from ingestion import all_streams, home_of, load_sources
from ingestion.rotation import begin_rotation, plan_rotation, rotate

NEW = "another key than that of before"

all_streams()


def change_key() -> None:
    """Let the key of before give way."""
    sources = load_sources()
    home = home_of(sources.company)
    rotation = plan_rotation(sources, home)
    begin_rotation(home, rotation)
    rotate(home, rotation, lambda line: None)
