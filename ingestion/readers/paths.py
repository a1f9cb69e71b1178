r"""Paths: where a value stands in a JSON record, and what is left when it is taken out.

``a.b`` steps into objects, ``a.0`` into lists, ``a[key=value]`` into the first element of a
list whose ``key`` is ``value``, ``a[key=value & b.c?]`` into the first of them that has something
at ``b.c``; ``[key=value].a`` is there only in records whose ``key`` is ``value``. A dot of a name
is written ``\\.``. A place is a path or several: ``a?`` says true or false, whether anything
stands there, ``a + b`` joins two texts with a space, and ``a | b`` is the first that there is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

from pydantic import AfterValidator


class Selector(NamedTuple):
    """A condition on an element: what its field is, and where it must have something."""

    key: str
    value: str
    has: "Steps"

    def holds(self, record: dict[str, Any]) -> bool:
        """True when ``record`` is meant."""
        return str(record.get(self.key)) == self.value and (
            not self.has or value_at(record, self.has) not in (ABSENT, None, "")
        )


Step = str | int | Selector
Steps = tuple[Step, ...]

_DOT = re.compile(r"(?<!\\)\.")
_STEP = re.compile(
    r"^(?P<name>[^\[\]?|]*)"
    r"(?:\[(?P<key>[^\[\]=]+)=(?P<value>(?:(?! & )[^\[\]])*)(?: & (?P<has>[^?]+)\?)?\])?$"
)

ABSENT: Any = object()
"""What stands where a path leads nowhere."""

Taken = dict[Step, "Taken | None"]
"""What is taken out of a record: per step, all of it (None) or what lies below."""


def steps_of(path: str) -> Steps:
    """The steps of one path; none for the empty one, which is the whole.

    Raises:
        ValueError: not written like a path.
    """
    steps: list[Step] = []
    for part in filter(None, _parts(path)):
        match = _STEP.match(part.replace("\\.", "."))
        if not match or not (match["name"] or (match["key"] and not steps)):
            raise ValueError(f"{path!r} is no path such as name, phones.0.value or list[key=x].y")
        name = match["name"]
        if name:
            steps.append(int(name) if name.isdigit() else name)
        if match["key"]:
            steps.append(Selector(match["key"], match["value"], steps_of(match["has"] or "")))
    return tuple(steps)


def _parts(path: str) -> list[str]:
    """``path`` at its dots, but for those inside brackets."""
    parts: list[str] = []
    depth = 0
    for piece in _DOT.split(path):
        if depth:
            parts[-1] += f".{piece}"
        else:
            parts.append(piece)
        depth += piece.count("[") - piece.count("]")
    return parts


def _checked(path: str) -> str:
    steps_of(path)
    return path


JsonPath = Annotated[str, AfterValidator(_checked)]


def value_at(record: Any, steps: Steps) -> Any:
    """The value at ``steps``, or ``ABSENT``."""
    for step in steps:
        if isinstance(record, dict) and isinstance(step, Selector):
            record = record if step.holds(record) else ABSENT
        elif isinstance(record, dict):
            record = record.get(str(step), ABSENT)
        elif isinstance(record, list):
            record = _element(record, step)
        else:
            return ABSENT
    return record


def _element(values: list[Any], step: Step) -> Any:
    place = _place(values, step)
    return ABSENT if place is None else values[place]


def _place(values: list[Any], step: Step) -> int | None:
    if isinstance(step, int):
        return step if step < len(values) else None
    if isinstance(step, str):
        return None
    for place, value in enumerate(values):
        if isinstance(value, dict) and step.holds(value):
            return place
    return None


class Term(NamedTuple):
    """One path of a place, and whether only its presence counts."""

    steps: Steps
    is_test: bool

    def value(self, record: Any) -> Any:
        """What stands there; None for nothing."""
        found = value_at(record, self.steps)
        if self.is_test:
            return found not in (ABSENT, None, "")
        return None if found is ABSENT else found


@dataclass(frozen=True)
class Place:
    """Where a column comes from: the first choice whose terms, joined, are there."""

    choices: tuple[tuple[Term, ...], ...]

    @classmethod
    def of(cls, text: str) -> "Place":
        """The place that ``text`` writes.

        Raises:
            ValueError: not written like one.
        """
        return cls(
            tuple(
                tuple(
                    Term(steps_of(part.strip().removesuffix("?")), part.strip().endswith("?"))
                    for part in choice.split(" + ")
                )
                for choice in text.split(" | ")
            )
        )

    @property
    def paths(self) -> tuple[Steps, ...]:
        """All the paths that are read."""
        return tuple(term.steps for choice in self.choices for term in choice)

    def is_known_in(self, record: dict[str, Any]) -> bool:
        """True when ``record`` has a field for it, though perhaps without a value.

        Elements of lists come and go, and so does what lies below a value that is absent.
        """
        return any(_is_known(record, _named(steps)) for steps in self.paths)

    def value(self, record: Any) -> Any:
        """The value in ``record``; None where there is none."""
        for terms in self.choices:
            if len(terms) == 1:
                found = terms[0].value(record)
            else:
                found = " ".join(filter(None, (_word(term.value(record)) for term in terms)))
            if found not in (None, ""):
                return found
        return found if len(self.choices[-1]) == 1 else None


def _named(steps: Steps) -> Steps:
    """The steps behind a condition on the record itself."""
    return steps[1:] if steps and isinstance(steps[0], Selector) else steps


def _is_known(record: Any, steps: Steps) -> bool:
    for step in steps:
        if record is None or not isinstance(step, str):
            return True
        if not isinstance(record, dict) or step not in record:
            return False
        record = record[step]
    return True


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else ""


def taken_by(places: Iterable[Place]) -> Taken:
    """What ``places`` read, as a tree of steps."""
    tree: Taken = {}
    for place in places:
        for steps in filter(None, map(_named, place.paths)):
            level = tree
            for step in steps[:-1]:
                below = level.setdefault(step, {})
                if below is None:
                    break
                level = below
            else:
                level[steps[-1]] = None
    return tree


def remainder(value: Any, taken: Mapping[Step, Any]) -> Any:
    """``value`` without what was taken; ``ABSENT`` when nothing is left of an object."""
    if isinstance(value, dict):
        left = {}
        for name, item in value.items():
            below = taken.get(name, ABSENT)
            if below is ABSENT and name.isdigit():
                below = taken.get(int(name), ABSENT)
            if below is None:
                continue
            kept = item if below is ABSENT else remainder(item, cast(Taken, below))
            if kept is not ABSENT:
                left[name] = kept
        return left or ABSENT
    if isinstance(value, list):
        below_by_place = {_place(value, step): below for step, below in taken.items()}
        kept = [
            item
            if place not in below_by_place
            else ABSENT
            if below_by_place[place] is None
            else remainder(item, below_by_place[place])
            for place, item in enumerate(value)
        ]
        return [item for item in kept if item is not ABSENT] or ABSENT
    return value
