"""Our metrics as modules of the `evaluate` library: one script each, by the name that evaluate expects.

`evaluate.load(readmark.evaluate_module("answer_match"))`. Nothing here is imported by the rest of the package.
"""

from __future__ import annotations

from pathlib import Path

from readmark.errors import MetricError, Problem, quoted

FOLDER = Path(__file__).parent
NOT_MODULES = {"__init__", "items"}
MODULES = tuple(sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_MODULES))


def evaluate_module(name: str) -> str:
    """Return the path of a metric's script, for `evaluate.load`.

    Args:
        name: One of `MODULES`.

    Raises:
        MetricError: There is no such module.
    """
    if name not in MODULES:
        fix = "see docs/scores.md for what each compares"
        raise MetricError(Problem(quoted(name), "is no module for evaluate", "one of " + ", ".join(MODULES), fix))
    return str(FOLDER / f"{name}.py")
