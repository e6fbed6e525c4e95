"""No-answer probabilities over scored rows: what a threshold makes of them, and which would be best.

An item whose probability is over the threshold counts as abstaining: right where there is no answer, wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from readmark.extraction import Answer
from readmark.metrics import METRICS, is_extra, metrics_for
from readmark.prompts import asked_item
from readmark.records import QaItem
from readmark.results import Threshold
from readmark.statistics.thresholds import Choice, best_threshold, item_by_item_best, value_at

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark
    from readmark.scoring import ScoreRow

Probabilities = Mapping[str, float]  # by item id
SEARCHED = ("exact_match", "token_f1")
OVER = "the probability that there is no answer is over the threshold"
SILENCE = Answer("", abstains=True)
_SAME = 1e-9


def with_threshold(
    benchmark: Benchmark, rows: Sequence[ScoreRow], probabilities: Probabilities, threshold: float
) -> list[ScoreRow]:
    """Return rows in which every item over the threshold abstains."""
    return [
        _abstaining(benchmark, row) if row.scores and probabilities.get(row.item_id, threshold) > threshold else row
        for row in rows
    ]


def _abstaining(benchmark: Benchmark, row: ScoreRow) -> ScoreRow:
    item = asked_item(benchmark, benchmark.item(row.item_id), row.condition)
    if not isinstance(item, QaItem):
        return row
    recipe, article = benchmark.recipe, benchmark.articles[item.article].text
    scores = {}
    for name in row.scores:
        value = metrics_for(recipe)[name].score(SILENCE, item, article, recipe) if is_extra(name) else None
        scores[name] = _abstention_score(name, item) if value is None else value
    return msgspec.structs.replace(row, outcome="abstained", text="", rule=OVER, scores=scores)


def _abstention_score(metric: str, item: QaItem) -> float:
    """Return what abstaining scores: the metric's good end where there is no answer, else its bad end."""
    low, high = METRICS[metric].range or (0.0, 1.0)
    return high if METRICS[metric].higher_is_better != item.is_answerable else low


def best_thresholds(
    benchmark: Benchmark, rows: Sequence[ScoreRow], probabilities: Probabilities
) -> tuple[dict[str, Threshold], tuple[str, ...]]:
    """Return each metric's best threshold, and notes where the official search would report another value.

    Args:
        benchmark: The test set.
        rows: Of one condition, as scored before any threshold.
        probabilities: Of every item that has scores; their order is that of the official search.
    """
    place = {item_id: number for number, item_id in enumerate(probabilities)}
    scored = sorted((row for row in rows if row.scores), key=lambda row: place.get(row.item_id, -1))
    found: dict[str, Threshold] = {}
    notes: list[str] = []
    for metric in SEARCHED:
        choices = [
            Choice(
                probabilities[row.item_id],
                row.scores[metric],
                _abstention_score(metric, benchmark.item(row.item_id)),  # type: ignore[arg-type]
            )
            for row in scored
            if metric in row.scores and row.item_id in probabilities
        ]
        if not choices:
            continue
        value, threshold = best_threshold(choices)
        found[metric] = Threshold(value=value, threshold=threshold, n=len(choices))
        other, at = item_by_item_best(choices)
        if abs(other - value) > _SAME:
            notes.append(
                f"{metric}: a search that parts equal probabilities, as the official script's, would give "
                f"{100 * other:.2f} at threshold {at:g}, where the score is {100 * value_at(choices, at):.2f}"
            )
    return found, tuple(notes)
