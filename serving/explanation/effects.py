"""How the parts of a whole moved it: mix and rate effects that sum to the change.

Pure arithmetic on numerators and denominators; which parts belong to a whole is decided in
``evidence``.

The value of a whole is ``scale · Σ numerator / Σ denominator``: the mean of the parts' rates,
weighted by their shares of the denominator. Half of each change of share is taken at the old
and half at the new rates, so that the order of the two periods does not matter and nothing is
left over (the symmetric form of Kitagawa, E. M. (1955), "Components of a difference between two
rates", Journal of the American Statistical Association 50, 1168–1194).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """What one part of the whole holds in one period."""

    numerator: float
    denominator: float


@dataclass(frozen=True)
class Effect:
    """What one part did to the whole, in the unit of its value.

    Args:
        key: of the part.
        rate: because the part's own value changed.
        mix: because its share of the denominator changed.
    """

    key: str
    rate: float
    mix: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.rate + self.mix


EMPTY = Part(0, 0)


def effects(
    before: Mapping[str, Part], after: Mapping[str, Part], scale: float = 1
) -> list[Effect]:
    """The effect of every part, greatest first; their totals sum to the change of the whole.

    Args:
        before: parts by key in the earlier period; denominators are not negative.
        after: the same in the later one.
        scale: units of the value for a numerator that equals its denominator, such as 100.

    Raises:
        ValueError: one of the two wholes has no denominator, so it has no value to compare.
    """
    total_before = sum(part.denominator for part in before.values())
    total_after = sum(part.denominator for part in after.values())
    if not total_before or not total_after:
        raise ValueError("a whole without a denominator has no value")
    whole = (_sum(before) / total_before + _sum(after) / total_after) / 2
    found = []
    for key in {**before, **after}:
        old, new = before.get(key, EMPTY), after.get(key, EMPTY)
        old_share, new_share = old.denominator / total_before, new.denominator / total_after
        # A part that is absent in one period has no rate of its own there: its coming or
        # going is a change of mix alone.
        old_rate = _rate(old, _rate(new, whole))
        new_rate = _rate(new, old_rate)
        rate = (old_share + new_share) / 2 * (new_rate - old_rate)
        mix = (new_share - old_share) * ((old_rate + new_rate) / 2 - whole)
        found.append(Effect(key, scale * rate, scale * mix))
    return sorted(found, key=lambda effect: (-abs(effect.total), effect.key))


def _sum(parts: Mapping[str, Part]) -> float:
    return sum(part.numerator for part in parts.values())


def _rate(part: Part, otherwise: float) -> float:
    return part.numerator / part.denominator if part.denominator else otherwise
