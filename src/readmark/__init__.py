"""Readmark: turn an article into a reading test, score any model on it, publish numbers that hold up.

The verbs load when they are first used, so that `import readmark` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from readmark.errors import ReadmarkError
from readmark.records import Prompt, Reply
from readmark.text import first_words, sentences, tokens, words

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark, load
    from readmark.evaluate_modules import evaluate_module
    from readmark.models import Model
    from readmark.verbs.board import board, verify
    from readmark.verbs.compare import compare
    from readmark.verbs.export import export
    from readmark.verbs.run import run
    from readmark.verbs.score import score

__version__ = "0.1.0"
__all__ = [
    "Benchmark",
    "Model",
    "Prompt",
    "ReadmarkError",
    "Reply",
    "board",
    "compare",
    "evaluate_module",
    "export",
    "first_words",
    "load",
    "run",
    "score",
    "sentences",
    "tokens",
    "verify",
    "words",
]

_LATER = {
    "Benchmark": "readmark.benchmark",
    "Model": "readmark.models",
    "board": "readmark.verbs.board",
    "compare": "readmark.verbs.compare",
    "evaluate_module": "readmark.evaluate_modules",
    "export": "readmark.verbs.export",
    "load": "readmark.benchmark",
    "run": "readmark.verbs.run",
    "score": "readmark.verbs.score",
    "verify": "readmark.verbs.board",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a verb when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module 'readmark' has no attribute '{name}'")
    from importlib import import_module  # noqa: PLC0415 - only when a verb is used

    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value
