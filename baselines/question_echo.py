"""Answers with the question itself: shows what a metric pays for words of the question.

A canary. It has read nothing, so any score above the floor is a weakness of the metric.
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
