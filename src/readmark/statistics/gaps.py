"""The smallest difference that a test set can show, and how many items a wanted one needs.

Conventions: to show a gap is to find it, in its true direction, in at least 80 % of test sets of this make (`POWER`),
by the test that `differences` would choose. With `pairs` compared at once, p must be at most .05 / pairs, as Holm's
correction asks of the smallest. Gaps are on the metric's scale; None where no gap can be shown.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from readmark.statistics.holm import ALPHA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from readmark.statistics.differences import Difference

POWER = 0.8
DISCORDANCE = 0.25  # assumed where nothing was seen: about that of two models that are right on 70 to 85 %
MOST = 1_000_000  # items or clusters; who needs more will not get them
_TAIL = 7.0  # standard deviations beyond which a number of discordant items counts as never
_STEPS = 40  # of halving: finer than any score


class Needed(NamedTuple):
    """What a wanted gap needs: items, in clusters of the size seen (1 where the test set is one cluster)."""

    items: int
    clusters: int


def pairs_of(models: int) -> int:
    """Return how many pairs so many models make, at least 1."""
    return max(1, math.comb(models, 2))


def share_power(gap: float, n: int, discordance: float = DISCORDANCE, pairs: int = 1) -> float:
    """Return the probability that n right-or-wrong items of one cluster show a gap by McNemar's mid-p test.

    Summed over the numbers of discordant items, which are binomial, the probability that enough of them favour the
    better model, binomial too: exact.

    Args:
        gap: The true difference of two shares, in (0, 1].
        n: Items.
        discordance: The share of items that one model alone gets right; never under the gap.
        pairs: Compared at once.
    """
    import numpy as np  # noqa: PLC0415
    from scipy.special import bdtr  # noqa: PLC0415

    share = min(1.0, max(discordance, gap))
    spread = _TAIL * math.sqrt(n * share * (1 - share)) + 2
    discordant = np.arange(max(1, math.floor(n * share - spread)), min(n, math.ceil(n * share + spread)) + 1)
    most = _most_against(discordant, ALPHA / pairs)
    better = (1 + gap / share) / 2
    shown = np.where(most >= 0, bdtr(np.maximum(most, 0.0), discordant, 1 - better), 0.0)
    chance = bdtr(discordant.astype(float), n, share) - bdtr(discordant - 1.0, n, share)
    return float((chance * shown).sum())


def _most_against(discordant: NDArray[np.int64], level: float) -> NDArray[np.float64]:
    """Return how many of the discordant items may favour the worse model with mid-p at most `level`; -1 for none."""
    import numpy as np  # noqa: PLC0415
    from scipy.special import bdtr, bdtrik  # noqa: PLC0415

    most = np.floor(bdtrik(level / 2, discordant, 0.5)) + 2
    most = np.minimum(most, np.floor((discordant - 1) / 2))
    while True:
        tail = bdtr(np.maximum(most, 0.0), discordant, 0.5)
        below = np.where(most > 0, bdtr(np.maximum(most - 1, 0.0), discordant, 0.5), 0.0)
        over = (most >= 0) & (tail + below > level)
        if not over.any():
            return np.asarray(most, dtype=np.float64)
        most = most - over


def smallest_gap(n: int, discordance: float = DISCORDANCE, pairs: int = 1) -> float | None:
    """Return the smallest gap that n right-or-wrong items of one cluster can show.

    Example:
        >>> round(smallest_gap(96), 2), round(smallest_gap(96, pairs=pairs_of(14)), 2)
        (0.14, 0.2)
    """
    return _least(lambda gap: share_power(gap, n, discordance, pairs) >= POWER, 1.0)


def smallest_mean_gap(error: float, df: int, pairs: int = 1) -> float | None:
    """Return the smallest gap that shows where a difference has this standard error, with t of so many degrees.

    The quantile that the test asks for and the one that `POWER` asks for, times the error.

    Args:
        error: Standard error of the difference.
        df: Clusters, or with one cluster graded items, less 1; the normal distribution's where 0.
        pairs: Compared at once.
    """
    if error <= 0:
        return None
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415

    level = 1 - ALPHA / pairs / 2
    quantiles = (stdtrit(df, level), stdtrit(df, POWER)) if df else (ndtri(level), ndtri(POWER))
    return float(sum(quantiles)) * error


def visible_gap(difference: Difference, pairs: int = 1) -> float | None:
    """Return the smallest gap that shows between two models as alike as these, on as many items and clusters."""
    if not difference.n or not difference.can_be_decided:
        return None
    if difference.paired_shares:
        gap = smallest_gap(difference.n, _discordance(difference), pairs)
        return None if gap is None else gap * (difference.range or 1.0)
    units = difference.clusters if difference.clusters > 1 else difference.n
    gap = smallest_mean_gap(difference.error, units - 1, pairs)
    return gap if gap is not None and (difference.range is None or gap <= difference.range) else None


def items_needed(gap: float, difference: Difference, pairs: int = 1) -> Needed | None:
    """Return how many items it takes to show a gap between two models as alike as these; None beyond `MOST`.

    With several clusters more clusters of the same size are counted: more items in the same few would not do.

    Args:
        gap: The wanted gap, over 0.
        difference: The two models' difference on the items at hand.
        pairs: Compared at once.
    """
    if not difference.n:
        return None
    if difference.paired_shares:
        share = gap / (difference.range or 1.0)
        discordance = _discordance(difference)
        items = _fewest(lambda n: share_power(share, n, discordance, pairs) >= POWER, 1)
        return None if items is None else Needed(items, 1)
    units = difference.clusters if difference.clusters > 1 else difference.n
    one = difference.error * math.sqrt(units)  # the error that a single unit would leave
    fewest = 6  # units; of fewer no win is declared (`Difference.can_be_decided`)
    found = _fewest(lambda k: (smallest_mean_gap(one / math.sqrt(k), k - 1, pairs) or math.inf) <= gap, fewest)
    if found is None:
        return None
    return Needed(math.ceil(found * difference.n / units), found if difference.clusters > 1 else 1)


def typical_gap(differences: Iterable[Difference], models: int) -> float | None:
    """Return a board's smallest visible gap after correction: the median over its pairs; None where most show none."""
    gaps = [visible_gap(difference, pairs_of(models)) for difference in differences]
    ordered = sorted(math.inf if gap is None else gap for gap in gaps)
    middle = ordered[len(ordered) // 2] if ordered else math.inf
    return None if math.isinf(middle) else middle


def _discordance(difference: Difference) -> float:
    return (difference.discordant_first + difference.discordant_second) / difference.n


def _least(shows: Callable[[float], bool], most: float) -> float | None:
    if not shows(most):
        return None
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def _fewest(shows: Callable[[int], bool], fewest: int) -> int | None:
    """Return a number that shows whose next lower one does not; power saws a little, so a smaller one may too."""
    high = fewest
    while not shows(high):
        high *= 2
        if high > MOST:
            return None
    low = max(fewest - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high
