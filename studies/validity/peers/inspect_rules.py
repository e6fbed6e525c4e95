"""Judge answers by the scorers of inspect-ai, called as its own evaluation calls them."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from inspect_ai.model import ModelName, ModelOutput
from inspect_ai.scorer import CORRECT, Score, Scorer, Target, exact, f1, includes, match
from inspect_ai.solver import TaskState
from judging import Rule, judge

THRESHOLD = 0.5  # of F1


def rule(scorer: Scorer) -> Rule:
    """Return a scorer as a rule."""

    def is_right(text: str, references: list[str]) -> bool:
        output = ModelOutput.from_content("none/none", text)
        state = TaskState(ModelName("none/none"), sample_id=1, epoch=1, input="", messages=[], output=output)
        value = at_once(scorer(state, Target(references))).value
        return value == CORRECT if isinstance(value, str) else float(value) >= THRESHOLD

    return is_right


def at_once(call: Coroutine[Any, Any, Score]) -> Score:
    """Return what a coroutine that waits for nothing returns; an event loop would cost more than scoring does."""
    try:
        call.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("the scorer waits for something")


judge(
    "inspect_ai",
    {
        "match()": rule(match()),
        'match(location="any")': rule(match(location="any")),
        "includes()": rule(includes()),
        "exact()": rule(exact()),
        "f1() of 0.5 or more": rule(f1()),
    },
)
