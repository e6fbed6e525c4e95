"""From score rows to a report: means with intervals, bounds over failures, groups and differences."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from readmark.benchmark import twin_item, twin_text
from readmark.languages import language_of
from readmark.metrics import Metric, metrics_for
from readmark.metrics.answer_match import find_tokens, rule_verdict
from readmark.metrics.equivalence import canonical
from readmark.prompts import CONDITIONS
from readmark.records import Item, MissingPolicy, Prediction, QaItem
from readmark.results import ConditionReport, Counts, Report, Score
from readmark.statistics import mean_interval

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark
    from readmark.scoring import ScoreRow

FORMAT = "readmark-report/1"
SMALLEST_GROUP = 20  # items; below it a group's score says too little to publish


def make_report(
    benchmark: Benchmark,
    rows: Sequence[ScoreRow],
    signature: Mapping[str, str | int],
    *,
    costs: Mapping[str, int] | None = None,
    unknown: int = 0,
    notes: Sequence[str] = (),
) -> Report:
    """Return the report of scored rows.

    Args:
        benchmark: The test set.
        rows: All rows, of one or more conditions.
        signature: The recipe.
        costs: Tokens, where the model told them.
        unknown: Predictions for items that the test set does not have.
        notes: What else a reader of the numbers must know.
    """
    by_condition: defaultdict[str, list[ScoreRow]] = defaultdict(list)
    for row in rows:
        by_condition[row.condition].append(row)
    conditions = {name: _condition_report(benchmark, by_condition[name]) for name in CONDITIONS if by_condition[name]}
    lead = conditions.get("reading") or (next(iter(conditions.values())) if len(conditions) == 1 else None)
    return Report(
        format=FORMAT,
        signature=dict(signature),
        counts=_counts(rows, unknown),
        conditions=conditions,
        derived=_derived(benchmark, by_condition),
        costs=dict(costs or {}),
        scores=lead.scores if lead else {},
        notes=(*benchmark.notes, *_notes(benchmark, rows), *notes),
    )


class _Placed(NamedTuple):
    """A row with what its scores are gathered by."""

    row: ScoreRow
    item: Item
    cluster: str
    metrics: tuple[Metric, ...]  # that are defined on the item


def _place(benchmark: Benchmark, row: ScoreRow, metrics: Iterable[Metric]) -> _Placed:
    item = benchmark.item(row.item_id)
    return _Placed(row, item, benchmark.cluster_of(item), tuple(metric for metric in metrics if metric.applies(item)))


def _condition_report(benchmark: Benchmark, rows: Sequence[ScoreRow]) -> ConditionReport:
    metrics = tuple(metrics_for(benchmark.recipe).values())
    placed = [_place(benchmark, row, metrics) for row in rows]
    groups: dict[str, defaultdict[str, list[_Placed]]] = {
        "process": defaultdict(list),
        "answerable": defaultdict(list),
    }
    for one in placed:
        if isinstance(one.item, QaItem):
            groups["answerable"]["yes" if one.item.is_answerable else "no"].append(one)
            if one.item.process:
                groups["process"][one.item.process].append(one)
    policy = benchmark.manifest.missing
    scores = _scores(placed, metrics, policy)
    by = {
        group: {
            name: large
            for name, members in sorted(parts.items())
            if (large := _large(scores if len(members) == len(placed) else _scores(members, metrics, policy)))
        }
        for group, parts in groups.items()
    }
    return ConditionReport(counts=_counts(rows), scores=scores, by={name: part for name, part in by.items() if part})


def _large(scores: Mapping[str, Score]) -> dict[str, Score]:
    """Return a group's scores that stand on enough items; a metric may be defined on a few of the group alone."""
    return {name: score for name, score in scores.items() if score.n >= SMALLEST_GROUP}


def _counts(rows: Iterable[ScoreRow], unknown: int = 0) -> Counts:
    found = Counter(row.outcome for row in rows)
    return Counts(
        items=found.total(),
        answered=found["answered"],
        abstained=found["abstained"],
        failed=found["failed"],
        missing=found["missing"],
        unknown=unknown,
    )


@dataclass
class _Column:
    """A metric's values over rows, each with its cluster, and how many more are unknown."""

    values: list[float] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    unknown: int = 0


def _scores(placed: Iterable[_Placed], metrics: Iterable[Metric], policy: MissingPolicy) -> dict[str, Score]:
    """Return each metric's score over rows; failures bound it, missing items follow the test set's policy."""
    columns: defaultdict[str, _Column] = defaultdict(_Column)
    for row, _, cluster, defined in placed:
        for metric in defined:
            column = columns[metric.name]
            value = counted_score(row, metric, policy)
            if value is not None:
                column.values.append(value)
                column.clusters.append(cluster)
            elif is_unknown(row, policy):
                column.unknown += 1
    return {metric.name: _score(metric, columns[metric.name]) for metric in metrics if metric.name in columns}


def counted_score(row: ScoreRow, metric: Metric, policy: MissingPolicy) -> float | None:
    """Return what a row counts as: its score, the worst one where missing items count so, None where it has none."""
    if row.outcome == "missing" and policy == "zero" and metric.range and metric.higher_is_better is not None:
        return metric.range[0 if metric.higher_is_better else 1]
    return row.scores.get(metric.name)


def is_unknown(row: ScoreRow, policy: MissingPolicy) -> bool:
    """Return whether a row without a score bounds the mean: it failed, or is missing and the test set says so."""
    return row.outcome == "failed" or (row.outcome == "missing" and policy == "bound")


def _score(metric: Metric, column: _Column) -> Score:
    """Return a metric's mean with its interval."""
    values = column.values
    worst, best = _bounds(metric, values, column.unknown)
    if not values:
        return Score(value=None, n=0, worst=worst, best=best)
    interval = mean_interval(values, column.clusters, metric.range)
    return Score(value=interval.value, low=interval.low, high=interval.high, n=len(values), worst=worst, best=best)


def _bounds(metric: Metric, values: Sequence[float], unknown: int) -> tuple[float | None, float | None]:
    """Return the mean had all unknown items gone the worst and the best way; none for a metric without a range."""
    total = len(values) + unknown
    if metric.range is None or metric.higher_is_better is None or not total:
        return None, None
    ends = [math.fsum([*values, *[end] * unknown]) / total for end in metric.range]
    return (ends[0], ends[1]) if metric.higher_is_better else (ends[1], ends[0])


def _derived(benchmark: Benchmark, rows: Mapping[str, Sequence[ScoreRow]]) -> dict[str, Score]:
    derived = {}
    gain = _reading_gain(benchmark, rows)
    if gain:
        derived["reading_gain"] = gain
    return derived | _twin_scores(benchmark, rows.get("twin", ()))


def _reading_gain(benchmark: Benchmark, rows: Mapping[str, Sequence[ScoreRow]]) -> Score | None:
    """Return reading − closed_book in answer_match, over the items that were scored under both."""
    read, recalled = (
        {row.item_id: row.scores["answer_match"] for row in rows.get(name, ()) if "answer_match" in row.scores}
        for name in ("reading", "closed_book")
    )
    shared = [item_id for item_id in read if item_id in recalled]
    if not shared:
        return None
    gains = [read[item_id] - recalled[item_id] for item_id in shared]
    clusters = [benchmark.cluster_of(benchmark.item(item_id)) for item_id in shared]
    interval = mean_interval(gains, clusters, (-1.0, 1.0))
    return Score(value=interval.value, low=interval.low, high=interval.high, n=len(gains))


def _twin_scores(benchmark: Benchmark, rows: Sequence[ScoreRow]) -> dict[str, Score]:
    """Return follows_article and repeats_memory over changed items whose old answers are not in the twin's text."""
    follows: list[float] = []
    repeats: list[float] = []
    clusters: list[str] = []
    for row in rows:
        item = benchmark.item(row.item_id)
        if isinstance(item, QaItem) and "answer_match" in row.scores and _is_changed(benchmark, item):
            follows.append(row.scores["answer_match"])
            repeated = rule_verdict(row.text, item.references, (), item.question)  # words in common are no memory
            repeats.append(repeated.score if repeated else 0.0)
            clusters.append(benchmark.cluster_of(item))
    if not follows:
        return {}
    named = {"follows_article": follows, "repeats_memory": repeats}
    intervals = {name: mean_interval(values, clusters) for name, values in named.items()}
    return {name: Score(value=i.value, low=i.low, high=i.high, n=len(clusters)) for name, i in intervals.items()}


def _is_changed(benchmark: Benchmark, item: QaItem) -> bool:
    changed = twin_item(benchmark, item)  # lists are left out: some parts may change and others stay
    if not item.references or {*map(canonical, item.references)} & {*map(canonical, changed.references)}:
        return False
    text = canonical(twin_text(benchmark, item.article))
    return all(find_tokens(text, canonical(reference)) is None for reference in item.references)


def _notes(benchmark: Benchmark, rows: Iterable[ScoreRow]) -> tuple[str, ...]:
    clusters = {benchmark.cluster_of(benchmark.item(row.item_id)) for row in rows}
    notes = ["conditional on this article"] if len(clusters) == 1 else []
    language = benchmark.recipe.language
    if not language_of(language).name:
        notes.append(f"no articles are known for the language {language}: exact_match and token_f1 drop none")
    notes += dict.fromkeys(metric.note for metric in metrics_for(benchmark.recipe).values() if metric.note)
    return tuple(notes)


def token_costs(lines: Iterable[Prediction]) -> dict[str, int]:
    """Return the tokens that the model told of, summed."""
    known = list(lines)
    sums = {
        name: [n for line in known if (n := getattr(line, name)) is not None]
        for name in ("input_tokens", "output_tokens")
    }
    return {name: sum(counts) for name, counts in sums.items() if counts}


def money(tokens: Mapping[str, int], price: tuple[float, float] | None) -> float | None:
    """Return what tokens cost at a price for a million input and a million output tokens; None where either is unknown.

    A server's discount for what it had in its cache is not counted.
    """
    if price is None or not tokens:
        return None
    return (tokens.get("input_tokens", 0) * price[0] + tokens.get("output_tokens", 0) * price[1]) / 1e6
