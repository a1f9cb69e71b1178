"""``python -m orchestration explain K-NPS [market=dubai] [2026-09]``: why a number is what it is.

Reads the published version and starts no run. What is said belongs in ``serving.explanation``.
"""

import re
import sys
from collections.abc import Sequence

from ingestion import IngestionError
from orchestration.lib.environment import load_environment
from serving import Question, ServingError, current_version, explain

USAGE = """usage: make explain KPI=K-NPS [GRAIN=market=dubai] [PERIOD=2026-09] [STATISTIC=p90]
GRAIN is a grain and a key or label; PERIOD 2026-09, 2026-Q3, 2026, 2026-09-30 or 1405-06."""


def show_explanation(arguments: Sequence[str]) -> int:
    """Print the answer in the company's language; exit code 1 says what is not published."""
    question = asked(arguments)
    if question is None:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        environment = load_environment()
        version = current_version(environment.home.marts)
        if version is None:
            print("Nothing has been published yet: run `make nightly`.", file=sys.stderr)
            return 1
        company = environment.sources.company
        answer = explain(version, question, language=company.language, calendar=company.calendar)
    except (IngestionError, ServingError) as error:
        print(error, file=sys.stderr)
        return 1
    print(answer, end="")
    return 0


def asked(arguments: Sequence[str]) -> Question | None:
    """What the words mean, told apart by their form; None without a KPI or with a word too many.

    The KPI comes first; ``market=dubai`` is a place, what begins with a digit a period, any
    other word a statistic. Empty words, as make hands them over, do not count.
    """
    words = [word.strip() for word in arguments if word.strip()]
    if not words:
        return None
    kpi, *others = words
    found: dict[str, str] = {}
    for word in others:
        kind = "grain" if "=" in word else "period" if re.match(r"\d", word) else "statistic"
        if kind in found:
            return None
        found[kind] = word
    return Question(kpi=kpi, **found)
