"""random-span: one to four random words in a row, the floor that any reader must leave behind.

The words come from one random sentence. Chance depends on the seed, the article and the question alone,
so the order in which questions are asked changes nothing.
"""

from __future__ import annotations

import random

from readmark import Prompt, sentences, words


class RandomSpan:
    """Points blindly into the article.

    Args:
        seed: Of the lot; the same seed, article and question give the same words.
    """

    name = "random-span"
    tasks = frozenset({"qa"})

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def predict(self, prompt: Prompt) -> str:
        """Return a random span, or "" where there are no words."""
        rows = [row for row in map(words, sentences(prompt.article)) if row]
        if not rows:
            return ""
        chance = random.Random(f"{self.seed}|{prompt.question!a}|{prompt.article!a}")
        row = chance.choice(rows)
        length = chance.randint(1, min(4, len(row)))
        start = chance.randrange(len(row) - length + 1)
        return " ".join(row[start : start + length]).strip(".,;:!?\"'()“”‘’")
