"""The smallest visible gap is found four times in five, and the items that a gap needs do show it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from readmark.statistics.differences import compare_pair
from readmark.statistics.gaps import (
    POWER,
    items_needed,
    pairs_of,
    share_power,
    smallest_gap,
    smallest_mean_gap,
    typical_gap,
    visible_gap,
)
from readmark.statistics.paired import mcnemar


def slow_power(gap, n, discordance, pairs=1):
    """Sum over every table of n items: the plain form."""
    better, worse = (discordance + gap) / 2, (discordance - gap) / 2
    total = 0.0
    for one in range(n + 1):
        for other in range(min(one, n + 1 - one)):
            if mcnemar(one, other) <= 0.05 / pairs:
                total += stats.multinomial.pmf([one, other, n - one - other], n, [better, worse, 1 - discordance])
    return total


@pytest.mark.parametrize(
    ("gap", "n", "discordance", "pairs"), [(0.2, 20, 0.4, 1), (0.3, 30, 0.35, 10), (0.1, 25, 0.1, 1)]
)
def test_power_is_the_sum_over_all_tables(gap, n, discordance, pairs):
    """Witness: scipy.stats.multinomial.pmf."""
    assert share_power(gap, n, discordance, pairs) == pytest.approx(slow_power(gap, n, discordance, pairs), abs=1e-9)


def test_a_gap_needs_at_least_as_many_discordant_items():
    assert share_power(0.3, 50, 0.1) == share_power(0.3, 50, 0.3)


@pytest.mark.parametrize(("n", "points"), [(50, 20), (100, 13), (400, 7), (1_000, 5)])
def test_the_visible_gaps_are_the_known_ones(n, points):
    """Witness: an independent simulation of McNemar's exact test, in whole points; mid-p sees a little less."""
    assert 100 * smallest_gap(n) == pytest.approx(points, abs=1.5)


def test_a_board_of_14_models_sees_far_less_than_a_pair():
    """Witness: the same simulation: about 22 points at n = 96 with Holm's correction, 13 without."""
    assert 100 * smallest_gap(96) == pytest.approx(13, abs=1.5)
    assert 100 * smallest_gap(96, pairs=pairs_of(14)) == pytest.approx(22, abs=2.5)


@pytest.mark.parametrize("pairs", [1, 45])
def test_a_visible_gap_of_shares_is_found_four_times_in_five(pairs):
    """Drawn 4,000 times: two deviations are .013, the saw of whole numbers is allowed as much again."""
    gap = smallest_gap(100, 0.25, pairs)
    counts = np.random.default_rng(pairs).multinomial(100, [(0.25 + gap) / 2, (0.25 - gap) / 2, 0.75], 4_000)
    found = [one > other and mcnemar(one, other) <= 0.05 / pairs for one, other, _ in counts.tolist()]
    assert np.mean(found) == pytest.approx(POWER, abs=0.026)


@pytest.mark.parametrize(("articles", "pairs"), [(8, 1), (12, 1), (24, 1), (24, 10)])
def test_a_visible_gap_over_articles_is_found_four_times_in_five(articles, pairs):
    """Differences of articles vary by .05, so the error is known; each is spread over two items.

    Of 400 test sets; two deviations are .04, and flips of few articles see a little less than t does.
    """
    error = 0.05 / math.sqrt(articles)
    gap = smallest_mean_gap(error, articles - 1, pairs)
    rng = np.random.default_rng([articles, pairs])
    shifts = 0.5 + rng.normal(gap, 0.05, (400, articles, 1)) + np.array([-0.01, 0.01])
    clusters = np.repeat(np.arange(articles), 2).tolist()
    rows = shifts.reshape(400, -1).tolist()
    found = [compare_pair(row, [0.5] * len(row), clusters, pairs=pairs) for row in rows]
    assert np.mean([one.surely(one.p * pairs) == 1 for one in found]) == pytest.approx(POWER, abs=0.06)


def known(n=100, first=15, second=10, clusters=None):
    """Return the difference of two models that are discordant on so many items."""
    one = [1.0] * first + [0.0] * second + [1.0] * (n - first - second)
    other = [0.0] * first + [1.0] * second + [1.0] * (n - first - second)
    order = np.random.default_rng(n).permutation(n)
    return compare_pair([one[place] for place in order], [other[place] for place in order], clusters)


def test_the_gap_of_a_pair_uses_its_own_discordance():
    assert visible_gap(known()) == smallest_gap(100, 0.25)
    assert visible_gap(known(first=5, second=3)) == smallest_gap(100, 0.08) < smallest_gap(100, 0.25)
    assert visible_gap(known(), pairs_of(14)) == smallest_gap(100, 0.25, 91)


@pytest.mark.parametrize("clusters", [None, [place % 10 for place in range(100)]])
@pytest.mark.parametrize("pairs", [1, 45])
def test_as_many_items_as_a_visible_gap_needs_are_those_at_hand(clusters, pairs):
    found = known(clusters=clusters)
    needed = items_needed(visible_gap(found, pairs), found, pairs)
    assert needed.items == pytest.approx(100, abs=2)
    assert needed.clusters == (10 if clusters else 1)


def test_a_smaller_gap_needs_more_items_and_more_articles():
    plain, clustered = known(), known(clusters=[place % 10 for place in range(100)])
    assert items_needed(0.05, plain).items > 2 * items_needed(0.1, plain).items
    needed = items_needed(0.05, clustered)
    assert needed.items == 10 * needed.clusters > 100
    assert items_needed(1e-6, plain) is None


def test_too_few_articles_show_no_gap():
    assert visible_gap(known(clusters=[place % 5 for place in range(100)])) is None
    assert items_needed(0.1, known(clusters=[place % 5 for place in range(100)])).clusters >= 6


def test_too_few_items_show_no_gap():
    assert smallest_gap(5, pairs=91) is None


def test_nothing_in_common_shows_nothing():
    nothing = compare_pair([None, 1.0], [1.0, None])
    assert visible_gap(nothing) is None
    assert items_needed(0.1, nothing) is None


def test_the_gap_of_a_graded_metric_is_on_its_scale():
    rng = np.random.default_rng(2)
    first, second = rng.random((2, 60))
    share = compare_pair(first.tolist(), second.tolist())
    points = compare_pair((100 * first).tolist(), (100 * second).tolist(), bounds=(0.0, 100.0))
    unbounded = compare_pair((100 * first).tolist(), (100 * second).tolist(), bounds=None)
    assert visible_gap(points) == pytest.approx(100 * visible_gap(share))
    assert visible_gap(unbounded) == pytest.approx(100 * visible_gap(share))


def test_a_boards_gap_is_the_median_pairs():
    differences = [known(first=first, second=first) for first in (5, 10, 20)]
    assert typical_gap(differences, 3) == visible_gap(differences[1], 3)
    assert typical_gap([], 1) is None
