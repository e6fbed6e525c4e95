"""ROUGE: equal to rouge-score 0.1.2 on ASCII text and to the Perl script, the best of several references, unrounded."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from readmark.metrics.rouge import rouge_l, rouge_lsum, rouge_n

NAMES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
# Few words, so that texts repeat themselves and equally long subsequences abound; marks and line breaks between.
LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "a-b", "C", "e."]), max_size=8).map(" ".join)
REPETITIVE = st.lists(LINES, max_size=5).map("\n".join)
RANDOM = st.text(st.characters(min_codepoint=0, max_codepoint=127), max_size=40)
TEXTS = REPETITIVE | RANDOM


def ours(prediction, references):
    return {
        "rouge1": rouge_n(prediction, references, 1),
        "rouge2": rouge_n(prediction, references, 2),
        "rougeL": rouge_l(prediction, references),
        "rougeLsum": rouge_lsum(prediction, references),
    }


@pytest.fixture(scope="module")
def scorer():
    return RougeScorer(list(NAMES), use_stemmer=False)


@settings(max_examples=400)
@given(prediction=TEXTS, reference=TEXTS)
def test_one_reference_equals_rouge_score(scorer, prediction, reference):
    """Witness: rouge-score 0.1.2, RougeScorer(names).score(reference, prediction), in the same process."""
    expected = {name: found.fmeasure for name, found in scorer.score(reference, prediction).items()}
    assert ours(prediction, [reference]) == pytest.approx(expected, abs=1e-12)


@given(prediction=TEXTS, references=st.lists(TEXTS, min_size=2, max_size=4))
def test_several_references_take_the_best_as_rouge_score_does(scorer, prediction, references):
    """Witness: RougeScorer(names).score_multi(references, prediction)."""
    expected = {name: found.fmeasure for name, found in scorer.score_multi(references, prediction).items()}
    assert ours(prediction, references) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("prediction", "reference", "name", "score"),
    [
        ("to be or not to be", "to be", "rouge1", 0.5),  # 2 · 2 / (6 + 2)
        ("to be or not to be", "to be", "rouge2", 1 / 3),  # bigrams: 2 · 1 / (5 + 1)
        ("c b a", "a b c", "rouge1", 1.0),
        ("c b a", "a b c", "rougeL", 1 / 3),  # the longest common subsequence is one word
        ("c d\na b", "a b\nc d", "rougeL", 0.5),  # as one text: two of four
        ("c d\na b", "a b\nc d", "rougeLsum", 1.0),  # line by line: all four
        ("a", "a", "rouge2", 0.0),  # no bigrams on either side
        ("", "a", "rougeL", 0.0),
        ("a", "...", "rougeLsum", 0.0),
    ],
)
def test_definitions(prediction, reference, name, score):
    assert ours(prediction, [reference])[name] == pytest.approx(score, abs=1e-15)


def test_references_may_be_any_sequence():
    assert rouge_n("a b", ["a b"], 1) == rouge_n("a b", ("a b",), 1) == 1.0


def test_rouge_equals_the_perl_script(shared):
    """Witness: the original Perl ROUGE-1.5.5, unstemmed, `-f A`, one sentence a line; see the data's README.

    Perl reads a letter outside ASCII, which two of the 100 pairs hold, as a space; ours is a letter.
    """
    for line in (shared / "rouge155" / "vectors.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        expected = pair["expected_RPF"]["nostem_single_avg(-fA)"]
        prediction, reference = (re.sub(r"[^\x00-\x7f]", " ", text) for text in (pair["system"], pair["refs"][0]))
        found = ours(prediction, [reference])
        for name, mine in (("rouge1", "rouge1"), ("rouge2", "rouge2"), ("rougeL", "rougeLsum")):
            assert found[mine] == pytest.approx(expected[name][2], abs=1.5e-5), (pair["id"], name)


@pytest.mark.parametrize("text", ["他们在北京", "Они взяли город", "سيطروا على المدينة", "उन्होंने शहर पर"])
def test_a_script_other_than_latin_scores(text):
    """rouge-score's tokeniser gives 0 for them."""
    assert rouge_l(text, [text]) == 1.0
    assert 0 < rouge_n(f"{text} 7", [f"{text}"], 1) < 1


def test_chinese_texts_that_share_characters_share_tokens():
    assert rouge_n("他们在北京", ["他们在东京"], 1) == pytest.approx(0.8, abs=1e-15)
