"""Newsroom's measures, by hand and against its figure 3 written out plainly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.metrics.extractive import compression, density, extractive_coverage, fragments, novelty
from readmark.text import tokens

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d.", "A"]), max_size=30).map(" ".join)


def plain_fragments(article, summary):
    """Grusky et al. 2018, figure 3, line by line."""
    found = []
    i = 0
    while i < len(summary):
        best = []
        j = 0
        while j < len(article):
            if summary[i] == article[j]:
                i2, j2 = i, j
                while i2 < len(summary) and j2 < len(article) and summary[i2] == article[j2]:
                    i2, j2 = i2 + 1, j2 + 1
                if len(best) < i2 - i:
                    best = summary[i:i2]
                j = j2
            else:
                j += 1
        i += max(len(best), 1)
        if best:
            found.append(len(best))
    return found


@given(WORDS, WORDS)
def test_fragments_are_those_of_figure_3(summary, article):
    """Witness: the figure, and Newsroom's own `Fragments._match` (lil-lab/newsroom 77b42ee), which does the same."""
    assert fragments(summary, article) == plain_fragments(tokens(article), tokens(summary))


def test_a_run_that_begins_inside_another_is_not_seen():
    """The paper's search goes on behind a match: of "a a b", in the article whole, it finds two pieces."""
    assert fragments("a a b", "a a a b") == [2, 1]


ARTICLE = "the town of Farah fell on Tuesday"


@pytest.mark.parametrize(
    ("summary", "coverage", "dense", "ratio", "novel"),
    [
        ("Farah fell on Tuesday", 1.0, 4.0, 7 / 4, 0.0),  # one fragment of four
        ("Tuesday: Farah fell", 1.0, 5 / 3, 7 / 3, 0.5),  # fragments of one and two
        ("Kunduz fell yesterday", 1 / 3, 1 / 3, 7 / 3, 1.0),
        ("Kabul stands", 0.0, 0.0, 7 / 2, 1.0),
        ("Farah", 1.0, 1.0, 7.0, None),  # no bigrams
        ("", None, None, None, None),
        ("—", None, None, None, None),
    ],
)
def test_measures_by_hand(summary, coverage, dense, ratio, novel):
    found = (
        extractive_coverage(summary, ARTICLE),
        density(summary, ARTICLE),
        compression(summary, ARTICLE),
        novelty(summary, ARTICLE),
    )
    assert found == tuple(
        one if one is None else pytest.approx(one, abs=1e-15) for one in (coverage, dense, ratio, novel)
    )


@given(WORDS, WORDS)
def test_a_piece_of_the_article_is_covered_whole(before, piece):
    if tokens(piece):
        assert extractive_coverage(piece, f"{before} {piece} end") == 1.0


@given(WORDS)
def test_the_opening_of_the_article_is_one_fragment(piece):
    if tokens(piece):
        assert density(piece, f"{piece} end") == len(tokens(piece))
