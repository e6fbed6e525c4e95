"""Right or wrong, twice: two models on the same items. Newcombe's interval and McNemar's test.

Conventions: of n items, `both` were right under both models, `first` under the first alone, `second` under the second
alone. Items on which the models differ are discordant; the others say nothing of which model is better.
"""

from __future__ import annotations

import math

from readmark.statistics.intervals import wilson


def newcombe(both: int, first: int, second: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two shares over the same items.

    Squares the distances of each share from its Wilson ends and adds them, less what the shares have in common (the
    correlation, corrected for continuity). Within [-1, 1], never of zero width.

    Args:
        both: Items right under both models.
        first: Items right under the first alone.
        second: Items right under the second alone.
        n: All items, at least 1.

    Source:
        Newcombe 1998, doi 10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, method 10.

    Example:
        >>> low, high = newcombe(20, 12, 2, 50)  # a row of Newcombe's table III
        >>> f"{low:.4f} {high:.4f}"
        '0.0562 0.3292'
    """
    neither = n - both - first - second
    one, other = (both + first) / n, (both + second) / n
    (low_one, high_one), (low_other, high_other) = wilson(one, n), wilson(other, n)
    alike = _correlation(both, first, second, neither)
    below, above = one - low_one, high_one - one
    below_other, above_other = other - low_other, high_other - other
    down = math.sqrt(max(0.0, below**2 - 2 * alike * below * above_other + above_other**2))
    up = math.sqrt(max(0.0, above**2 - 2 * alike * above * below_other + below_other**2))
    value = one - other
    return max(-1.0, value - down), min(1.0, value + up)


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not margins:
        return 0.0
    excess = both * neither - first * second
    if excess > 0:
        excess_corrected = max(excess - (both + first + second + neither) / 2, 0.0)
        return excess_corrected / math.sqrt(margins)
    return excess / math.sqrt(margins)


def mcnemar(first: int, second: int) -> float:
    """Return the two-sided mid-p value of McNemar's exact test: were the models equal, each discordant item is a coin.

    Half the probability of what was seen counts, which mends the exact test's caution: its size stays within 5 % of
    nominal, also at the levels of Holm's correction (docs/statistics.md), and it sees smaller gaps.

    Args:
        first: Items right under the first model alone.
        second: Items right under the second alone.

    Source:
        McNemar 1947, doi 10.1007/BF02295996; mid-p: Fagerland, Lydersen and Laake 2013, doi 10.1186/1471-2288-13-91.

    Example:
        >>> mcnemar(5, 0)
        0.03125
    """
    from scipy.special import bdtr  # noqa: PLC0415

    fewer, total = min(first, second), first + second
    if first == second:
        return 1.0
    tail = float(bdtr(fewer, total, 0.5))
    short = float(bdtr(fewer - 1, total, 0.5)) if fewer else 0.0
    return min(1.0, tail + short)
