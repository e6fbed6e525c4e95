"""chrF: character n-grams, by sacrebleu."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sacrebleu.metrics.chrf import CHRF

RECIPE = "sacrebleu chrF2|case:mixed|eff:yes|nc:6|nw:0|space:no"


def chrf(prediction: str, references: Sequence[str]) -> float:
    """Return the best chrF2 between a summary and its references.

    With precision P and recall R of character n-grams, white space left out, each the mean over n = 1 … 6 as far as
    both texts reach, chrF2 = 5PR / (4P + R). It needs no tokens and so fits any language.

    Args:
        prediction: The summary.
        references: At least one.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        Without characters on either side: 0.0.

    Example:
        >>> round(chrf("the cat sat", ["the cat sits", "snow"]), 4)
        0.6103

    Source:
        Popović 2015, W15-3049; sacrebleu's sentence score with its default settings, as a fraction.
    """
    return float(_scorer().sentence_score(prediction, list(references)).score) / 100


@cache
def _scorer() -> CHRF:
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415 - 45 ms that a test set without summaries need not wait for

    return CHRF()
