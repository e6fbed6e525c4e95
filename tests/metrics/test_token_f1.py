"""Token F1, by hand and against a plain second implementation of the official algorithm."""

from __future__ import annotations

import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.errors import MetricError
from readmark.metrics.token_f1 import _shared, token_f1

NORMS = ("squad1", "squad2")
WORDS = st.sampled_from(["the", "a", "to", "be", "or", "not", "Be!", "TO", "x-y", "xy", "..."])
TEXTS = st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=20)


def plain_f1(prediction, references, norm):
    """Official: counts shared tokens one by one, the best reference; `squad2` as in evaluate-v2.0.py."""

    def bag(text):
        text = "".join(c for c in text.lower() if c not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", text).split()

    def one(reference):
        said, wanted = bag(prediction), bag(reference)
        if norm == "squad2" and (not said or not wanted):
            return float(said == wanted)
        shared = 0
        left = list(wanted)
        for token in said:
            if token in left:
                left.remove(token)
                shared += 1
        if shared == 0:
            return 0.0
        precision, recall = shared / len(said), shared / len(wanted)
        return 2 * precision * recall / (precision + recall)

    if norm == "squad2":
        references = [text for text in references if bag(text)] or [""]
    return max(map(one, references))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("prediction", "references", "score"),
    [
        ("to be or not to be", ["to be"], 0.5),  # bags: 2 · 2 / (6 + 2)
        ("to to to", ["to be"], 0.4),  # a token counts at most as often as in the reference: 2 · 1 / (3 + 2)
        ("the cat", ["a cat"], 1.0),
        ("heavy fighting", ["fighting heavy"], 1.0),  # order does not count
        ("heavy fighting", ["fighting", "heavy heavy fighting"], 0.8),  # the best reference
        ("Kunduz", ["Farah"], 0.0),
        ("", ["Farah"], 0.0),
    ],
)
def test_token_f1(norm, prediction, references, score):
    assert token_f1(prediction, references, norm=norm) == pytest.approx(score, abs=1e-15)


def test_nothing_against_nothing_is_0_under_squad1_and_1_under_squad2():
    assert token_f1("the", ["..."], norm="squad1") == 0.0
    assert token_f1("the", ["..."], norm="squad2") == 1.0


def test_squad2_drops_references_that_normalise_to_nothing():
    assert token_f1("", ["the", "Kunduz"], norm="squad2") == 0.0


@pytest.mark.parametrize("norm", NORMS)
def test_no_reference_at_all_is_refused(norm):
    with pytest.raises(MetricError, match="is empty"):
        token_f1("Kunduz", [], norm=norm)


def test_the_score_is_not_rounded():
    assert token_f1("a1 b1 c1", ["a1 x y z"]) == 2 * (1 / 3) * (1 / 4) / (1 / 3 + 1 / 4)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(NORMS))
def test_token_f1_is_the_official_one(prediction, references, norm):
    assert token_f1(prediction, references, norm=norm) == plain_f1(prediction, references, norm)


@given(TEXTS, TEXTS)
def test_token_f1_is_symmetric(one, other):
    assert token_f1(one, [other], norm="squad1") == token_f1(other, [one], norm="squad1")


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_bags_compared_without_counting_share_what_counted_ones_share(one, other):
    assert _shared(one, other) == (Counter(one) & Counter(other)).total()
