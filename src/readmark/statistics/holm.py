"""Holm's correction: several p-values at once, with at most 5 % chance of any false finding among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPHA = 0.05


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values, in the order given: each is found where it is at most `ALPHA`.

    The k-th smallest of m is multiplied by m - k + 1; none falls below one that was smaller, none exceeds 1. Valid
    whatever the p-values' dependence, as those of one board are. Source: Holm 1979, jstor.org/stable/4615733.

    Example:
        >>> holm([0.04, 0.01])
        [0.04, 0.02]
    """
    adjusted = [1.0] * len(p_values)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = least
    return adjusted
