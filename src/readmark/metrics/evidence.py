"""How much of a reference an answer holds where it does not hold it word for word.

The weights were fitted by `studies/validity/answer_match_weights.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from readmark.metrics.words import SHORT, Words, is_held

if TYPE_CHECKING:
    from collections.abc import Sequence

# Log-odds that a person calls the answer right, where no rule decides.
WEIGHTS = {"constant": -3.59, "words": 3.34, "letters": 4.82, "length": 0.18, "less_exact_date": 1.6}
_SHORTEST_LIKE = 4  # letters of a word that is compared letter by letter
_LEAST_LIKENESS = 0.7


def log_odds(own: Sequence[str], reference: Words, said: Words, is_less_exact: bool) -> float:
    """Return the log-odds that a person takes the answer for the reference; the arguments of `evidence_features`."""
    features = evidence_features(own, reference, said, is_less_exact)
    if features is None:
        return -math.inf
    return WEIGHTS["constant"] + math.fsum(WEIGHTS[name] * value for name, value in features.items())


def evidence_features(
    own: Sequence[str], reference: Words, said: Words, is_less_exact: bool
) -> dict[str, float] | None:
    """Return what the weights weigh; None where there is nothing to weigh.

    words: mean over the own words of 1 where held, else of the likeness to the answer's most similar word; letters:
    likeness of the reference to its most similar stretch of the answer; both in [0, 1]. length: natural logarithm of
    the answer's tokens + 1. less_exact_date: 1 for a date without its day or month.

    Args:
        own: The reference's own words, at least one.
        reference: The reference.
        said: The answer.
        is_less_exact: Whether the answer has the reference's date without its day or month.

    Edge cases:
        The only own word of a reference must stand in a short answer, in whatever form: "Nigeria" is much like
        "Niger" and "sulphate" like "sulphite".
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - many runs weigh nothing

    held = [is_held(word, said) for word in own]
    if len(own) == 1 and len(said.tokens) <= SHORT and not held[0] and not is_less_exact:
        return None
    words = math.fsum(1.0 if there else _likeness(word, said) for word, there in zip(own, held, strict=True))
    return {
        "words": words / len(own),
        "letters": fuzz.partial_ratio(" ".join(reference.stems), " ".join(said.stems)) / 100,
        "length": math.log1p(len(said.tokens)),
        "less_exact_date": float(is_less_exact),
    }


def _likeness(word: str, said: Words) -> float:
    """Return how like a word the most similar one with its first two letters is, in [0, 1]; 0 below 0.7."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - many runs weigh nothing

    if len(word) < _SHORTEST_LIKE or not word.isalpha():
        return 0.0
    start = word[:2]
    best = max((fuzz.ratio(word, other) / 100 for other in said.stems if other.startswith(start)), default=0.0)
    return best if best >= _LEAST_LIKENESS else 0.0
