"""Coverage in words: how many KPIs the sources unlock, what lacks to the others, what adds most.

What is unlocked is decided in ``ingestion``; the names of the KPIs are handed in.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from serving.wording import Language, Wording, for_terminal

WIDTH = 100
COUNT_NAMES = 3
COUNT_ADDITIONS = 10


@dataclass(frozen=True)
class Lack:
    """What sources do not bring: columns of an entity, or the entity itself where ``is_new``."""

    entity: str
    columns: tuple[str, ...] = ()
    is_new: bool = True


@dataclass(frozen=True, kw_only=True)
class Unlocked:
    """What the configured sources allow.

    Args:
        computable: KPIs that can be computed.
        lacks: what lacks to each other KPI.
        additions: what could be added in this order, and the KPIs that it would unlock.
        names: name of each KPI by language.
    """

    computable: tuple[str, ...] = ()
    lacks: Mapping[str, tuple[Lack, ...]] = field(default_factory=dict)
    additions: tuple[tuple[tuple[Lack, ...], tuple[str, ...]], ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many KPIs there are."""
        return len(self.computable) + len(self.lacks)


def coverage_text(unlocked: Unlocked, language: Language) -> str:
    """The answer to ``make check`` on KPIs, at most 100 columns wide."""
    wording = Wording(language)

    def say(key: str, **values: str) -> str:
        return wording.say("coverage", key, **values)

    computable, total = (
        wording.number(len(unlocked.computable)),
        wording.number(unlocked.count),
    )
    lines = [say("unlocked", computable=computable, total=total)]
    shown = unlocked.additions[:COUNT_ADDITIONS]
    if shown:
        lines.append(say("add"))
    for lacks, kpis in shown:
        names = [unlocked.names.get(kpi, {}).get(language) or kpi for kpi in kpis]
        named = say("next").join(names[:COUNT_NAMES])
        if len(names) > COUNT_NAMES:
            named = say("more", names=named, count=wording.number(len(names) - COUNT_NAMES))
        what = lacking(lacks, wording)
        lines.append(say("addition", what=what, count=wording.number(len(kpis)), names=named))
    further = len(unlocked.additions) - len(shown)
    if further:
        lines.append(say("further", count=wording.number(further)))
    return "\n".join(piece for line in lines for piece in _fitted(line)) + "\n"


def check_text(
    count: int, wrong: Iterable[str], in_the_way: Iterable[str], language: Language
) -> str:
    """What is wrong in the settings and what is in the way of a night.

    Args:
        count: how many sources there are.
        wrong: sentences on settings.
        in_the_way: sentences on secrets, files and hosts.
        language: of the headings; the sentences stay as they are.
    """
    wording = Wording(language)
    found = {"wrong": list(wrong), "obstacles": list(in_the_way)}
    lines = []
    if not found["wrong"]:
        lines.append(wording.say("coverage", "right", count=wording.number(count)))
    for heading, sentences in found.items():
        if sentences:
            lines.append(wording.say("coverage", heading))
            lines += [f"  - {sentence}" for sentence in sentences]
    return "\n".join(piece for line in lines for piece in _fitted(line)) + "\n"


def lacking(lacks: Iterable[Lack], wording: Wording) -> str:
    """What lacks, in words: ``calls (wait), open time of tickets``."""
    return wording.say("coverage", "with").join(_said(lack, wording) for lack in lacks)


def _said(lack: Lack, wording: Wording) -> str:
    entity = wording.say("coverage", "entities", lack.entity)
    columns = wording.say("coverage", "and").join(
        wording.say("coverage", "columns", column) for column in lack.columns
    )
    if not columns:
        return entity
    form = "new" if lack.is_new else "known"
    return wording.say("coverage", form, entity=entity, columns=columns)


def _fitted(line: str) -> list[str]:
    return textwrap.wrap(for_terminal(line), WIDTH, subsequent_indent="    ") or [""]
