"""sliding-window: the window of words that shares most with the question.

Richardson et al. 2013 (MCTest, D13-1020) score a candidate by the window that holds most of its words and the
question's, each weighted by its inverse count, log(1 + 1 / count). Here there are no candidates to choose from, so the
words beside the best window's shared words are the answer: the longest run in it that the question does not hold.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import accumulate

from readmark import Prompt, sentences, tokens, words

MARGIN = 6  # words a window is wider than the question
LONGEST = 6  # words of an answer


class SlidingWindow:
    """The best window's own words."""

    name = "sliding-window"
    tasks = frozenset({"qa"})

    def predict(self, prompt: Prompt) -> str:
        """Return the run of new words in the window that resembles the question most."""
        asked = set(tokens(prompt.question))
        size = len(asked) + MARGIN
        best, window = 0.0, list[str]()
        for sentence, weights in weighted(prompt.article):
            shared = (weight if parts & asked else 0.0 for parts, weight in weights)
            sums = [0.0, *accumulate(shared)]
            for start in range(max(1, len(sentence) - size + 1)):
                score = sums[min(start + size, len(sentence))] - sums[start]
                if score > best + 1e-9:
                    best, window = score, sentence[start : start + size]
        return _longest_run(window, asked)


@lru_cache(maxsize=8)
def weighted(article: str) -> list[tuple[list[str], list[tuple[frozenset[str], float]]]]:
    """Return each sentence's words, with each word's tokens and weight."""
    counts = Counter(tokens(article))
    found = []
    for sentence in sentences(article):
        pieces = words(sentence)
        parts = [frozenset(tokens(piece)) for piece in pieces]
        found.append((pieces, [(p, math.log(1 + 1 / min(counts[t] for t in p)) if p else 0.0) for p in parts]))
    return found


def _longest_run(window: list[str], asked: set[str]) -> str:
    """Return the longest run of words that the question does not hold, the first of equal ones."""
    runs: list[list[str]] = [[]]
    for word in window:
        if set(tokens(word)) & asked:
            runs.append([])
        else:
            runs[-1].append(word)
    return " ".join(max(runs, key=len)[:LONGEST]).strip(".,;:!?\"'“”‘’()[]")
