"""Token F1."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from readmark.metrics.normalize import normalize_answer, normalized_references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readmark.records import Norm

_FEW = 400  # comparisons of two tokens that cost no more than counting both bags


def token_f1(prediction: str, references: Sequence[str], *, norm: Norm = "squad2", language: str = "en") -> float:
    """Return the best token-overlap F1 between a prediction and its references.

    Each text becomes a bag of tokens (`normalize_answer`, then white space). With c shared tokens,
    F1 = 2c / (|prediction| + |reference|).

    Args:
        prediction: The model's answer; "" abstains.
        references: Accepted answers, at least one; `("",)` for an unanswerable question.
        norm: `squad2` drops references that normalise to nothing; none left means unanswerable.
        language: The answers' language, as `normalize_answer` takes it.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Raises:
        MetricError: `references` is empty.

    Edge cases:
        An empty bag scores 0.0, also against an empty bag (SQuAD 1.1); `squad2` gives 1.0 for nothing
        against nothing.

    Example:
        >>> token_f1("to be or not to be", ["to be"])
        0.5

    Source:
        Rajpurkar et al. 2016, arXiv 1606.05250; 2018, arXiv 1806.03822; equals the official scripts.
        Other languages: Lewis et al. 2020, arXiv 1910.07475 (MLQA).
    """
    said = normalize_answer(prediction, language)
    wanted = normalized_references(references, norm, language)
    if said and said in wanted:
        return 1.0
    bag = said.split()
    return max(_f1(bag, reference.split(), norm) for reference in wanted)


def _f1(prediction: list[str], reference: list[str], norm: Norm) -> float:
    if not prediction or not reference:
        return float(norm == "squad2" and prediction == reference)
    shared = _shared(prediction, reference)
    if not shared:
        return 0.0
    precision, recall = shared / len(prediction), shared / len(reference)
    return 2 * precision * recall / (precision + recall)  # the scripts' order of operations, to the last bit


def _shared(prediction: list[str], reference: list[str]) -> int:
    """Return how many tokens two bags share; short ones are compared without counting, several times as fast."""
    if len(prediction) * len(reference) > _FEW:
        return (Counter(prediction) & Counter(reference)).total()
    rest = reference.copy()
    for token in prediction:
        if token in rest:
            rest.remove(token)
    return len(reference) - len(rest)
