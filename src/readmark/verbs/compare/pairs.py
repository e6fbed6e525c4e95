"""Which scores stand against each other: both runs' rows joined by item, and a metric's pairs of scores."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from readmark.benchmark import Benchmark
from readmark.metrics import METRICS, Metric, is_extra
from readmark.metrics.facts import states
from readmark.records import Item, MissingPolicy, SummaryItem, Task
from readmark.reporting import counted_score, is_unknown
from readmark.scoring import ScoreRow
from readmark.text import first_words
from readmark.verbs.compare.records import LeftOut

FACTS = "facts"
OF_SUMMARIES = "@summary"  # what an extra metric's name ends in where it is one of summaries


class Joined(NamedTuple):
    """An item under one condition with each run's row; None where a run was not asked it."""

    item: Item
    cluster: str
    a: ScoreRow | None
    b: ScoreRow | None

    @property
    def sides(self) -> tuple[tuple[str, ScoreRow | None], tuple[str, ScoreRow | None]]:
        """Both rows under the letters of their runs."""
        return ("A", self.a), ("B", self.b)


@dataclass
class Scores:
    """A metric's scores of both runs over the items that have one in both, and what was left out.

    `unknown` holds, for each item that bounds the difference, the two scores, None for the one that failed.
    """

    metric: str
    task: Task
    range: tuple[float, float] | None
    higher_is_better: bool | None
    ids: list[str] = field(default_factory=list)
    a: list[float] = field(default_factory=list)
    b: list[float] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    items_left_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unknown: list[tuple[float | None, float | None]] = field(default_factory=list)

    def left_out(self) -> LeftOut:
        """Return what was left out, and how far it could move the difference."""
        ends: tuple[float | None, float | None] = (None, None)
        if self.range and (self.a or self.unknown):
            low, high = self.range
            ends = self._had((low, high)), self._had((high, low))
        return LeftOut(
            items=self.items_left_out, reasons=dict(sorted(self.reasons.items())), lowest=ends[0], highest=ends[1]
        )

    def _had(self, gone: tuple[float, float]) -> float:
        """Return the difference had every unknown score of A been the first of two values, and of B the second."""
        guessed = [(gone[0] if a is None else a) - (gone[1] if b is None else b) for a, b in self.unknown]
        known = [a - b for a, b in zip(self.a, self.b, strict=True)]
        return math.fsum([*known, *guessed]) / (len(known) + len(guessed))


def join(benchmark: Benchmark, a: Iterable[ScoreRow], b: Iterable[ScoreRow], condition: str) -> list[Joined]:
    """Return all items that either run was asked under a condition, in the test set's order."""
    rows_a = {row.item_id: row for row in a if row.condition == condition}
    rows_b = {row.item_id: row for row in b if row.condition == condition}
    for item_id in rows_a.keys() | rows_b.keys():
        benchmark.item(item_id)  # an id that the test set does not know is refused, not passed over
    return [
        Joined(item, benchmark.cluster_of(item), rows_a.get(item.id), rows_b.get(item.id))
        for item in benchmark.items
        if item.id in rows_a or item.id in rows_b
    ]


def scores_of(name: str, joined: Sequence[Joined], policy: MissingPolicy) -> Scores:
    """Return a metric's pairs of scores.

    Args:
        name: Of the table, or an extra one's.
        joined: The items of one condition.
        policy: How the test set counts missing items: a score of the worst kind, or none.
    """
    metric = METRICS.get(name) or _extra(name)
    task = _task_of(name, joined)
    found = Scores(name, task, metric.range, metric.higher_is_better)
    for one in joined:
        if one.item.task == task and metric.applies(one.item):
            a, b = (None if row is None else counted_score(row, metric, policy) for _, row in one.sides)
            _add(found, one, a, b, policy)
    return found


def _extra(name: str) -> Metric:
    """Return what a comparison needs of a further metric, without loading its module: its range is not known."""

    def no_score(*_: object) -> None:
        return None

    def applies(item: Item) -> bool:
        return bool(item.references) or (item.task == "qa" and not item.is_answerable)  # type: ignore[union-attr]

    return Metric(name, "", applies, no_score, range=None, higher_is_better=None)


def _task_of(name: str, joined: Iterable[Joined]) -> Task:
    if is_extra(name):
        return "summary" if name.endswith(OF_SUMMARIES) else "qa"
    return next((one.item.task for one in joined if METRICS[name].applies(one.item)), "qa")


def facts_of(benchmark: Benchmark, joined: Iterable[Joined]) -> tuple[Scores, list[list[float]], list[list[float]]]:
    """Return the facts that each run's summaries state, flat and by summary."""
    found = Scores(FACTS, "summary", (0.0, 1.0), True)
    stated: tuple[list[list[float]], list[list[float]]] = ([], [])
    policy = benchmark.manifest.missing
    for one in joined:
        if not isinstance(one.item, SummaryItem) or not one.item.facts:
            continue
        a, b = (_stated(row, one.item, benchmark.recipe.language, policy) for _, row in one.sides)
        if a is not None and b is not None:
            stated[0].append(a)
            stated[1].append(b)
        for place, fact in enumerate(one.item.facts):
            _add(found, one, a[place] if a else None, b[place] if b else None, policy, f"{one.item.id}/{fact.id}")
    return found, *stated


def _stated(row: ScoreRow | None, item: SummaryItem, language: str, policy: MissingPolicy) -> list[float] | None:
    """Return 1 for each fact that a summary states within its budget and 0 for the others; None without a summary."""
    if row is None or row.outcome == "failed" or (row.outcome == "missing" and policy != "zero"):
        return None
    read = row.text if item.max_words is None else first_words(row.text, item.max_words)
    return [float(states(read, fact.facets, language)) for fact in item.facts]


def _add(found: Scores, one: Joined, a: float | None, b: float | None, policy: MissingPolicy, name: str = "") -> None:
    """Put an item where it belongs: among the pairs, or among those left out, with the reasons."""
    if a is not None and b is not None:
        found.ids.append(name or one.item.id)
        found.a.append(a)
        found.b.append(b)
        found.clusters.append(one.cluster)
        return
    found.items_left_out += 1
    unknown = True
    for (letter, row), score in zip(one.sides, (a, b), strict=True):
        if score is None:
            found.reasons[f"{_reason(row)} in {letter}"] += 1
            unknown = unknown and row is not None and is_unknown(row, policy)
    if unknown:
        found.unknown.append((a, b))


def _reason(row: ScoreRow | None) -> str:
    if row is None:
        return "not asked"
    return row.outcome if row.outcome in {"failed", "missing"} else "without a number"
