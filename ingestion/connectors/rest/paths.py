r"""Paths: where a value stands in a JSON record, and what is left when it is taken out.

``a.b`` steps into objects, ``a.0`` into lists, ``a[key=value]`` into the first element of a
list whose ``key`` is ``value``; a dot of a name is written ``\\.``. ``a + b`` joins the texts of
two places with a space.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import AfterValidator

Selector = tuple[str, str]
Step = str | int | Selector
Steps = tuple[Step, ...]

_DOT = re.compile(r"(?<!\\)\.")
_STEP = re.compile(r"^(?P<name>[^\[\]]+)(?:\[(?P<key>[^\[\]=]+)=(?P<value>[^\[\]]*)\])?$")

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
    for part in filter(None, _DOT.split(path)):
        match = _STEP.match(part.replace("\\.", "."))
        if not match:
            raise ValueError(f"{path!r} is no path such as name, phones.0.value or list[key=x].y")
        name = match["name"]
        steps.append(int(name) if name.isdigit() else name)
        if match["key"]:
            steps.append((match["key"], match["value"]))
    return tuple(steps)


def _checked(path: str) -> str:
    steps_of(path)
    return path


JsonPath = Annotated[str, AfterValidator(_checked)]


def value_at(record: Any, steps: Steps) -> Any:
    """The value at ``steps``, or ``ABSENT``."""
    for step in steps:
        if isinstance(record, dict):
            record = record.get(step if isinstance(step, str) else str(step), ABSENT)
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
    key, wanted = step
    for place, value in enumerate(values):
        if isinstance(value, dict) and str(value.get(key)) == wanted:
            return place
    return None


@dataclass(frozen=True)
class Place:
    """Where a column comes from: one path, or several whose texts are joined."""

    paths: tuple[Steps, ...]

    @classmethod
    def of(cls, text: str) -> "Place":
        """The place that ``text`` writes."""
        return cls(tuple(steps_of(part.strip()) for part in text.split(" + ")))

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the record that are read."""
        return tuple(str(steps[0]) for steps in self.paths if steps)

    def value(self, record: Any) -> Any:
        """The value in ``record``; None where there is none."""
        if len(self.paths) == 1:
            found = value_at(record, self.paths[0])
            return None if found is ABSENT else found
        parts = [_word(value_at(record, steps)) for steps in self.paths]
        return " ".join(filter(None, parts)) or None


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else ""


def taken_by(places: Iterable[Place]) -> Taken:
    """What ``places`` read, as a tree of steps."""
    tree: Taken = {}
    for place in places:
        for steps in place.paths:
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
