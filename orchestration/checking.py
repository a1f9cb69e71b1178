"""``python -m orchestration check``: are the sources right, and which KPIs do they unlock?

Starts no run and reads no source. What is wrong is found in ``ingestion.obstacles``, what is
unlocked in ``lib.coverage``; it is worded in ``serving.coverage``.
"""

import sys
from collections.abc import Sequence

from ingestion import IngestionError, home_of, load_sources, mistakes, obstacles
from orchestration.lib.coverage import unlocked_by
from serving import check_text, coverage_text


def show_check(_: Sequence[str]) -> int:
    """Print what is wrong and what is unlocked; exit code 1 when anything is wrong."""
    try:
        sources = load_sources()
        home = home_of(sources.company)
    except (IngestionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    language = sources.company.language
    wrong = mistakes(sources)
    in_the_way = [] if wrong else obstacles(sources, home)
    print(check_text(len(sources.sources), wrong, in_the_way, language), end="")
    if not wrong:
        print(coverage_text(unlocked_by(sources), language), end="")
    return 1 if wrong or in_the_way else 0
