"""Differences of two models on the same items."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from readmark.statistics.differences import compare_pair, t_p
from readmark.statistics.flips import flip_p
from readmark.statistics.paired import mcnemar, newcombe

RIGHT = st.sampled_from([0.0, 1.0])
STEPS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
ROW = st.tuples(st.none() | STEPS, st.none() | STEPS, st.integers(0, 7))
ROWS = st.lists(ROW, min_size=1, max_size=40)
RIGHT_ROWS = st.lists(st.tuples(RIGHT, RIGHT, st.integers(0, 7)), min_size=1, max_size=40)


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


# Which method


def test_right_or_wrong_over_one_cluster_is_newcombe_and_mcnemar():
    first, second = [1.0] * 9 + [0.0] * 3, [1.0] * 4 + [0.0] * 7 + [1.0]
    found = compare_pair(first, second)
    assert found[:5] == pytest.approx((4 / 12, *newcombe(4, 5, 1, 12), mcnemar(5, 1), "McNemar, mid-p"))
    assert (found.discordant_first, found.discordant_second, found.n, found.clusters) == (5, 1, 12, 1)


def test_graded_scores_over_one_cluster_are_flipped_item_by_item():
    first, second = (
        [0.9, 0.8, 0.4, 0.7, 1.0, 0.5, 0.6, 0.7, 0.3, 0.9],
        [0.5, 0.6, 0.5, 0.7, 0.2, 0.4, 0.1, 0.6, 0.2, 0.8],
    )
    found = compare_pair(first, second)
    assert found.test == "sign flips of items, exact"
    assert found.p == flip_p([one - other for one, other in zip(first, second, strict=True)])


def test_several_clusters_are_flipped_as_sums():
    """12 articles of two questions; the difference of each article's sums is flipped, not of items."""
    rng = np.random.default_rng(12)
    first, second = rng.integers(0, 2, (2, 24)).astype(float)
    clusters = np.repeat(np.arange(12), 2).tolist()
    found = compare_pair(first.tolist(), second.tolist(), clusters)
    assert found.test == "sign flips of clusters, exact"
    assert found.p == flip_p((first - second).reshape(12, 2).sum(axis=1).tolist())


def test_where_flips_are_too_coarse_for_a_board_t_takes_their_place():
    """12 clusters give 2/2^12 at best; over 45 pairs that is .02, too near .05 to be of use."""
    rng = np.random.default_rng(13)
    first, second = rng.random((2, 36)).tolist()
    clusters = np.repeat(np.arange(12), 3).tolist()
    assert compare_pair(first, second, clusters).test == "sign flips of clusters, exact"
    assert compare_pair(first, second, clusters, pairs=45).test == "t over clusters"


def test_the_t_value_is_scipys_for_articles_of_equal_length():
    """Small differences over 8 articles: the paired t test of article means, to the last but Wilson's correction.

    Witness: scipy.stats.ttest_1samp of the article means.
    """
    rng = np.random.default_rng(14)
    first = 0.5 + rng.normal(0.01, 0.01, (8, 1)) + rng.normal(0, 0.002, (8, 5))
    found = compare_pair(first.ravel().tolist(), [0.5] * 40, np.repeat(np.arange(8), 5).tolist())
    assert found.test == "t over clusters"
    assert found.p == pytest.approx(stats.ttest_1samp(first.mean(axis=1) - 0.5, 0).pvalue, rel=0.02)


@given(st.floats(0, 40), st.integers(1, 60))
def test_the_p_value_of_t_is_scipys(t, df):
    """Witness: scipy.stats.t.sf and norm.sf."""
    assert t_p(t, df) == t_p(-t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-9)
    assert t_p(t, 0) == pytest.approx(2 * stats.norm.sf(t), rel=1e-9)


# Edges


def test_only_items_that_both_have_a_score_for_count():
    found = compare_pair([1.0, None, 0.0, 1.0], [0.0, 1.0, None, 1.0])
    assert (found.n, found.value, found.discordant_first) == (2, 0.5, 1)


def test_without_a_common_item_nothing_is_said():
    found = compare_pair([1.0, None], [None, 1.0])
    assert (found.value, found.low, found.high, found.p, found.n) == (None, None, None, 1.0, 0)
    assert not found.can_be_decided
    assert found.surely() == 0
    assert found.turned() == found


@pytest.mark.parametrize("clusters", [None, [0, 0, 0, 0, 1, 1, 1, 1] * 3])
@pytest.mark.parametrize("scores", [[1.0, 0.0] * 12, [0.3, 0.9] * 12])
def test_equal_answers_are_no_proof_of_equality(scores, clusters):
    found = compare_pair(scores, scores, clusters)
    assert found.value == 0
    assert found.p == 1
    assert found.low < -0.01
    assert found.high > 0.01
    assert found.error > 0


@pytest.mark.parametrize("clusters", [2, 3, 4, 5])
def test_under_six_clusters_no_win_is_declared(clusters):
    labels = [place % clusters for place in range(60)]
    found = compare_pair([1.0] * 60, [0.0] * 60, labels)
    assert found.value == 1.0
    assert not found.can_be_decided
    assert found.surely() == found.turned().surely() == 0


def test_six_clusters_can_show_a_win():
    labels = [place % 6 for place in range(60)]
    found = compare_pair([1.0] * 60, [0.0] * 60, labels)
    assert found.surely() == 1
    assert found.turned().surely() == -1


def test_a_corrected_p_value_decides_where_it_is_given():
    found = compare_pair([1.0] * 6, [0.0] * 6)
    assert found.surely() == 1
    assert found.surely(0.2) == 0


def test_an_unbounded_metric_has_the_paired_t_interval():
    first, second = (
        [3.0, 5.5, 9.0, 2.0, 6.0, 7.5, 3.5, 4.0, 8.0, 6.5],
        [2.0, 5.0, 7.0, 2.5, 4.0, 7.0, 3.0, 2.0, 7.5, 4.5],
    )
    found = compare_pair(first, second, bounds=None)
    expected = stats.ttest_rel(first, second).confidence_interval()
    assert found[1:3] == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.range is None


def test_a_range_other_than_a_share_is_scaled():
    first, second = [1.0, 1.0, -1.0, 1.0, 1.0, -1.0], [1.0, -1.0, -1.0, -1.0, 1.0, 1.0]
    found = compare_pair(first, second, bounds=(-1.0, 1.0))
    share = compare_pair([(one + 1) / 2 for one in first], [(one + 1) / 2 for one in second])
    assert found[:3] == pytest.approx([2 * end for end in share[:3]])
    assert (found.p, found.range) == (share.p, 2.0)


# Over random scores


@given(ROWS | RIGHT_ROWS, st.booleans())
def test_a_difference_is_sound(rows, clustered):
    first, second, clusters = columns(rows)
    found = compare_pair(first, second, clusters if clustered else None)
    assert 0 < found.p <= 1
    if found.value is None:
        return
    assert -1 <= found.low < found.high <= 1
    assert found.high - found.low > 1e-3
    assert found.low - 1e-12 <= found.value <= found.high + 1e-12
    assert found.error > 0
    assert found.discordant_first + found.discordant_second <= found.n


@given(ROWS | RIGHT_ROWS, st.booleans())
def test_models_change_places(rows, clustered):
    first, second, clusters = columns(rows)
    labels = clusters if clustered else None
    found, turned = compare_pair(first, second, labels), compare_pair(second, first, labels)
    assert found.p == pytest.approx(turned.p, abs=1e-12)
    if found.value is not None:
        assert found.turned()[:3] == pytest.approx(turned[:3], abs=1e-12)
    assert found.turned()[4:9] == turned[4:9]
    assert found.turned().turned() == found


@given(ROWS | RIGHT_ROWS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_items_never_shows(rows, clustered, random):
    mixed = random.sample(rows, len(rows))
    (first, second, labels), (other_first, other_second, other_labels) = columns(rows), columns(mixed)
    found = compare_pair(first, second, labels if clustered else None)
    assert compare_pair(other_first, other_second, other_labels if clustered else None) == found


@given(RIGHT_ROWS.filter(lambda rows: len(rows) > 8))
def test_t_finds_a_difference_exactly_where_the_interval_leaves_nought_out(rows):
    first, second, _ = columns(rows)
    clusters = [place % 8 for place in range(len(rows))]
    found = compare_pair(first, second, clusters)
    assert found.test == "t over clusters"
    if found.value and abs(found.p - 0.05) > 1e-9:
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


# By simulation; the long form is studies/validity/simulations.py, its figures are in docs/statistics.md. Seeds are
# fixed, so that the figures here never change; bounds leave two deviations to the long form's.


def boards(articles, questions, luck, repeats, seed):
    """Yield right-or-wrong scores of two equal models; `luck` is how much an article suits one of them."""
    rng = np.random.default_rng(seed)
    for _ in range(repeats):
        odds = 1 + rng.normal(0, 1.2, (1, articles, questions)) + rng.normal(0, luck, (2, articles, 1))
        yield (rng.random((2, articles, questions)) < 1 / (1 + np.exp(-odds))).astype(float).reshape(2, -1).tolist()


@pytest.mark.parametrize(("articles", "test"), [(8, "t over clusters"), (24, "sign flips of clusters, exact")])
def test_favourite_articles_are_not_taken_for_a_better_model(articles, test):
    """Item by item McNemar's test is wrong a fifth of the time; 5 % and two deviations of 300 are .075."""
    clusters = np.repeat(np.arange(articles), 20).tolist()
    pairs = list(boards(articles, 20, 0.7, 300, articles))
    found = [compare_pair(*pair, clusters) for pair in pairs]
    assert found[0].test == test
    assert np.mean([one.p <= 0.05 for one in found]) <= 0.075
    assert np.mean([compare_pair(*pair).p <= 0.05 for pair in pairs]) > 0.12
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.925


def test_a_true_difference_of_shares_is_covered():
    rng = np.random.default_rng(7)
    coverage = []
    for n, discordance, gap in [(20, 0.25, 0.1), (50, 0.1, 0.0), (50, 0.1, 0.05), (100, 0.25, 0.1), (400, 0.5, 0.2)]:
        cells = [0.7 - discordance / 2, (discordance + gap) / 2, (discordance - gap) / 2]
        counts = rng.multinomial(n, [*cells, 1 - sum(cells)], 1_000).tolist()
        ends = [newcombe(both, one, other, n) for both, one, other, _ in counts]
        coverage.append(np.mean([low <= gap <= high for low, high in ends]))
    assert np.mean(coverage) >= 0.94
    assert min(coverage) >= 0.92


def test_a_true_difference_of_graded_scores_is_covered():
    """Half of the items score the same under both; the other half like token_f1, ten points apart."""
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(600):
        first, second = (
            np.where(rng.random(50) < 0.3, rng.beta(2, 1, 50), rng.random(50) < mean) for mean in (0.8, 0.7)
        )
        same = rng.random(50) < 0.5
        found = compare_pair(np.where(same, second, first).tolist(), second.tolist())
        held += found.low <= 0.5 * 0.7 * 0.1 <= found.high
    assert held / 600 >= 0.93


def test_no_interval_is_wider_than_the_range():
    found = compare_pair([1.0, 0.0], [0.0, 0.5])
    assert (found.low, found.high) == pytest.approx((-1, 1), abs=0.1)
    assert not math.isnan(found.p)
