"""tf-idf: the sentences nearest to the article's own tf-idf vector.

Centroid summarisation (Radev et al. 2004): each sentence is a vector of tf·idf, the article is their sum, and
sentences are ranked by their cosine with it; idf is taken over the article's sentences. Place counts as there, but as a
factor: 1 for the first sentence, falling to one half. The best sentences fill the budget in the article's order;
between equal ones the earlier goes first.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from functools import lru_cache

from readmark import Prompt, first_words, sentences, tokens, words

BUDGET = 60  # words, where the task names none
LATE = 0.5  # what the last sentence's score loses


class TfIdf:
    """Sentences by their cosine with the article."""

    name = "tf-idf"
    tasks = frozenset({"summary"})

    def predict(self, prompt: Prompt) -> str:
        """Return the most central sentences that fill the budget."""
        budget = prompt.max_words or BUDGET
        found, scores = scored(prompt.article)
        chosen: list[int] = []
        length = 0
        for number in sorted(range(len(found)), key=lambda number: (-round(scores[number], 9), number)):
            if length >= budget:
                break
            chosen.append(number)
            length += len(words(found[number]))
        return first_words(" ".join(found[number] for number in sorted(chosen)), budget)


@lru_cache(maxsize=8)
def scored(article: str) -> tuple[list[str], list[float]]:
    """Return an article's sentences and their cosines with the whole, weighed by place."""
    found = sentences(article)
    bags = [Counter(tokens(sentence)) for sentence in found]
    spread = Counter(token for bag in bags for token in bag)
    idf = {token: math.log(len(bags) / count) for token, count in spread.items()}
    centre: defaultdict[str, float] = defaultdict(float)
    for bag in bags:
        for token, count in bag.items():
            centre[token] += count * idf[token]
    cosines = [_cosine({token: count * idf[token] for token, count in bag.items()}, centre) for bag in bags]
    return found, [cosine * (1 - LATE * number / len(found)) for number, cosine in enumerate(cosines)]


def _cosine(one: dict[str, float], centre: dict[str, float]) -> float:
    length = math.sqrt(math.fsum(value * value for value in one.values()))
    return math.fsum(value * centre[token] for token, value in one.items()) / length if length else 0.0
