"""keyword-stuffing: the article's most frequent words in a row (a canary).

Says nothing. A metric that rewards it counts words instead of statements.
"""

from __future__ import annotations

from collections import Counter

from readmark import Prompt, tokens, words

BUDGET = 60  # words, where the task names none
SHORT = 3  # letters; function words are short


class KeywordStuffing:
    """Frequent words, the most frequent first."""

    name = "keyword-stuffing"
    tasks = frozenset({"summary"})

    def predict(self, prompt: Prompt) -> str:
        """Return as many distinct words as the budget holds."""
        spelt = {"".join(tokens(word)): word.strip(".,;:!?\"'“”‘’()[]") for word in words(prompt.article)}
        counts = Counter("".join(tokens(word)) for word in words(prompt.article))
        frequent = [word for word, _ in counts.most_common() if len(word) > SHORT]
        return " ".join(spelt[word] for word in frequent[: prompt.max_words or BUDGET])
