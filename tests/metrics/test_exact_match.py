"""Exact match and SQuAD's normalisation, by hand and against a plain second implementation."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.errors import MetricError
from readmark.metrics.exact_match import exact_match
from readmark.metrics.normalize import normalize_answer

NORMS = ("squad1", "squad2")
# Pieces in which order of normalisation, deleted marks, articles and white space meet.
PIECES = st.sampled_from(
    ["the", "The", "a", "an", "AN", "cat", "U.S.", "a-b", "the.", "'a'", "1,000", "—", "ä", "a,n", ""]
)
TEXTS = st.lists(PIECES, max_size=5).map(" ".join) | st.text(max_size=20)


def plain_normalize(text):
    """The official script's four steps, one by one."""
    text = text.lower()
    text = "".join(c for c in text if c not in set(string.punctuation))
    text = re.sub(r"\b(a|an|the)\b", " ", text)
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Pul-e-Khumri!", "pulekhumri"),  # deleted marks leave no space
        ("U.S.", "us"),
        ("140,000", "140000"),
        ("a.n", ""),  # marks go first, then "an" is an article
        ("A the AN", ""),
        ("then another", "then another"),  # articles only as whole words
        ("an\tapple\n pie", "apple pie"),
        ("the—end", "—end"),  # the dash is no ASCII mark, but ends the word "the"
        ("“Doha”", "“doha”"),  # typographic quotes stay
        ("$65_%", "65"),
        ("", ""),
        ("...", ""),
    ],
)
def test_normalisation(text, normal):
    assert normalize_answer(text) == normal


def test_all_32_ascii_marks_are_deleted():
    assert normalize_answer("x" + string.punctuation + "y") == "xy"


@given(TEXTS)
def test_normalisation_is_the_official_one(text):
    assert normalize_answer(text) == plain_normalize(text)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("prediction", "references", "score"),
    [
        ("the Taliban", ["Taliban"], 1.0),
        ("Taliban fighters", ["Taliban"], 0.0),
        ("Kondoz", ["Kunduz", "Kondoz"], 1.0),  # any of several references
        ("Kunduz Kondoz", ["Kunduz", "Kondoz"], 0.0),
        ("", ["Kunduz"], 0.0),
        ("", [""], 1.0),
        ("the", ["..."], 1.0),  # two texts that normalise to nothing
        ("Kunduz", [""], 0.0),
    ],
)
def test_exact_match(norm, prediction, references, score):
    assert exact_match(prediction, references, norm=norm) == score


def test_squad2_drops_references_that_normalise_to_nothing_and_squad1_keeps_them():
    assert exact_match("", ["the", "Kunduz"], norm="squad1") == 1.0
    assert exact_match("", ["the", "Kunduz"], norm="squad2") == 0.0


def test_under_squad2_only_empty_references_mean_unanswerable():
    assert exact_match("", ["the", "..."], norm="squad2") == 1.0
    assert exact_match("Kunduz", ["the", "..."], norm="squad2") == 0.0


@pytest.mark.parametrize("norm", NORMS)
def test_no_reference_at_all_is_refused(norm):
    with pytest.raises(MetricError, match="is empty"):
        exact_match("Kunduz", [], norm=norm)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(NORMS))
def test_exact_match_is_the_official_one(prediction, references, norm):
    if norm == "squad2":
        references = [one for one in references if plain_normalize(one)] or [""]
    expected = max(float(plain_normalize(prediction) == plain_normalize(one)) for one in references)
    assert exact_match(prediction, references, norm=norm) == expected
