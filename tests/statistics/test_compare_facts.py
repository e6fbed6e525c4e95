"""Summaries, fact by fact."""

from __future__ import annotations

import pytest

from readmark.statistics.differences import compare_pair
from readmark.statistics.facts import compare_facts


def test_facts_are_items_and_summaries_are_clusters():
    first = [[1, 1, 0], [1, 0], [1, 1], [0, 1], [1, 0], [1, 1, 1]]
    second = [[1, 0, 0], [0, 0], [1, 0], [0, 0], [0, 0], [0, 1, 1]]
    flat = [float(fact) for one in first for fact in one], [float(fact) for one in second for fact in one]
    labels = [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert compare_facts(first, second) == compare_pair(*flat, labels)
    assert compare_facts(first, second).surely() == 1


def test_three_summaries_show_no_winner_however_many_facts_differ():
    found = compare_facts([[1] * 10] * 3, [[0] * 10] * 3)
    assert (found.value, found.discordant_first, found.clusters) == (1.0, 30, 3)
    assert found.surely() == 0


def test_one_summary_is_compared_on_its_own_article():
    found = compare_facts([[1] * 12], [[1] * 4 + [0] * 8])
    assert found.test == "McNemar, mid-p"
    assert found.surely() == 1


@pytest.mark.parametrize("second", [[[1, 0]], [[1, 0], [1]], [[1], [1, 0], [1]]])
def test_other_facts_are_refused(second):
    with pytest.raises(ValueError, match="zip"):
        compare_facts([[1], [1, 0]], second)
