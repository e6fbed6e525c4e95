"""What the tests of models share: prompts to ask, and files that hold models."""

from __future__ import annotations

import sys
import textwrap

import pytest

from readmark.models import ask
from readmark.records import Prompt

ARTICLE = "Ada met Bo in Kabul on 3 May. Bo left at noon.\n"


@pytest.fixture(autouse=True)
def no_traces(monkeypatch):
    """Imports of model files leave no trace in this process."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and "/test_" in sys.modules[name].__file__:  # under tmp_path
            del sys.modules[name]


@pytest.fixture
def prompts():
    """Six prompts over two articles, the questions of each together."""
    return [
        Prompt(
            item_id=f"q-{number}", condition="reading", prefix=f"Article {number // 3}: {ARTICLE}",
            suffix=f"Question {number}?", article=ARTICLE, question=f"Question {number}?",
        )
        for number in range(6)
    ]  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """Write a text file, its indentation taken away, and return its path."""

    def write(name, source):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source).lstrip(), encoding="utf-8")
        return path

    return write


@pytest.fixture
def outcomes(prompts):
    """Ask a model all prompts; its outcomes by item, replies as their text."""

    def outcomes(model, given=None):
        asked = list(ask(model, prompts if given is None else given))
        return {one.prompt.item_id: getattr(one.outcome, "text", one.outcome) for one in asked}

    return outcomes
