"""random-sentences: sentences drawn at random, in the article's order, up to the budget.

What a summariser gets for sentences alone; anything below it chooses worse than chance.
"""

from __future__ import annotations

import random

from readmark import Prompt, first_words, sentences, words

BUDGET = 60  # words, where the task names none


class RandomSentences:
    """Sentences by lot.

    Args:
        seed: Of the lot; the same seed and article give the same sentences.
    """

    name = "random-sentences"
    tasks = frozenset({"summary"})

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def predict(self, prompt: Prompt) -> str:
        """Return random sentences until the budget is full."""
        budget = prompt.max_words or BUDGET
        found = sentences(prompt.article)
        drawn = list(range(len(found)))
        random.Random(f"{self._seed}|{prompt.article!a}|{prompt.question!a}").shuffle(drawn)
        chosen: list[int] = []
        length = 0
        while drawn and length < budget:
            chosen.append(drawn.pop())
            length += len(words(found[chosen[-1]]))
        return first_words(" ".join(found[number] for number in sorted(chosen)), budget)
