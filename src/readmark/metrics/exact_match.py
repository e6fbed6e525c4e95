"""Exact match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readmark.metrics.normalize import normalize_answer, normalized_references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readmark.records import Norm


def exact_match(prediction: str, references: Sequence[str], *, norm: Norm = "squad2", language: str = "en") -> float:
    """Return 1.0 if a prediction equals a reference after SQuAD's normalisation, else 0.0.

    Args:
        prediction: The model's answer; "" abstains.
        references: Accepted answers, at least one; `("",)` for an unanswerable question.
        norm: `squad2` drops references that normalise to nothing; none left means unanswerable.
        language: The answers' language, as `normalize_answer` takes it.

    Returns:
        0.0 or 1.0; higher is better.

    Raises:
        MetricError: `references` is empty.

    Edge cases:
        Two texts that normalise to nothing are equal under both norms.

    Example:
        >>> exact_match("the Taliban", ["Taliban"])
        1.0

    Source:
        Rajpurkar et al. 2016, arXiv 1606.05250; 2018, arXiv 1806.03822; equals the official scripts.
        Other languages: Lewis et al. 2020, arXiv 1910.07475 (MLQA).
    """
    return float(normalize_answer(prediction, language) in normalized_references(references, norm, language))
