"""Cost against score: where every point and label of the picture stands. The template draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from readmark.leaderboard import Entry
from readmark.tables import shown_name
from readmark.verbs.board.page.tables import View

WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 44, 150, 12, 40  # margins; names stand to the right of their points
LINE = 13  # height of a label
LETTER = 6.2  # its mean width
LONGEST_LABEL = 22
NOTHING = 1e-9  # in any currency
DOT = 7  # half the space of a point, with some air


Space = tuple[float, float, float]  # from, to, and at which height


class Point(NamedTuple):
    """A model: where it is drawn, its interval's ends, and its label, "" where it would cover something.

    The label stands at `at`, from there to the right, or to the left where it is turned.
    """

    id: str
    name: str
    cost: str
    score: str
    x: float
    y: float
    low: float
    high: float
    label: str
    at: float
    is_turned: bool


class Plot(NamedTuple):
    """The picture: points, and ticks as (place, text)."""

    points: tuple[Point, ...]
    xs: tuple[tuple[float, str], ...]
    ys: tuple[tuple[float, str], ...]
    is_log: bool


def plot_of(entries: Sequence[Entry], view: View) -> Plot | None:
    """Return the picture of all models whose cost is known; None where fewer than two are."""
    costs = {entry.id: entry.cost for entry in entries if entry.kind == "model" and entry.cost is not None}
    rows = [row for row in view.rows if row.id in costs and row.headline.value is not None]
    if len(rows) < 2:
        return None
    values = [cost if (cost := costs[row.id]) > NOTHING else 0.0 for row in rows]
    scale = _Scale(values)
    ordered = sorted(zip(values, rows, strict=True), key=lambda one: (one[0], one[1].id))
    places = [(scale.x(cost), _y(row.headline.value or 0.0)) for cost, row in ordered]
    taken: list[Space] = [(x - DOT, x + DOT, y) for x, y in places]
    points = []
    for (cost, row), (x, y) in zip(ordered, places, strict=True):
        label = shown_name(row.name, LONGEST_LABEL)
        space = _space(x, y, LETTER * len(label), [one for one in taken if one != (x - DOT, x + DOT, y)])
        taken += [space] if space else []
        is_turned = space is not None and space[0] < x
        low, high = (_y(row.headline.value or 0.0 if end is None else end) for end in row.headline[2:4])
        points.append(
            Point(
                id=row.id, name=row.name, cost=f"{cost:.4g}", score=row.headline.text, x=x, y=y, low=low, high=high,
                label=label if space else "", at=space[is_turned] if space else x, is_turned=is_turned,
            )
        )  # fmt: skip
    ys = tuple((_y(value), str(value)) for value in (0, 25, 50, 75, 100))
    return Plot(tuple(points), scale.ticks(), ys, scale.is_log)


def _space(x: float, y: float, width: float, taken: Sequence[Space]) -> Space | None:
    """Return where a label has room: to the right of its point, else to the left; None where it has none."""
    for start in (x + DOT, x - DOT - width):
        end = start + width
        if start >= LEFT and all(abs(y - other) > LINE or start > right or end < left for left, right, other in taken):
            return start, end, y
    return None


def _y(percent: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - percent / 100), 1)


class _Scale:
    """The axis of cost: by powers of ten where the dearest is 20 times the cheapest or more, else from zero."""

    def __init__(self, values: Sequence[float]) -> None:
        self.is_log = min(values) > 0 and max(values) / min(values) >= 20
        if self.is_log:
            self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
            self.step = 1.0
        else:
            top = max(values) or 1.0
            self.step = _round_step(top / 4)
            self.low, self.high = 0, math.ceil(top / self.step)

    def x(self, value: float) -> float:
        place = math.log10(value) if self.is_log else value / self.step
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (place - self.low) / (self.high - self.low), 1)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        every = max(1, (self.high - self.low) // 6)
        values = [10.0**n if self.is_log else n * self.step for n in range(self.low, self.high + 1, every)]
        return tuple((self.x(value), f"{value:g}") for value in values)


def _round_step(step: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * (1 - 1e-9))
