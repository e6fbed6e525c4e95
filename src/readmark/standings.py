"""Where models stand against each other: all pairs over the items of both, ranks as sets, the gap that can be seen.

Ranked are the headline of questions, the official measures beside it, and the headline of summaries from 20 articles
on; under `reading` and `twin`, or under the only condition there is, where a high score under it is a merit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from readmark.metrics import METRICS, Metric
from readmark.prompts import CONDITIONS
from readmark.records import Record
from readmark.reporting import counted_score
from readmark.statistics.boards import Pairwise, compare_all, rank_sets
from readmark.statistics.facts import RANKED_ARTICLES
from readmark.statistics.gaps import typical_gap

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark
    from readmark.scoring import ScoreRow

RANKED = ("answer_match", "exact_match", "token_f1", "list_f1", "fact_recall")
_CONDITIONS = ("reading", "twin")
Rows = Mapping[str, Sequence["ScoreRow"]]  # a model's rows under its id, all conditions together


class PairStanding(Record, frozen=True, omit_defaults=False):
    """Two models on the items that both have a score for.

    Attributes:
        first, second: Ids of entries; the difference is first minus second.
        difference: With its 95 % interval, on the metric's scale, unrounded.
        p: Of the test named; `adjusted` is Holm's over all pairs of this metric and condition.
        n: Items of both.
        first_higher, second_higher: On how many items which score is the higher one.
        surely: 1 where the first is surely higher, -1 where the second is, 0 where they cannot be told apart.
    """

    first: str
    second: str
    difference: float | None
    low: float | None
    high: float | None
    p: float
    adjusted: float
    test: str
    n: int
    first_higher: int
    second_higher: int
    surely: int


class Standing(Record, frozen=True, omit_defaults=False):
    """Models under one condition by one metric.

    Attributes:
        ranks: By id, the best and the worst rank that the data allows.
        smallest_gap: The gap that this test set can show between two of these models with 80 % power, after the
            correction for all pairs; None where it can show none.
        pairs: All pairs.
    """

    ranks: dict[str, tuple[int, int]]
    smallest_gap: float | None
    pairs: tuple[PairStanding, ...]


def make_standings(benchmark: Benchmark, rows: Rows) -> dict[str, dict[str, Standing]]:
    """Return a standing for each condition and metric that is ranked and that two models have scores for.

    The order of models does not show in the result.
    """
    names = {row.condition for model in rows.values() for row in model}
    alone = [name for name in names if len(names) == 1 and CONDITIONS[name].tests_reading]
    conditions = [name for name in _CONDITIONS if name in names] or alone
    found: dict[str, dict[str, Standing]] = {}
    for condition in conditions:
        under = {model: [row for row in mine if row.condition == condition] for model, mine in rows.items()}
        standings = {name: _standing(benchmark, under, METRICS[name]) for name in RANKED}
        found[condition] = {name: standing for name, standing in standings.items() if standing}
    return {condition: standings for condition, standings in found.items() if standings}


def _standing(benchmark: Benchmark, rows: Rows, metric: Metric) -> Standing | None:
    """Return the standing by one metric; None where it ranks nobody."""
    policy = benchmark.manifest.missing
    scores = {
        model: {
            row.item_id: counted_score(row, metric, policy)
            for row in mine
            if metric.applies(benchmark.item(row.item_id))
        }
        for model, mine in rows.items()
    }
    scores = {model: mine for model, mine in scores.items() if any(score is not None for score in mine.values())}
    ids = sorted({item_id for mine in scores.values() for item_id in mine})
    clusters = [benchmark.cluster_of(benchmark.item(item_id)) for item_id in ids]
    if len(scores) < 2 or (metric.name == "fact_recall" and len(set(clusters)) < RANKED_ARTICLES):
        return None
    pairwise = compare_all(
        {model: [mine.get(item_id) for item_id in ids] for model, mine in scores.items()}, clusters, metric.range
    )
    return Standing(
        ranks=rank_sets(pairwise, higher_is_better=metric.higher_is_better is not False),
        smallest_gap=typical_gap(pairwise.differences.values(), len(pairwise.models)),
        pairs=tuple(_pairs(pairwise)),
    )


def _pairs(pairwise: Pairwise) -> Iterable[PairStanding]:
    for (first, second), found in pairwise.differences.items():
        yield PairStanding(
            first=first, second=second, difference=found.value, low=found.low, high=found.high, p=found.p,
            adjusted=pairwise.adjusted[first, second], test=found.test, n=found.n,
            first_higher=found.discordant_first, second_higher=found.discordant_second,
            surely=pairwise.surely(first, second),
        )  # fmt: skip
