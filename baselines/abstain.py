"""abstain: no answer to any question, the floor for answerable items and the ceiling for unanswerable ones.

What a metric gives to silence must be known before it is believed about speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readmark import Prompt


class Abstain:
    """Says nothing, which counts as abstaining."""

    name = "abstain"
    tasks = frozenset({"qa"})

    def predict(self, prompt: Prompt) -> str:  # noqa: ARG002 - silence needs no question
        """Return the empty answer."""
        return ""
