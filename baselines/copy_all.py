"""copy-all: the whole article (a canary).

No summary at all. A metric that rewards it reads past the budget.
"""

from __future__ import annotations

from readmark import Prompt


class CopyAll:
    """The article as it is."""

    name = "copy-all"
    tasks = frozenset({"summary"})

    def predict(self, prompt: Prompt) -> str:
        """Return the article."""
        return prompt.article
