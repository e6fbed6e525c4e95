"""The difference of two models' scores on the same items: its size, its doubt, and whether it could be chance.

Conventions: scores are floats, one an item, None where there is none; only items that both models have a score for
count. `clusters` holds one label an item, such as its article. A difference is first minus second.

| clusters | scores | interval | test |
| --- | --- | --- | --- |
| one | right or wrong | Newcombe's | McNemar's, mid-p |
| one | graded | `mean_interval` of the differences | sign flips of items |
| several | either | the same, with the articles' error and t(G - 1) | sign flips of articles' sums |

Where sign flips cannot give a p-value small enough (eight articles, or a board of ten models over 14), the t test
whose turning round is the interval takes their place; the choice looks at numbers of articles and pairs, never at
scores. What each does is shown in docs/statistics.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from readmark.statistics.flips import DRAWN, EXACT, flip_p_values, smallest_p
from readmark.statistics.holm import ALPHA
from readmark.statistics.intervals import Interval, fit_mean, t_quantile, wilson
from readmark.statistics.paired import mcnemar, newcombe

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

FEWEST_CLUSTERS = 6  # of fewer, five alike may be chance, and their spread says little: no win is declared
_NO_ERROR = 1e-12  # a standard error below this is rounding, not spread
_FINE = 10  # the smallest p-value that flips can give, corrected, must be a tenth of `ALPHA`, or they are too coarse


class Difference(NamedTuple):
    """How two models differ on the items that both have a score for.

    `value` is None where there is no such item; the ends are None where an unbounded metric has no spread.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float
    test: str
    n: int
    discordant_first: int  # items on which the first model's score is the higher one
    discordant_second: int
    clusters: int
    error: float  # standard error of the difference; never 0 for a bounded metric
    range: float | None  # the metric's: 1 for a share, None for an unbounded one
    paired_shares: bool = False  # right or wrong over one cluster: Newcombe's and McNemar's

    @property
    def can_be_decided(self) -> bool:
        """Whether the items are enough to declare a win: not with two to five clusters, or under six graded items."""
        units = self.clusters if self.clusters > 1 else self.n
        return self.paired_shares or units >= FEWEST_CLUSTERS

    def surely(self, p: float | None = None) -> int:
        """Return 1 where the first is surely higher, -1 where the second is, else 0; `p` may be a corrected one."""
        if not self.value or not self.can_be_decided or (self.p if p is None else p) > ALPHA:
            return 0
        return 1 if self.value > 0 else -1

    def turned(self) -> Difference:
        """Return the difference of the second model from the first."""
        value, low, high = (None if end is None else 0.0 - end for end in (self.value, self.high, self.low))
        first, second = self.discordant_second, self.discordant_first
        return self._replace(value=value, low=low, high=high, discordant_first=first, discordant_second=second)


class Pair(NamedTuple):
    """The scores of two models on the items of both, with a cluster an item."""

    first: list[float]
    second: list[float]
    clusters: list[Hashable] | None

    @property
    def differences(self) -> list[float]:
        """First minus second, item by item."""
        return [one - other for one, other in zip(self.first, self.second, strict=True)]


def compare_pair(
    first: Sequence[float | None],
    second: Sequence[float | None],
    clusters: Sequence[Hashable] | None = None,
    bounds: tuple[float, float] | None = (0.0, 1.0),
    pairs: int = 1,
) -> Difference:
    """Return the difference of two models' mean scores, first minus second, over the items of both.

    Args:
        first: One score an item; None where there is none.
        second: The other model's, in the same order.
        clusters: A label an item, such as its article; None for one cluster.
        bounds: The metric's range; None where it has no finite one.
        pairs: How many pairs are compared at once; decides whether sign flips are fine enough, corrects nothing.

    Example:
        >>> found = compare_pair([1, 1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 1, 0])
        >>> found.value, found.p, found.test, found.discordant_first
        (0.75, 0.015625, 'McNemar, mid-p', 6)
    """
    return compare_pairs([shared(first, second, clusters)], bounds, pairs)[0]


def shared(
    first: Sequence[float | None], second: Sequence[float | None], clusters: Sequence[Hashable] | None = None
) -> Pair:
    """Return the scores of the items that both models have a score for."""
    rows = [
        (one, other, label)
        for one, other, label in zip(first, second, clusters or [0] * len(first), strict=True)
        if one is not None and other is not None
    ]
    labels = [label for _, _, label in rows] if clusters else None
    return Pair([one for one, _, _ in rows], [other for _, other, _ in rows], labels)


def compare_pairs(
    compared: Sequence[Pair], bounds: tuple[float, float] | None = (0.0, 1.0), pairs: int | None = None
) -> list[Difference]:
    """Return the difference of each pair; sign flips of all are drawn at once, each value is that of its pair alone."""
    pairs = pairs or len(compared)
    found = [_measure(pair, bounds, pairs) for pair in compared]
    flipped = [place for place, one in enumerate(found) if one.test.startswith("sign flips")]
    values = flip_p_values([_units(compared[place]) for place in flipped])
    for place, p in zip(flipped, values, strict=True):
        found[place] = found[place]._replace(p=p)
    return found


def _measure(pair: Pair, bounds: tuple[float, float] | None, pairs: int) -> Difference:
    """Return a pair's difference; where its test is sign flips, p is yet to come."""
    if not pair.first:
        return Difference(None, None, None, 1.0, "none: no item of both", 0, 0, 0, 0, 0.0, None)
    first = sum(one > other for one, other in zip(pair.first, pair.second, strict=True))
    second = sum(one < other for one, other in zip(pair.first, pair.second, strict=True))
    n, clusters = len(pair.first), len(set(pair.clusters or [0]))
    if clusters == 1 and bounds and {*pair.first, *pair.second} <= set(bounds):
        return _shares(pair, bounds, first, second)
    units, kind = (clusters, "clusters") if clusters > 1 else (n, "items")
    reach = bounds and (bounds[0] - bounds[1], bounds[1] - bounds[0])
    fit = fit_mean(pair.differences, pair.clusters, reach)
    if smallest_p(units) * pairs * _FINE <= ALPHA:
        p, test = 1.0, f"sign flips of {kind}, " + ("exact" if units <= EXACT else f"{DRAWN} drawn")
    else:
        p, test = t_p(fit.t, fit.df), f"t over {kind}"
    interval, error = fit.interval, fit.error
    if reach and first == second == 0:
        hidden = wilson(0.0, units)[1] * reach[1]  # what so many items, all alike, can hide
        interval = Interval(0.0, -hidden, hidden)
    if interval.low is not None and interval.high is not None and error < _NO_ERROR:
        error = (interval.high - interval.low) / 2 / t_quantile(max(1, units - 1))
    return Difference(*interval, p, test, n, first, second, clusters, error, reach and reach[1])


def _shares(pair: Pair, bounds: tuple[float, float], first: int, second: int) -> Difference:
    n, width = len(pair.first), bounds[1] - bounds[0]
    both = sum(one == other == bounds[1] for one, other in zip(pair.first, pair.second, strict=True))
    low, high = newcombe(both, first, second, n)
    share = (first - second) / n
    # Without a discordant item, as if half an item differed each way: nothing seen is not nothing there.
    error = math.sqrt(max((first + second) / n - share**2, 1 / n**2) / n)
    interval = share * width, low * width, high * width
    return Difference(
        *interval, mcnemar(first, second), "McNemar, mid-p", n, first, second, 1, error * width, width, True
    )


def _units(pair: Pair) -> list[float]:
    """Return what flips as one: the sums over clusters, or with one cluster the items' differences."""
    if len(set(pair.clusters or [0])) < 2:
        return pair.differences
    groups: defaultdict[Hashable, list[float]] = defaultdict(list)
    for difference, label in zip(pair.differences, pair.clusters or (), strict=True):
        groups[label].append(difference)
    return sums(groups.values())


def sums(groups: Iterable[Sequence[float]]) -> list[float]:
    """Return exact sums, so that the order of items never shows."""
    return [math.fsum(group) for group in groups]


def t_p(t: float, df: int) -> float:
    """Return the two-sided p-value of a t statistic; 0 degrees stand for the normal distribution."""
    from scipy.special import ndtr, stdtr  # noqa: PLC0415

    return min(1.0, 2 * float(stdtr(df, -abs(t)) if df else ndtr(-abs(t))))
