"""The section of what is not computed: the KPIs that lack a source, and what each lacks."""

from serving.coverage import Lack, Unlocked, lacking
from serving.report.edition import Edition
from serving.report.sections import Cell, Section


def shown(unlocked: Unlocked, edition: Edition) -> Section:
    """A line per lack, with the KPIs that wait for it."""
    waiting: dict[tuple[Lack, ...], list[str]] = {}
    for kpi, lacks in unlocked.lacks.items():
        name = unlocked.names.get(kpi, {}).get(edition.language) or kpi
        waiting.setdefault(lacks, []).append(name)
    separator = edition.say("coverage", "next")
    return Section(
        anchor="not_computed",
        title=edition.say("coverage", "title"),
        lead=edition.say(
            "coverage",
            "lead",
            locked=edition.count(len(unlocked.lacks)),
            total=edition.count(unlocked.count),
        ),
        columns=(edition.say("coverage", "lacks"), edition.say("coverage", "kpis")),
        rows=[
            [Cell(lacking(lacks, edition.wording)), Cell(separator.join(names))]
            for lacks, names in waiting.items()
        ],
    )
