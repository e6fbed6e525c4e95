"""The forms in which modules of evaluate want their inputs, from the features that they declare."""

from __future__ import annotations

from types import SimpleNamespace

import datasets
import pytest

from readmark.errors import MetricError
from readmark.metrics.forms import form_of

TEXT, NUMBER = datasets.Value("string"), datasets.Value("int32")
SQUAD = {
    "predictions": {"id": TEXT, "prediction_text": TEXT},
    "references": {"id": TEXT, "answers": datasets.Sequence({"text": TEXT, "answer_start": NUMBER})},
}
SQUAD2 = {**SQUAD, "predictions": {**SQUAD["predictions"], "no_answer_probability": datasets.Value("float32")}}
ITEM = ("q1", "Ada", ("Ada", "Ada L."), "Who?", "Ada met Bo.")
ANSWERS = {"id": "q1", "answers": {"text": ["Ada", "Ada L."], "answer_start": [0, 0]}}


def module(*features):
    made = [datasets.Features(one) for one in features]
    return SimpleNamespace(features=made[0] if len(made) == 1 else made)


@pytest.mark.parametrize(
    ("features", "inputs"),
    [
        (
            [{"predictions": TEXT, "references": datasets.Sequence(TEXT, id="references")}],
            {"predictions": "Ada", "references": ["Ada", "Ada L."]},
        ),
        ([{"predictions": TEXT, "references": [TEXT]}], {"predictions": "Ada", "references": ["Ada", "Ada L."]}),
        ([{"predictions": TEXT, "references": TEXT}], {"predictions": "Ada", "references": "Ada"}),
        ([{"predictions": datasets.Value("large_string")}], {"predictions": "Ada"}),
        ([SQUAD], {"predictions": {"id": "q1", "prediction_text": "Ada"}, "references": ANSWERS}),
        (
            [SQUAD2],
            {
                "predictions": {"id": "q1", "prediction_text": "Ada", "no_answer_probability": 0.0},
                "references": ANSWERS,
            },
        ),
        (
            [{"predictions": NUMBER, "references": NUMBER}, {"predictions": TEXT, "references": TEXT}],
            {"predictions": "Ada", "references": "Ada"},
        ),
        (
            [{"predictions": TEXT, "references": datasets.List(TEXT), "questions": TEXT, "sources": TEXT}],
            {"predictions": "Ada", "references": ["Ada", "Ada L."], "questions": "Who?", "sources": "Ada met Bo."},
        ),
    ],
    ids=["texts", "old list", "text", "none", "squad", "squad 2", "second choice", "question and source"],
)
def test_an_item_is_put_into_the_form_that_a_module_declares(features, inputs):
    made = module(*features)
    found = form_of(made, "evaluate:x").inputs(*ITEM)
    assert found == inputs
    first = made.features[-1] if isinstance(made.features, list) else made.features
    first.encode_example(found)  # the library's own check


def test_an_unanswerable_question_has_no_answers_in_squads_form():
    found = form_of(module(SQUAD), "evaluate:x").inputs("q", "", ("",), "Who?", "")
    assert found["references"]["answers"] == {"text": [], "answer_start": []}


def test_only_a_module_of_one_reference_says_so():
    assert form_of(module({"predictions": TEXT, "references": TEXT}), "evaluate:x").takes_one
    assert not form_of(module({"predictions": TEXT, "references": [TEXT]}), "evaluate:x").takes_one
    assert not form_of(module(SQUAD), "evaluate:x").takes_one


@pytest.mark.parametrize(
    ("features", "wants"),
    [
        ({"predictions": NUMBER, "references": NUMBER}, "wants {predictions: int32, references: int32}"),
        (
            {"predictions": datasets.List(datasets.List(TEXT)), "references": TEXT},
            "wants {predictions: list of texts, references: text}",
        ),
        ({"predictions": TEXT, "references": TEXT, "weights": NUMBER}, "weights: int32}"),
        ({"references": TEXT}, "wants {references: text}"),
    ],
    ids=["numbers", "tokens", "more", "no predictions"],
)
def test_a_module_that_compares_no_texts_is_refused_by_its_features(features, wants):
    with pytest.raises(MetricError, match="evaluate:x") as refused:
        form_of(module(features), "evaluate:x")
    assert wants in str(refused.value)
