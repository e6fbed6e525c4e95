"""question-echo: the question itself (a canary).

It has read nothing. A metric that rewards it pays for words of the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readmark import Prompt


class QuestionEcho:
    """Repeats the question."""

    name = "question-echo"
    tasks = frozenset({"qa"})

    def predict(self, prompt: Prompt) -> str:
        """Return the question, word for word."""
        return prompt.question
