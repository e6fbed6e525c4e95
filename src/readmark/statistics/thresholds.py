"""Where to abstain: the threshold on a no-answer probability that scores best. Pure functions over numbers.

Conventions: an item abstains where its probability is over the threshold, as in SQuAD 2.0's official script.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOISE = 1e-9  # of an item: sums of floats in another order differ by less


class Choice(NamedTuple):
    """One item: its probability of having no answer, and what answering and abstaining would each score."""

    probability: float
    answered: float
    abstained: float


def value_at(choices: Sequence[Choice], threshold: float) -> float:
    """Return the mean score under a threshold."""
    scores = (one.abstained if one.probability > threshold else one.answered for one in choices)
    return math.fsum(scores) / len(choices)


def best_threshold(choices: Sequence[Choice]) -> tuple[float, float]:
    """Return the best mean score that a threshold attains, and the lowest such threshold tried.

    Items of equal probability go together, for no threshold parts them. Tried are every probability that occurs, and
    one below all: 0 where that is below all, else the next number below. O(n log n).

    Args:
        choices: At least one; probabilities finite and above -1e300.

    Example:
        >>> best_threshold([Choice(0.2, 1, 0), Choice(0.9, 0, 1), Choice(0.9, 1, 0)])
        (0.6666666666666666, 0.2)
    """
    ordered = sorted(choices)
    lowest = ordered[0].probability
    threshold = 0.0 if lowest > 0 else math.nextafter(lowest, -math.inf)
    total = best = math.fsum(one.abstained for one in ordered)
    for probability, tied in groupby(ordered, key=lambda one: one.probability):
        total += math.fsum(one.answered - one.abstained for one in tied)
        if total > best + _NOISE:
            best, threshold = total, probability
    return value_at(ordered, threshold), threshold


def item_by_item_best(choices: Sequence[Choice]) -> tuple[float, float]:
    """Return what a search finds that lets items abstain one by one, also those of equal probability.

    So does the official script. Its value may be one that no threshold attains; it depends on the items' order.
    """
    threshold = 0.0
    total = best = sum(one.abstained for one in choices)
    for one in sorted(choices, key=lambda one: one.probability):
        total += one.answered - one.abstained
        if total > best + _NOISE:
            best, threshold = total, one.probability
    return best / len(choices), threshold
