"""best-sentence: the sentence that best matches the question (BM25), a search engine and not yet a reader.

It shows how far finding the place goes. It is strict answers that it fails: a sentence holds the answer
and much else.

Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond",
with the usual k1 = 1.2 and b = 0.75 and the never negative idf of Lucene.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

from readmark import Prompt, sentences, tokens


class BestSentence:
    """Ranks the article's sentences by BM25; the earlier one wins a tie."""

    name = "best-sentence"
    tasks = frozenset({"qa"})

    def predict(self, prompt: Prompt) -> str:
        """Return the best sentence, or "" where no sentence shares a word with the question."""
        rows, bags, idf = _index(prompt.article)
        asked = [token for token in dict.fromkeys(tokens(prompt.question)) if token in idf]
        if not asked:
            return ""
        mean = sum(bag.total() for bag in bags) / len(bags)

        def bm25(bag: Counter[str]) -> float:
            norm = 1.2 * (0.25 + 0.75 * bag.total() / mean)
            return sum(idf[token] * bag[token] * 2.2 / (bag[token] + norm) for token in asked)

        return rows[max(range(len(rows)), key=lambda index: bm25(bags[index]))]


@lru_cache(maxsize=64)
def _index(article: str) -> tuple[list[str], list[Counter[str]], dict[str, float]]:
    """Return an article's sentences, their bags of tokens and each token's idf."""
    rows = sentences(article)
    bags = [Counter(tokens(row)) for row in rows]
    spread = Counter(token for bag in bags for token in bag)
    return rows, bags, {token: math.log(1 + (len(rows) - df + 0.5) / (df + 0.5)) for token, df in spread.items()}
