"""Few summaries: two models fact by fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readmark.statistics.differences import Difference, compare_pair

if TYPE_CHECKING:
    from collections.abc import Sequence

RANKED_ARTICLES = 20  # with fewer, summaries are compared fact by fact and not ranked


def compare_facts(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> Difference:
    """Return how two models differ in the share of facts that their summaries state.

    A summary's score is one number; its facts are many, and say which model states more. Facts of one summary stand or
    fall together, so each summary is a cluster: with two to five no win is declared. One summary is conditional on its
    article, as any test set of one article is.

    Args:
        first: For each summary, in order, 1 for each fact that it states and 0 for each that it does not.
        second: The other model's, with the same facts in the same order.

    Raises:
        ValueError: The two differ in the number of summaries, or of a summary's facts.

    Example:
        >>> found = compare_facts([[1, 1, 0], [1, 0]], [[1, 0, 0], [0, 0]])
        >>> found.discordant_first, found.n, found.can_be_decided
        (2, 5, False)
    """
    clusters = [
        place
        for place, (one, other) in enumerate(zip(first, second, strict=True))
        for _ in zip(one, other, strict=True)
    ]
    return compare_pair([fact for one in first for fact in one], [fact for one in second for fact in one], clusters)
