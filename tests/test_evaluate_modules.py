"""Our metrics as modules of the evaluate library: loaded by a fresh process, offline, from the installed package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import readmark
from readmark.errors import MetricError
from readmark.evaluate_modules import MODULES
from readmark.extraction import Answer
from readmark.metrics import METRICS, answer_match
from readmark.metrics.chrf import chrf
from readmark.metrics.exact_match import exact_match
from readmark.metrics.list_f1 import list_f1
from readmark.metrics.token_f1 import token_f1
from readmark.records import QaItem, Recipe, SummaryItem

SAID = ["the Taliban", "It was Kabul.", "", "Farah", "北京市"]
ACCEPTED = [["Taliban"], ["Kunduz", "Kabul"], [], [], ["北京"]]
ASKED = ["Who took it?", "Which city fell?", "Why?", "Who else?", "Where?"]
LISTS = (["Farah, Kunduz and Kabul", "Farah"], [[["Kunduz", "Kondoz"], ["Farah"]], [["Farah"]]])
CALLS = {
    "answer_match": {"predictions": SAID, "references": ACCEPTED, "questions": ASKED},
    "exact_match": {"predictions": SAID, "references": ACCEPTED},
    "token_f1": {"predictions": SAID, "references": ACCEPTED, "language": "zh", "norm": "squad1"},
    "list_f1": {"predictions": LISTS[0], "references": LISTS[1]},
    "rouge": {"predictions": SAID[:2], "references": ACCEPTED[:2]},
    "chrf": {"predictions": SAID[:2], "references": ACCEPTED[:2]},
}
PROGRAM = """
import json, os, socket, sys
socket.getaddrinfo = lambda *_, **__: os._exit(9)
import evaluate, readmark
calls = json.loads(sys.argv[1])
found = {name: evaluate.load(readmark.evaluate_module(name)).compute(**call) for name, call in calls.items()}
talk = {"predictions": ["Answer: **Kabul**"], "references": [["Kabul"]]}
found["as it is"], found["answer"] = (
    evaluate.load(readmark.evaluate_module("exact_match")).compute(**talk, extract=how) for how in ("none", "answer")
)
found["inputs"] = evaluate.load(readmark.evaluate_module("token_f1")).inputs_description
try:
    evaluate.load(readmark.evaluate_module("token_f1")).compute(**talk, norm="squad3")
except Exception as error:
    found["refused"] = str(error)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return what every module computes in a fresh process that is elsewhere, offline, with empty caches."""
    home = tmp_path_factory.mktemp("home")
    settings = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(home / "hf")}
    command = [sys.executable, "-c", PROGRAM, json.dumps(CALLS)]
    done = subprocess.run(command, capture_output=True, text=True, env=settings, cwd=home, check=True)
    return json.loads(done.stdout)


def expected(function):
    return [function(*one) for one in zip(SAID, ACCEPTED, strict=True)]


def test_every_module_is_tried():
    assert set(MODULES) == set(CALLS)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "rouge"])
def test_the_mean_is_that_of_the_items_unrounded(found, name):
    scores = found[name]["scores"]
    assert found[name][name] == pytest.approx(sum(scores) / len(scores), abs=1e-15)
    assert found[name].keys() == {name, "scores"}


def test_exact_match(found):
    assert found["exact_match"]["scores"] == expected(lambda said, refs: exact_match(said, refs or [""]))


def test_token_f1_in_a_language(found):
    """The unanswerable are compared under squad2 whatever the norm, as in a report."""
    scores = expected(
        lambda said, refs: token_f1(said, refs or [""], norm="squad1" if refs else "squad2", language="zh")
    )
    assert found["token_f1"]["scores"] == scores
    assert scores[-1] == pytest.approx(0.8, abs=1e-15)


def test_answer_match_reads_the_question(found):
    items = [
        QaItem(id="q", article="", question=asked, references=tuple(refs), answer_type="phrase" if refs else "none")
        for asked, refs in zip(ASKED, ACCEPTED, strict=True)
    ]
    scores = [answer_match(Answer(said, not said), item).score for said, item in zip(SAID, items, strict=True)]
    assert found["answer_match"]["scores"] == scores
    assert scores[:4] == [1.0, 1.0, 1.0, 0.0]


def test_list_f1(found):
    assert found["list_f1"]["scores"] == [list_f1(*one) for one in zip(*LISTS, strict=True)]


def test_rouge_gives_four_numbers(found):
    items = [SummaryItem(id="", article="", instruction="", references=tuple(refs)) for refs in ACCEPTED[:2]]
    for name in ("rouge1", "rouge2", "rougeL", "rougeLsum"):
        metric = METRICS[name]
        scores = [
            metric.score(Answer(said, False), item, "", Recipe()) for said, item in zip(SAID[:2], items, strict=True)
        ]
        assert found["rouge"]["scores"][name] == scores
        assert found["rouge"][name] == sum(scores) / 2


def test_chrf(found):
    assert found["chrf"]["scores"] == [chrf(*one) for one in zip(SAID[:2], ACCEPTED[:2], strict=True)]


def test_a_prediction_is_taken_as_it_is_unless_asked_otherwise(found):
    assert (found["as it is"]["exact_match"], found["answer"]["exact_match"]) == (0.0, 1.0)


def test_a_setting_that_does_not_exist_is_refused_and_the_inputs_are_described(found):
    assert "squad3" in found["refused"]
    assert "references: The accepted texts of each" in found["inputs"]


def test_a_name_that_is_none_is_refused():
    with pytest.raises(MetricError, match="one of answer_match, chrf, exact_match"):
        readmark.evaluate_module("bleu")


def test_a_script_is_where_the_package_is():
    assert Path(readmark.evaluate_module("rouge")).parent.parent == Path(readmark.__file__).parent
