"""ROUGE-1, -2, -L and -Lsum, F-measure, unstemmed, as rouge-score defines them."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import LCSseq

from readmark.text import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

RECIPE = "rouge-score, unstemmed"


def rouge_n(prediction: str, references: Sequence[str], n: int) -> float:
    """Return the best n-gram overlap F1 between a summary and its references.

    With c shared n-grams (as bags), F1 = 2c / (|prediction| + |reference|). Texts are `text.tokens`.

    Args:
        prediction: The summary.
        references: At least one.
        n: 1 or 2.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        Without n-grams on either side: 0.0.

    Example:
        >>> rouge_n("to be or not to be", ["to be"], 1)
        0.5

    Source:
        Lin 2004, W04-1013; equals rouge-score 0.1.2 on ASCII text.
    """
    said = _ngrams(prediction, n)
    wanted = _all_ngrams(tuple(references), n)
    return max(_f1((said & one).total(), said.total(), one.total()) for one in wanted)


def rouge_l(prediction: str, references: Sequence[str]) -> float:
    """Return the best longest-common-subsequence F1 between a summary and its references, over whole texts.

    With l the subsequence's length in tokens, F1 = 2l / (|prediction| + |reference|).

    Args:
        prediction: The summary.
        references: At least one.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        Without tokens on either side: 0.0.

    Source:
        Lin 2004, W04-1013; equals rouge-score 0.1.2's rougeL on ASCII text.
    """
    said = tokens(prediction)
    return max(_f1(LCSseq.similarity(said, wanted), len(said), len(wanted)) for wanted in map(tokens, references))


def rouge_lsum(prediction: str, references: Sequence[str]) -> float:
    """Return the best summary-level ROUGE-L F1: for each reference line, the union of its subsequences with all lines.

    A line is a sentence; the texts are cut at line breaks only. A token counts at most as often as it occurs on
    either side.

    Args:
        prediction: The summary, one sentence a line.
        references: At least one, likewise.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        Without tokens on either side: 0.0.

    Source:
        Lin 2004, W04-1013; equals rouge-score 0.1.2's rougeLsum on ASCII text, its choice among equally long
        subsequences included.
    """
    said = [tokens(line) for line in prediction.split("\n") if line]
    return max(_lsum(said, [tokens(line) for line in reference.split("\n") if line]) for reference in references)


def _lsum(said: list[tuple[str, ...]], wanted: list[tuple[str, ...]]) -> float:
    sizes = sum(map(len, said)), sum(map(len, wanted))
    if not all(sizes):
        return 0.0
    left = Counter(token for line in said for token in line)
    right = Counter(token for line in wanted for token in line)
    hits = 0
    for line in wanted:
        union = sorted({i for other in said for i in _lcs_positions(line, other)})
        for token in (line[i] for i in union):
            if left[token] > 0 and right[token] > 0:
                hits += 1
                left[token] -= 1
                right[token] -= 1
    return _f1(hits, *sizes)


def _lcs_positions(wanted: tuple[str, ...], said: tuple[str, ...]) -> list[int]:
    """Return the positions in `wanted` of one longest common subsequence, chosen as rouge-score chooses it."""
    rows, columns = len(wanted), len(said)
    table = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i, token in enumerate(wanted, start=1):
        above, row = table[i - 1], table[i]
        for j, other in enumerate(said, start=1):
            row[j] = above[j - 1] + 1 if token == other else max(above[j], row[j - 1])
    i, j, found = rows, columns, []
    while i and j:
        if wanted[i - 1] == said[j - 1]:
            found.append(i - 1)
            i, j = i - 1, j - 1
        elif table[i][j - 1] > table[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return found


def _ngrams(text: str, n: int) -> Counter[tuple[str, ...]]:
    found = tokens(text)
    return Counter(zip(*(found[i:] for i in range(n)), strict=False))


@lru_cache(maxsize=1024)
def _all_ngrams(references: tuple[str, ...], n: int) -> tuple[Counter[tuple[str, ...]], ...]:
    return tuple(_ngrams(reference, n) for reference in references)


def _f1(shared: int, prediction: int, reference: int) -> float:
    """Return F1 in rouge-score's order of operations, to the last bit."""
    if not shared:
        return 0.0
    precision, recall = shared / prediction, shared / reference
    return 2 * precision * recall / (precision + recall)
