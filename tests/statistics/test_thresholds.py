"""The best threshold is one that is attained, and no threshold does better."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.statistics.thresholds import Choice, best_threshold, item_by_item_best, value_at

SCORE = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 1.0])
TIED = st.builds(Choice, st.sampled_from([-1.5, 0.0, 0.25, 0.5, 1.0]), SCORE, SCORE)
ANY = st.builds(Choice, st.floats(-1e299, 1e299), st.floats(0, 1), st.floats(0, 1))
CHOICES = st.lists(TIED, min_size=1, max_size=12) | st.lists(ANY, min_size=1, max_size=12)


def brute_force(choices):
    """Return the best mean over all thresholds that differ: each probability, and one below all."""
    tried = [-math.inf, *(one.probability for one in choices)]
    return max(
        sum(one.abstained if one.probability > threshold else one.answered for one in choices) / len(choices)
        for threshold in tried
    )


@given(CHOICES)
def test_no_threshold_does_better(choices):
    value, threshold = best_threshold(choices)
    assert value == pytest.approx(brute_force(choices), abs=1e-9)
    assert math.isfinite(threshold)


@given(CHOICES)
def test_the_value_is_attained_at_the_threshold(choices):
    value, threshold = best_threshold(choices)
    assert value == value_at(choices, threshold)


@given(CHOICES, st.randoms(use_true_random=False))
def test_the_order_of_items_says_nothing(choices, chance):
    mixed = list(choices)
    chance.shuffle(mixed)
    assert best_threshold(mixed) == best_threshold(choices)


@given(CHOICES)
def test_it_is_the_lowest_of_the_thresholds_tried(choices):
    value, threshold = best_threshold(choices)
    lower = [one.probability for one in choices if one.probability < threshold]
    assert all(value_at(choices, one) < value for one in lower)


@given(CHOICES)
def test_a_search_that_parts_ties_never_finds_less(choices):
    assert item_by_item_best(choices)[0] >= best_threshold(choices)[0] - 1e-9


@given(st.lists(ANY, min_size=1, max_size=12, unique_by=lambda one: one.probability))
def test_without_ties_both_searches_agree(choices):
    assert item_by_item_best(choices)[0] == pytest.approx(best_threshold(choices)[0], abs=1e-9)


def test_where_all_should_abstain_the_threshold_is_below_all():
    assert best_threshold([Choice(0.5, 0, 1), Choice(0.7, 0, 1)]) == (1.0, 0.0)
    assert best_threshold([Choice(0.0, 0, 1), Choice(0.7, 0, 1)]) == (1.0, -5e-324)


def test_of_a_tie_all_answer_or_none():
    """Three of equal probability: two gain by answering, one loses; parted, the best would be 1."""
    tied = [Choice(0.5, 1, 0), Choice(0.5, 1, 0), Choice(0.5, 0, 1)]
    assert best_threshold(tied) == (2 / 3, 0.5)
    assert item_by_item_best(tied) == (1.0, 0.5)
    assert value_at(tied, 0.5) == 2 / 3


def test_a_hundred_thousand_items_take_no_time():
    many = [Choice(number % 977 / 977, float(number % 3 == 0), float(number % 2)) for number in range(100_000)]
    start = time.process_time()
    best_threshold(many)
    assert time.process_time() - start < 2.0
