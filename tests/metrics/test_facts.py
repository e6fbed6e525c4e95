"""Fact recall and contradictions: windows, facets, weights, budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.metrics.facts import WINDOW, contradictions, fact_recall, states, windows
from readmark.records import Contradiction, Fact

FELL = (("Pul-e-Khumri", "Pul-i-Khumri"), ("captured", "fell"))


def fact(number, facets, weight=1.0):
    return Fact(id=f"f{number}", text="", facets=facets, weight=weight)


@pytest.mark.parametrize(
    ("summary", "stated"),
    [
        ("Pul-e-Khumri fell.", True),
        ("They captured pul e khumri!", True),  # another order, case and marks
        ("The town of Pul-i-Khumri fell on Tuesday.", True),  # another alternative
        ("Pul-e-Khumri is north of Kabul.", False),  # one facet of two
        ("Pul-e-Khumri stands. Farah fell.", False),  # facets in two sentences
        ("Pul-e-Khumri stands\nFarah fell", False),  # a line break parts sentences
        ("Pul-e-Khumris fell.", False),  # whole tokens only
        ("Pul and Khumri fell.", False),  # neighbouring tokens only
        ("", False),
    ],
)
def test_a_fact_is_stated_when_one_sentence_holds_every_facet(summary, stated):
    assert states(summary, FELL) is stated


def test_a_sentence_is_cut_into_windows_of_30_words():
    words = [f"w{i}" for i in range(70)]
    assert [len(window.split()) for window in windows(" ".join(words))] == [30, 30, 10]


@pytest.mark.parametrize(("between", "stated"), [(WINDOW - 2, True), (WINDOW - 1, False)])
def test_facets_farther_apart_than_a_window_state_nothing(between, stated):
    """The first facet is word 1; the second is word 30, or word 31 in the next window."""
    summary = "farah " + "and " * between + "fell"
    assert states(summary, (("Farah",), ("fell",))) is stated


def test_a_mark_alone_is_no_word_of_a_window():
    summary = "farah " + "– " * 100 + "fell"
    assert states(summary, (("Farah",), ("fell",)))


def test_an_alternative_without_letters_is_never_found():
    assert not states("— – —", (("—",),))


def test_recall_is_weighted():
    facts = [fact(1, (("farah",),), 3), fact(2, (("kunduz",),), 2), fact(3, (("zaranj",),), 1)]
    assert fact_recall("Farah and Zaranj.", facts) == pytest.approx(4 / 6, abs=1e-15)
    assert fact_recall("Kunduz.", facts) == pytest.approx(2 / 6, abs=1e-15)
    assert fact_recall("Farah, Kunduz, Zaranj.", facts) == 1.0
    assert fact_recall("", facts) == 0.0


def test_only_the_words_of_the_budget_are_read():
    facts = [fact(1, (("farah",),)), fact(2, (("kunduz",),))]
    assert fact_recall("Farah – and Kunduz fell", facts, max_words=3) == 1.0  # the dash is no word
    assert fact_recall("Farah – and Kunduz fell", facts, max_words=2) == 0.5
    assert fact_recall("Farah – and Kunduz fell", facts) == 1.0


def test_contradictions_are_looked_for_beyond_the_budget_too():
    points = [
        Contradiction(id="c1", text="", facets=(("kabul",), ("fell",))),
        Contradiction(id="c2", text="", facets=(("farah",), ("stands",))),
    ]
    assert contradictions("Kabul fell.", points) == 0.5
    assert contradictions("word " * 25 + ". Kabul fell. Farah stands.", points) == 1.0
    assert contradictions("Kabul stands. Farah fell.", points) == 0.0


def test_a_chinese_facet_is_found_inside_a_sentence():
    assert states("他们在北京开会。", (("北京",), ("开会",)))


TEXTS = st.lists(st.sampled_from(["farah", "fell.", "Kunduz", "\n", "–", "stands"]), max_size=30).map(" ".join)


@given(TEXTS, TEXTS)
def test_saying_more_never_lowers_recall_without_a_budget(summary, more):
    facts = [fact(1, (("farah",), ("fell",)), 2), fact(2, (("kunduz",),))]
    assert fact_recall(f"{summary}\n{more}", facts) >= fact_recall(summary, facts)
