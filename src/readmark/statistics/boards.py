"""A board: all pairs of models at once, with Holm's correction, and ranks that say what cannot be told apart."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from readmark.statistics.differences import Difference, compare_pairs, shared
from readmark.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence


class Pairwise(NamedTuple):
    """All pairs of a board: models by name, and for each pair of names in that order its difference.

    `adjusted` holds Holm's p-values: with all that are at most .05, at most one board in twenty tells one falsehood.
    """

    models: tuple[str, ...]
    differences: dict[tuple[str, str], Difference]
    adjusted: dict[tuple[str, str], float]

    def difference(self, first: str, second: str) -> Difference:
        """Return first minus second, in whichever order the names are given."""
        if (first, second) in self.differences:
            return self.differences[first, second]
        return self.differences[second, first].turned()

    def surely(self, first: str, second: str) -> int:
        """Return 1 where the first model's scores are surely higher, -1 where the second's are, else 0."""
        pair = (first, second) if (first, second) in self.differences else (second, first)
        sign = self.differences[pair].surely(self.adjusted[pair])
        return sign if pair[0] == first else -sign


def compare_all(
    scores: Mapping[str, Sequence[float | None]],
    clusters: Sequence[Hashable] | None = None,
    bounds: tuple[float, float] | None = (0.0, 1.0),
) -> Pairwise:
    """Compare all pairs of models; the order of models, and of items, does not show in the result.

    Args:
        scores: By model, one score an item, None where there is none; a model without any is left out.
        clusters: A label an item, such as its article; None for one cluster.
        bounds: The metric's range; None where it has no finite one.
    """
    models = tuple(sorted(name for name, row in scores.items() if any(score is not None for score in row)))
    names = list(combinations(models, 2))
    pairs = (shared(scores[first], scores[second], clusters) for first, second in names)
    found = compare_pairs(list(pairs), bounds)
    adjusted = holm([difference.p for difference in found])
    return Pairwise(models, dict(zip(names, found, strict=True)), dict(zip(names, adjusted, strict=True)))


def rank_sets(pairwise: Pairwise, *, higher_is_better: bool = True) -> dict[str, tuple[int, int]]:
    """Return for each model the best and the worst rank it may have: 1 + surely better, K - surely worse.

    All sets hold their true ranks at once in at least 95 % of boards. Models that no pair tells apart share all ranks.
    Idea: Mogstad, Romano, Shaikh and Wilhelm 2023, doi 10.1093/restud/rdad006.
    """
    sign = 1 if higher_is_better else -1
    found = {}
    for model in pairwise.models:
        against = [sign * pairwise.surely(model, other) for other in pairwise.models if other != model]
        found[model] = 1 + against.count(-1), len(pairwise.models) - against.count(1)
    return found
