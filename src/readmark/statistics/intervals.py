"""Intervals for a mean of item scores: Wilson's, made to serve graded and clustered scores too.

Conventions: 95 % intervals; scores are floats, one an item; clusters are one hashable label an item.
The value is always the pooled mean; only the width changes. No interval has zero width.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

CONFIDENCE = 0.95
METHOD = "wilson95"
_TAIL = (1 + CONFIDENCE) / 2
_Z = NormalDist().inv_cdf(_TAIL)
_NO_ERROR = 1e-12  # a standard error below this is rounding, not spread
_UNSEEN = 0.25  # of an item at each end of the range; see `_effective`
_NEAR = 0.01  # of the range: a score so near to an end stands at it
_UNSEEN_ARTICLE = 0.04  # of an article, and
_ALIKE = 0.2  # the correlation within articles that is assumed where the scores cannot tell; see `_effective`
_SERIES_FROM = 200  # degrees of freedom from which the series below is exact to 1e-10


class Interval(NamedTuple):
    """A mean with the ends of its interval; the ends are None where the data cannot give them."""

    value: float
    low: float | None
    high: float | None


@cache
def t_quantile(df: int) -> float:
    """Return Student's t quantile that leaves 2.5 % above it, for `df` degrees of freedom, at least 1.

    From 200 degrees the Cornish-Fisher series (Abramowitz and Stegun 26.7.5); below, bisection on the exact
    probability. A test holds both to scipy's values within 1e-10; its import takes longer than scoring a test set.
    """
    if df < _SERIES_FROM:
        low, high = 0.0, math.pi / 2
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if _within(middle, df) < CONFIDENCE else (low, middle)
        return math.sqrt(df) * math.tan(low)
    z = _Z
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / df**power for power, term in enumerate(terms))


def _within(angle: float, df: int) -> float:
    """Return the probability that |t| is at most sqrt(df) tan(angle): Abramowitz and Stegun 26.7.3 and 26.7.4."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    term, total = (cosine, cosine if df > 1 else 0.0) if odd else (1.0, 1.0)
    for above in range(3 if odd else 2, df - 1, 2):
        term *= cosine * cosine * (above - 1) / above
        total += term
    return (angle + sine * total) * 2 / math.pi if odd else sine * total


def wilson(mean: float, n: float, quantile: float = _Z) -> tuple[float, float]:
    """Return Wilson's score interval for a proportion.

    Args:
        mean: The proportion in [0, 1].
        n: Trials, or effective trials; positive.
        quantile: Normal or t quantile.

    Returns:
        Two fractions with 0 <= low < high <= 1.

    Source:
        Wilson 1927, doi 10.1080/01621459.1927.10502953.
    """
    square = quantile * quantile
    centre = mean + square / (2 * n)
    half = quantile * math.sqrt(mean * (1 - mean) / n + square / (4 * n * n))
    scale = 1 + square / n
    low = 0.0 if mean == 0 else max(0.0, (centre - half) / scale)
    return low, 1.0 if mean == 1 else min(1.0, (centre + half) / scale)


class _Spread(NamedTuple):
    """What the scores say of their mean's error: by items, by articles (0 with one), and how articles are cut."""

    naive: float
    robust: float
    articles: int
    size: float  # items in the article of an item, on average over items

    @property
    def error(self) -> float:
        return max(self.naive, self.robust)


def standard_error(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> float:
    """Return the standard error of the mean; with several clusters the larger of naive and cluster-robust.

    Naive: sqrt(sum (x - m)^2 / (n (n - 1))). Robust: the jackknife that leaves out one cluster of n_g items and
    residual sum u_g at a time, sqrt((G - 1) / G * sum (u_g / (1 - n_g / n))^2) / n. With clusters of equal size that
    is Miller's (2024, arXiv 2411.00640) times G / (G - 1); with unequal ones it does not let a large one hide.
    """
    return _spread(values, clusters).error


def _spread(values: Sequence[float], clusters: Sequence[Hashable] | None) -> _Spread:
    n = len(values)
    mean = math.fsum(values) / n
    residuals = [value - mean for value in values]
    naive = math.sqrt(math.fsum([r * r for r in residuals]) / (n * (n - 1))) if n > 1 else 0.0
    groups = _groups(residuals, clusters)
    size = sum(len(group) ** 2 for group in groups) / n
    if len(groups) < 2:
        return _Spread(naive, 0.0, 1, size)
    left_out = [math.fsum(group) / (1 - len(group) / n) for group in groups]  # exact sums: the order never shows
    robust = math.sqrt((len(groups) - 1) / len(groups) * math.fsum(u * u for u in left_out)) / n
    return _Spread(naive, robust, len(groups), size)


def _groups(residuals: Sequence[float], clusters: Sequence[Hashable] | None) -> list[list[float]]:
    groups: defaultdict[Hashable, list[float]] = defaultdict(list)
    for residual, cluster in zip(residuals, clusters or [0] * len(residuals), strict=True):
        groups[cluster].append(residual)
    return list(groups.values())


def mean_interval(
    values: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    bounds: tuple[float, float] | None = (0.0, 1.0),
) -> Interval:
    """Return the pooled mean of item scores and its 95 % interval.

    Right-or-wrong scores over one cluster: Wilson. Graded ones: Wilson with n_eff = m(1 - m) / SE^2 and the t
    quantile; several clusters: the same with the larger standard error and t(G - 1). Where SE is 0, n_eff = n
    (over several clusters less); where a score stands at an end of the range, SE counts a little that was not seen
    (`_effective`).
    Unbounded metrics: m ± t SE; no ends where SE is 0 or unknown.

    Args:
        values: At least one.
        clusters: A label an item, such as its article; None for one cluster.
        bounds: The metric's range; None where it has no finite one.

    Edge cases:
        One graded value says nothing of the spread: its interval is the whole range.
    """
    return fit_mean(values, clusters, bounds).interval


class Fit(NamedTuple):
    """A mean and what its doubt is made of: `mean_interval` and the test that is its turning round.

    `share` is the mean on a scale of [0, 1], `trials` is n_eff (0 where nothing is known of the spread), `df` of 0
    stands for the normal distribution, `error` is the standard error before anything unseen is added.
    """

    mean: float
    error: float
    df: int
    bounds: tuple[float, float] | None
    share: float = 0.5
    trials: float = 0.0

    @property
    def interval(self) -> Interval:
        """The mean and its 95 % interval."""
        if self.bounds is None:
            if self.error == 0:
                return Interval(self.mean, None, None)
            half = t_quantile(self.df) * self.error
            return Interval(self.mean, self.mean - half, self.mean + half)
        low, high = self.bounds
        if not self.trials:
            return Interval(self.mean, low, high)
        ends = wilson(self.share, self.trials, t_quantile(self.df) if self.df else _Z)
        return Interval(self.mean, low + ends[0] * (high - low), low + ends[1] * (high - low))

    @property
    def t(self) -> float:
        """Standard errors between the mean and the middle of its range (0 if unbounded).

        Over the quantile exactly where the interval leaves the middle out; 0 where the data cannot tell.
        """
        if self.bounds is None:
            return self.mean / self.error if self.error else 0.0
        return (2 * self.share - 1) * math.sqrt(self.trials)


def fit_mean(values: Sequence[float], clusters: Sequence[Hashable] | None, bounds: tuple[float, float] | None) -> Fit:
    """Return what `mean_interval` is made of, for its arguments."""
    n = len(values)
    mean = math.fsum(values) / n
    spread = _spread(values, clusters)
    several = spread.articles > 1
    df = spread.articles - 1 if several else n - 1
    known = spread.error >= _NO_ERROR * max(1.0, abs(mean))
    if bounds is None:
        return Fit(mean, spread.error if known else 0.0, df, None)
    low, high = bounds
    width = high - low
    share = min(1.0, max(0.0, (mean - low) / width))
    if {*values} <= {low, high} and not several:
        return Fit(mean, spread.error, 0, bounds, share, n)
    if n == 1:
        return Fit(mean, 0.0, 0, bounds, share)
    reaches = min(values) <= low + _NEAR * width or max(values) >= high - _NEAR * width
    scaled = spread._replace(naive=spread.naive / width, robust=spread.robust / width)
    return Fit(mean, spread.error, df, bounds, share, _effective(share, n, scaled, reaches=reaches))


def _effective(mean: float, n: int, spread: _Spread, *, reaches: bool) -> float:
    """Return how many right-or-wrong items would give a mean this standard error: n_eff = m(1 - m) / SE^2.

    Where a score stands at an end of the range or near it, others can, and a small sample with a mean near the other
    end may hold none that does. So a little that was not seen joins the variance:

    - of items: a quarter of one at each end, up to the variance of right-or-wrong scores. 20 scores like token_f1
      with a mean of .95 are then covered 95 % of the time, not 72 %.
    - of articles: a share of one that stands as far from the middle as the mean does, up to a correlation of .2
      within articles. 7 articles with a correlation of .3 and 98 % right are then covered 95 % of the time, not 54 %.

    Where none does, as often with ROUGE, nothing is added. By simulation: docs/statistics.md.

    Args:
        mean: In [0, 1], as the errors are on that scale.
        n: Items, at least 2.
        spread: The errors and the articles.
        reaches: Whether a score stands at an end of the range or near it.
    """
    alike = 1 + (spread.size - 1) * _ALIKE if spread.articles > 1 else 1.0
    if spread.error < _NO_ERROR:
        return n / alike if mean in {0.0, 1.0} else n
    most = mean * (1 - mean)
    error = spread.error**2
    if reaches:
        items = ((n - 1) * n * spread.naive**2 + _UNSEEN * (mean**2 + (1 - mean) ** 2)) / (n - 1 + 2 * _UNSEEN) / n
        error = max(error, min(items, most / (n - 1)))
        if spread.articles > 1:
            unseen = _UNSEEN_ARTICLE * (1 - 2 * mean) ** 2 * spread.size / (n * (spread.articles - 1))
            error = max(error, min(spread.robust**2 + unseen, most / n * alike))
    return most / error
