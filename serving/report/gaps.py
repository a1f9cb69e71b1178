"""What is not computed: the KPIs that lack a source are left out, and told in one section."""

from collections.abc import Collection
from dataclasses import replace

from serving.coverage import Lack, Unlocked, lacking
from serving.report.content import Content
from serving.report.edition import Edition
from serving.report.sections import Cell, Section


def without(content: Content, locked: Collection[str]) -> Content:
    """The content without KPIs that lack a source: theirs would be zeros of nothing counted."""
    return replace(
        content,
        headlines=tuple(card for card in content.headlines if card.kpi_id not in locked),
        others={
            owner: kept
            for owner, cards in content.others.items()
            if (kept := tuple(card for card in cards if card.kpi_id not in locked))
        },
        definitions=tuple(one for one in content.definitions if one.kpi_id not in locked),
    )


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
