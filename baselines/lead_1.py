"""lead-1: the article's first sentence.

News puts the most important first. A headline (a first paragraph without an end mark) is no sentence.
"""

from __future__ import annotations

from readmark import Prompt, first_words, sentences


class Lead1:
    """The first sentence, cut to the budget."""

    name = "lead-1"
    tasks = frozenset({"summary"})

    def predict(self, prompt: Prompt) -> str:
        """Return the first sentence."""
        found = sentences(prompt.article)
        body = [sentence for sentence in found if sentence.rstrip("\"'”’»)")[-1:] in ".!?…。！？"] or found
        text = " ".join(body[:1])
        return text if prompt.max_words is None else first_words(text, prompt.max_words)
