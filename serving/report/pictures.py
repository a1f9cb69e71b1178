"""The geometry of the report's pictures: numbers to the points of an SVG drawing.

Colors and letters belong in the template.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from serving.report.content import Place, Point

WIDTH, HEIGHT, MARGIN = 320.0, 96.0, 6.0


@dataclass(frozen=True)
class Trend:
    """A line of months with the band of its intervals; ``target`` is the height of its line."""

    line: str
    band: str
    target: float | None
    end: tuple[float, float] | None
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True)
class Bar:
    """A place on the common scale of its neighbors: shares of the width, in percent."""

    start: float
    length: float
    low: float | None
    high: float | None


def trend(points: Sequence[Point], target: float | None) -> Trend:
    """The drawing of a KPI's months; months without a value leave a gap in time, not a zero."""
    known = [(position, point) for position, point in enumerate(points) if point.value is not None]
    numbers = [
        number
        for _, point in known
        for number in (point.value, point.low, point.high)
        if number is not None
    ]
    scale = _Scale(numbers + ([target] if target is not None else []))
    step = (WIDTH - 2 * MARGIN) / max(1, len(points) - 1)
    places = [(MARGIN + step * position, point) for position, point in known]
    line = [(x, scale.y(point.value or 0.0)) for x, point in places]
    banded = [
        (x, point.low, point.high)
        for x, point in places
        if point.low is not None and point.high is not None
    ]
    band = [(x, scale.y(high)) for x, _, high in banded]
    band += [(x, scale.y(low)) for x, low, _ in reversed(banded)]
    return Trend(
        line=_path(line),
        band=_path(band),
        target=None if target is None else scale.y(target),
        end=line[-1] if line else None,
    )


def bars(places: Sequence[Place]) -> list[Bar]:
    """One bar per place, from zero, or to its left where a value is negative."""
    ends = [number for place in places for number in (place.value, place.low, place.high)]
    numbers = [0.0, *(number for number in ends if number is not None)]
    lowest, span = min(numbers), (max(numbers) - min(numbers)) or 1.0

    def share(number: float) -> float:
        return round(100 * (number - lowest) / span, 2)

    return [
        Bar(
            start=share(min(0.0, place.value)),
            length=round(100 * abs(place.value) / span, 2),
            low=None if place.low is None else share(place.low),
            high=None if place.high is None else share(place.high),
        )
        for place in places
    ]


class _Scale:
    """From values to heights; a flat line lies in the middle."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self._lowest = min(numbers, default=0.0)
        self._span = max(numbers, default=0.0) - self._lowest

    def y(self, number: float) -> float:
        share = (number - self._lowest) / self._span if self._span else 0.5
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 2)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
