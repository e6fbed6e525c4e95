"""The verb `compare`: two runs over the items of both, metric by metric."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from readmark.benchmark import Benchmark
from readmark.errors import MetricError, Problem
from readmark.metrics import HEADLINES
from readmark.runs import benchmark_of
from readmark.statistics.differences import Difference, compare_pair
from readmark.statistics.facts import compare_facts
from readmark.statistics.gaps import items_needed, visible_gap
from readmark.statistics.holm import holm
from readmark.verbs.compare.pairs import FACTS, Scores, facts_of, join, scores_of
from readmark.verbs.compare.records import FORMAT, Compared, Comparison, NeededItems
from readmark.verbs.compare.two import Two, read_two
from readmark.verbs.compare.verdict import is_undeclared, sentence, verdict_of

# Five points: the power to show the very difference that was seen says no more than its p-value does.
DEFAULT_GAP = 0.05
SHOWN = (
    "answer_match", "exact_match", "token_f1", "list_f1", "false_answer", "missed_answer",
    "fact_recall", "contradictions", "rouge1", "rouge2", "rougeL",
)  # fmt: skip


class _Measured(NamedTuple):
    """A metric under a condition on its way to a record."""

    condition: str
    scores: Scores
    difference: Difference
    asked: bool  # for a verdict

    @property
    def can_win(self) -> bool:
        """Whether a winner may come of it, so that it counts in the correction."""
        directed = self.scores.higher_is_better is not None
        return self.asked and directed and self.difference.can_be_decided and not is_undeclared(self.scores)


def compare(  # noqa: PLR0913 - an option of the command each
    a: str | Path,
    b: str | Path,
    *,
    benchmark: str | Path | Benchmark | None = None,
    conditions: Sequence[str] = (),
    metrics: Sequence[str] = (),
    gap: float = DEFAULT_GAP,
    items: bool = False,
) -> Comparison:
    """Compare two runs over the items that have a score in both; every difference is A minus B.

    A verdict is reached for the headline under each condition, or for each metric named; Holm's correction is over
    all of them. The other metrics are shown with their doubt and without a verdict.

    Args:
        a: The folder of a run.
        b: The folder of another run with the same recipe.
        benchmark: The test set, where it moved since the runs.
        conditions: Which; by default all that both have.
        metrics: Which; by default the headlines and those beside them that have a better end.
        gap: The gap for which the needed items are counted, on a metric's scale: .05 is five points.
        items: Name the items on which the runs differ, for each metric with a verdict.

    Raises:
        ReadmarkError: A run cannot be read, both are the same run, their recipes differ, a name is unknown.
    """
    if not 0 < gap <= 1:
        raise MetricError(Problem("--gap", f"is {100 * gap:g} points", "over 0, at most 100", "give another gap"))
    two = read_two(a, b)
    chosen = two.metrics(metrics, SHOWN, two.conditions(conditions))
    loaded = benchmark_of(two.folders[0], benchmark)
    measured = [one for name, wanted in chosen.items() for one in _measure(loaded, two, name, wanted, bool(metrics))]
    pairs = sum(one.can_win for one in measured)
    if pairs > 1:  # sign flips that are fine enough for one verdict may be too coarse for several
        measured = [_measured(one.condition, one.scores, one.asked, pairs) if one.can_win else one for one in measured]
    corrected = iter(holm([one.difference.p for one in measured if one.can_win]))
    results = [_record(one, next(corrected) if one.can_win else None, pairs, gap=gap, items=items) for one in measured]
    first, second = two.sides
    return Comparison(
        format=FORMAT, a=first, b=second, benchmark=two.infos[0].benchmark, signature=two.reports[0].signature,
        gap=gap, verdicts=pairs, results=tuple(_with_words(results, gap)), notes=_notes(loaded, two, measured),
    )  # fmt: skip


def _measure(
    benchmark: Benchmark, two: Two, condition: str, metrics: Sequence[str], asked: bool
) -> Iterator[_Measured]:
    """Compare each metric under one condition; few summaries fact by fact too."""
    joined = join(benchmark, *two.rows, condition)
    for name in metrics:
        scores = scores_of(name, joined, benchmark.manifest.missing)
        yield _measured(condition, scores, asked or name in HEADLINES.values())
        if name == HEADLINES["summary"] and is_undeclared(scores):
            facts, a, b = facts_of(benchmark, joined)
            yield _Measured(condition, facts, compare_facts(a, b), asked=False)


def _measured(condition: str, scores: Scores, asked: bool, pairs: int = 1) -> _Measured:
    difference = compare_pair(scores.a, scores.b, scores.clusters, scores.range, pairs)
    return _Measured(condition, scores, difference, asked)


def _record(one: _Measured, adjusted: float | None, pairs: int, *, gap: float, items: bool) -> Compared:
    scores, found = one.scores, one.difference
    alone = _apart(scores) if items and one.asked else ((), ())
    return Compared(
        condition=one.condition, metric=scores.metric, task=scores.task, higher_is_better=scores.higher_is_better,
        a=_mean(scores.a), b=_mean(scores.b), value=found.value, low=found.low, high=found.high, p=found.p,
        adjusted=adjusted, test=found.test, n=found.n, a_higher=found.discordant_first,
        b_higher=found.discordant_second, equal=found.n - found.discordant_first - found.discordant_second,
        clusters=found.clusters, smallest_gap=visible_gap(found, pairs if one.can_win else 1),
        needed=_needed(one, gap, pairs), left_out=scores.left_out(),
        verdict=verdict_of(scores, one.condition, found, adjusted) if one.asked else None, says="",
        a_items=alone[0], b_items=alone[1],
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _needed(one: _Measured, gap: float, pairs: int) -> NeededItems | None:
    """Return what the wanted gap needs; nothing where more items of the kind would not do, or the unit is unknown."""
    found = one.difference
    if not found.n or one.scores.range is None or is_undeclared(one.scores):
        return None
    low, high = one.scores.range
    needed = items_needed(gap * (high - low), found, pairs if one.can_win else 1)
    return NeededItems(items=needed and needed.items, clusters=needed and needed.clusters)


def _apart(scores: Scores) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the items on which A's score is the higher one, and those on which B's is."""
    rows = list(zip(scores.ids, scores.a, scores.b, strict=True))
    return tuple(name for name, a, b in rows if a > b), tuple(name for name, a, b in rows if a < b)


def _with_words(results: Sequence[Compared], gap: float) -> Iterator[Compared]:
    facts = {one.condition: one for one in results if one.metric == FACTS}
    for one in results:
        beside = facts.get(one.condition) if one.metric == HEADLINES["summary"] else None
        yield msgspec.structs.replace(one, says=sentence(one, gap, beside))


def _notes(benchmark: Benchmark, two: Two, measured: Sequence[_Measured]) -> tuple[str, ...]:
    clusters = {cluster for one in measured for cluster in one.scores.clusters}
    notes = ["conditional on this article"] if len(clusters) == 1 else []
    if benchmark.manifest.missing == "zero" and any(report.counts.missing for report in two.reports):
        notes.append("missing items count as wrong, as the test set says")
    return (*benchmark.notes, *notes, *two.notes(list(dict.fromkeys(one.condition for one in measured))))
