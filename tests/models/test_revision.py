"""Two models that differ never share an answer, however they are made."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

import readmark


def tagged(tag, prompt):
    return str(tag)


def with_tag(prompt, tag=None):
    return str(tag)


class Held:
    name = "held"

    def __init__(self, tag):
        self.tag = tag

    def predict(self, prompt):
        return str(self.tag)

    def answer(self, prompt):
        return str(self.tag)


class Called:
    def __init__(self, tag):
        self.tag = tag

    def __call__(self, prompt):
        return str(self.tag)


class Holder(Held):
    def predict(self, prompt):
        return self.tag(prompt)


class Slots:
    __slots__ = ("tag",)
    name = "slots"

    def __init__(self, tag):
        self.tag = tag

    def predict(self, prompt):
        return self.tag


def decorated(tag):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(prompt):
            return function(prompt) + tag

        return wrapper

    return decorate(lambda prompt: "x")


MAKERS = {
    "a positional argument bound by partial": lambda tag: functools.partial(tagged, tag),
    "a keyword that JSON cannot hold, bound by partial": lambda tag: functools.partial(with_tag, tag=Path(tag)),
    "state that JSON cannot hold": lambda tag: Held(Path(tag)),
    "a set in the state": lambda tag: Held({tag}),
    "an object in the state": lambda tag: Holder(Called(tag)),
    "a bound method": lambda tag: Held(tag).answer,
    "a callable object": Called,
    "state in slots": Slots,
    "what a decorator closes over": decorated,
}


@pytest.fixture
def town(tmp_path):
    (tmp_path / "a.txt").write_text("The Taliban took Kunduz.\n")
    row = {"id": "q1", "article": "a", "question": "Which?", "answer": "Kunduz"}
    (tmp_path / "questions.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path


def said(model, town):
    return [
        row["text"]
        for row in map(
            json.loads, (readmark.run(model, town, out=town / "runs").folder / "scores.jsonl").read_text().splitlines()
        )
    ]


@pytest.mark.parametrize("what", MAKERS)
def test_two_models_that_differ_in_this_alone_share_no_answer(what, town):
    assert said(MAKERS[what]("aa"), town) != said(MAKERS[what]("bb"), town)


FILE = """
class One:
    name = "same"
    def predict(self, prompt):
        return "one"
class Two:
    name = "same"
    def predict(self, prompt):
        return "two"
f = lambda prompt: "f"
g = lambda prompt: "g"
def make(tag):
    def answer(prompt):
        return tag
    return answer
h, i = make("h"), make("i")
"""


@pytest.mark.parametrize("pair", [("One", "Two"), ("f", "g"), ("h", "i")])
def test_two_models_of_one_file_with_one_name_share_no_answer(pair, town):
    (town / "same.py").write_text(FILE)
    one, other = (said(f"{town}/same.py:{name}", town) for name in pair)
    assert one != other
