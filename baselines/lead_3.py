"""lead-3: the article's first three sentences.

The baseline that news summarisers are measured against (Nallapati et al. 2017, SummaRuNNer). A headline (a first
paragraph without an end mark) is no sentence.
"""

from __future__ import annotations

from readmark import Prompt, first_words, sentences


class Lead3:
    """The first three sentences, cut to the budget."""

    name = "lead-3"
    tasks = frozenset({"summary"})

    def predict(self, prompt: Prompt) -> str:
        """Return the first three sentences."""
        found = sentences(prompt.article)
        body = [sentence for sentence in found if sentence.rstrip("\"'”’»)")[-1:] in ".!?…。！？"] or found
        text = " ".join(body[:3])
        return text if prompt.max_words is None else first_words(text, prompt.max_words)
