"""textrank: the sentences that resemble the others most, by PageRank over word overlap.

Mihalcea and Tarau 2004, W04-3252: similarity is the number of shared words over the sum of the logarithms of both
lengths; damping 0.85, until no rank moves by more than 0.0001. Words are content words, those that do not stand in half
of the sentences. Our addition is a factor for place: 1 for the first sentence, falling to one half. The best sentences
fill the budget in the article's order; between equal ranks the earlier one goes first.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import combinations

from readmark import Prompt, first_words, sentences, tokens, words

BUDGET = 60  # words, where the task names none
DAMPING = 0.85
ROUNDS = 30  # at most
LATE = 0.5  # what the last sentence's rank loses
LONGEST = 200  # sentences read of a long text; the graph grows with their square


class TextRank:
    """PageRank over sentences."""

    name = "textrank"
    tasks = frozenset({"summary"})

    def predict(self, prompt: Prompt) -> str:
        """Return the best-ranked sentences that fill the budget."""
        budget = prompt.max_words or BUDGET
        found, ranks = ranked(prompt.article)
        chosen: list[int] = []
        length = 0
        for number in sorted(range(len(found)), key=lambda number: (-round(ranks[number], 9), number)):
            if length >= budget:
                break
            chosen.append(number)
            length += len(words(found[number]))
        return first_words(" ".join(found[number] for number in sorted(chosen)), budget)


@lru_cache(maxsize=8)
def ranked(article: str) -> tuple[list[str], list[float]]:
    """Return an article's sentences and their ranks."""
    found = sentences(article)[:LONGEST]
    bags = [set(tokens(sentence)) for sentence in found]
    spread = Counter(token for bag in bags for token in bag)
    bags = [{token for token in bag if spread[token] * 2 <= len(bags) or len(bags) < 3} for bag in bags]
    links = [[0.0] * len(bags) for _ in bags]
    for one, other in combinations(range(len(bags)), 2):
        links[one][other] = links[other][one] = _similarity(bags[one], bags[other])
    totals = [sum(row) or 1.0 for row in links]
    ranks = [1.0] * len(bags)
    for _ in range(ROUNDS):
        shares = [rank / total for rank, total in zip(ranks, totals, strict=True)]
        before, ranks = ranks, [1 - DAMPING + DAMPING * math.fsum(map(float.__mul__, row, shares)) for row in links]
        if all(abs(new - old) < 1e-4 for new, old in zip(ranks, before, strict=True)):
            break
    return found, [rank * (1 - LATE * number / len(found)) for number, rank in enumerate(ranks)]


def _similarity(one: set[str], other: set[str]) -> float:
    """Return shared words over the sum of log lengths; sentences of one word resemble none."""
    scale = math.log(len(one) or 1) + math.log(len(other) or 1)
    return len(one & other) / scale if scale else 0.0
