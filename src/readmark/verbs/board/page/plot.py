"""Cost against score: where every point and label of the picture stands. The template draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from readmark.leaderboard import Entry
from readmark.verbs.board.page.tables import View

WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 44, 150, 12, 40  # margins; names stand to the right of their points
LINE = 13  # height of a label
LETTER = 6.2  # its mean width
LONGEST_LABEL = 22


class Point(NamedTuple):
    """A model: where it is drawn, its interval's ends, and its label, "" where it would cover another."""

    id: str
    name: str
    cost: str
    score: str
    x: float
    y: float
    low: float
    high: float
    label: str


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
    values = [float(costs[row.id] or 0.0) for row in rows]
    scale = _Scale(values)
    taken: list[tuple[float, float, float]] = []
    points = []
    for row, cost in sorted(zip(rows, values, strict=True), key=lambda pair: (pair[1], pair[0].id)):
        x, y = scale.x(cost), _y(row.headline.value or 0.0)
        label = row.name if len(row.name) <= LONGEST_LABEL else row.name[: LONGEST_LABEL - 1] + "…"
        ends = (x + 8, x + 8 + LETTER * len(label), y)
        is_free = all(abs(y - other[2]) > LINE or ends[0] > other[1] or ends[1] < other[0] for other in taken)
        taken += [ends] if is_free else []
        low, high = (_y(end if end is not None else row.headline.value or 0.0) for end in row.headline[2:4])
        points.append(
            Point(row.id, row.name, f"{cost:.4g}", row.headline.text, x, y, low, high, label if is_free else "")
        )
    ys = tuple((_y(value), str(value)) for value in (0, 25, 50, 75, 100))
    return Plot(tuple(points), scale.ticks(), ys, scale.is_log)


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
