"""Intervals: against scipy and published cases, at their edges, over random scores, and by simulation of coverage."""

from __future__ import annotations

import json
import math
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from readmark.statistics import mean_interval
from readmark.statistics.intervals import standard_error, t_quantile, wilson

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "wilson.json").read_text(encoding="utf-8"))
SHARE = st.floats(0, 1)
GRADED = st.lists(SHARE, min_size=1, max_size=60)
BINARY = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60)
STEPS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=60)


# Against others


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['right']}/{case['n']}")
def test_wilson_equals_the_published_cases(case):
    """Witness: the golden file's."""
    low, high = wilson(case["right"] / case["n"], case["n"])
    assert (round(low, 4), round(high, 4)) == (case["low"], case["high"])


@pytest.mark.parametrize(("n", "right"), [(n, right) for n in (1, 2, 5, 20, 101) for right in range(n + 1)])
def test_an_interval_of_right_or_wrong_items_is_scipys_wilson(n, right):
    """Witness: scipy.stats.binomtest(right, n).proportion_ci(method="wilson")."""
    expected = stats.binomtest(right, n).proportion_ci(method="wilson")
    found = mean_interval([1.0] * right + [0.0] * (n - right))
    assert found == pytest.approx((right / n, expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("df", [*range(1, 202), 500, 10_000, 1_000_000])
def test_the_t_quantile_is_scipys(df):
    """Witness: scipy.stats.t.ppf(0.975, df); the bisection below 200 degrees, the series from there on."""
    assert t_quantile(df) == pytest.approx(stats.t.ppf(0.975, df), abs=1e-10)


def test_the_naive_error_is_scipys_standard_error_of_the_mean():
    values = [0.1, 0.4, 0.35, 0.8, 0.0]
    assert standard_error(values) == pytest.approx(stats.sem(values), abs=1e-15)


def test_the_clustered_error_is_the_formula_by_hand():
    """Residual sums of two articles are -0.5 and 0.5: sqrt(2/1 · (0.25 + 0.25)) / 4 = 0.25; naive is 0.2041."""
    assert standard_error([0.0, 0.5, 0.5, 1.0], "aabb") == pytest.approx(0.25, abs=1e-15)


def test_the_clustered_error_leaves_out_one_article_at_a_time():
    """Against the plain form: the jackknife of the pooled mean, articles of one to four items."""
    values, clusters = [0.1, 0.9, 0.4, 1.0, 0.0, 0.3, 0.8, 0.2, 0.6, 0.7], "abbcccdddd"
    left = [np.mean([v for v, c in zip(values, clusters, strict=True) if c != out]) for out in "abcd"]
    jackknife = np.sqrt(3 / 4 * np.sum((np.array(left) - np.mean(values)) ** 2))
    assert standard_error(values, clusters) == pytest.approx(max(jackknife, stats.sem(values)), abs=1e-12)


def test_articles_all_right_say_less_than_as_many_items():
    """Five articles of 20: one wrong answer hardly moves the interval, and it is wider than that of 100 items."""
    clusters = [place % 5 for place in range(100)]
    full, nearly = mean_interval([1.0] * 100, clusters), mean_interval([1.0] * 99 + [0.0], clusters)
    assert full.low < 0.8 < mean_interval([1.0] * 100).low
    assert nearly.low == pytest.approx(full.low, abs=0.02)


def test_the_clustered_error_is_never_below_the_naive_one():
    """In each article one right and one wrong: the residuals cancel, the doubt does not."""
    values = [0.0, 1.0, 0.0, 1.0]
    assert standard_error(values, "aabb") == standard_error(values) > 0


def test_an_unbounded_interval_is_the_t_interval():
    values = [1.5, 2.0, 4.5, 3.0]
    expected = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert mean_interval(values, bounds=None)[1:] == pytest.approx(expected, abs=1e-12)


def test_a_graded_interval_is_wilson_with_an_effective_number():
    """No score at an end: n_eff = m(1 - m) / SE² and t(n - 1)."""
    values = [0.2, 0.4, 0.9, 0.6, 0.3]
    mean, error = np.mean(values), stats.sem(values)
    expected = wilson(mean, mean * (1 - mean) / error**2, stats.t.ppf(0.975, 4))
    assert mean_interval(values)[1:] == pytest.approx(expected, abs=1e-12)


def test_a_range_other_than_a_share_is_scaled():
    shares = [0.2, 0.4, 0.9, 0.6]
    share = mean_interval(shares)
    gain = mean_interval([2 * value - 1 for value in shares], bounds=(-1.0, 1.0))
    assert gain == pytest.approx([2 * value - 1 for value in share], abs=1e-12)


# Edges


def test_one_graded_item_leaves_the_whole_range():
    assert mean_interval([0.4]) == (0.4, 0.0, 1.0)
    assert mean_interval([0.0], bounds=(-1.0, 1.0)) == (0.0, -1.0, 1.0)


def test_one_right_item_has_wilsons_interval():
    value, low, high = mean_interval([1.0])
    assert (value, high) == (1.0, 1.0)
    assert low == pytest.approx(0.20654931437723745, abs=1e-12)  # scipy: binomtest(1, 1), wilson


@pytest.mark.parametrize("value", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("clusters", [None, "a" * 24, "abcdef" * 4])
def test_equal_scores_have_an_interval_as_wide_as_their_number_warrants(value, clusters):
    found = mean_interval([value] * 24, clusters)
    assert 0.1 < found.high - found.low < 0.5
    assert found.low <= value <= found.high


def test_float_noise_is_no_spread():
    """Scores that differ in the last bits count as equal ones."""
    noisy = [0.1 + 0.2, 0.3, 0.15 * 2] * 8
    assert mean_interval(noisy)[1:] == pytest.approx(mean_interval([0.3] * 24)[1:], abs=1e-9)


def test_one_score_short_of_the_top_hardly_moves_the_interval_of_a_full_house():
    nearly = mean_interval([1.0] * 29 + [0.999])
    full = mean_interval([1.0] * 30)
    assert nearly.low == pytest.approx(full.low, abs=0.02)


def test_an_unbounded_metric_without_spread_has_no_ends():
    assert mean_interval([2.0], bounds=None) == (2.0, None, None)
    assert mean_interval([2.0, 2.0], bounds=None) == (2.0, None, None)
    assert mean_interval([1e9 + 0.1, 1e9 + 0.1 + 1e-7], bounds=None).low is None


def test_two_clusters_leave_nearly_everything_open():
    """t(1) is 12.7: two articles say little of all articles."""
    found = mean_interval([1.0] * 10 + [0.0] * 10, [0] * 10 + [1] * 10)
    assert found.high - found.low > 0.9


def test_the_value_is_the_pooled_mean_whatever_the_clusters():
    values, clusters = [1.0, 0.0, 0.0, 0.0, 0.25], "abbbb"
    assert mean_interval(values, clusters).value == 0.25


def test_one_cluster_is_as_none():
    values = [0.1, 0.7, 1.0, 0.0]
    assert mean_interval(values, "aaaa") == mean_interval(values)


def test_more_clusters_than_labels_are_refused():
    with pytest.raises(ValueError, match="zip"):
        mean_interval([0.1, 0.2, 0.3], "ab")


def test_an_interval_narrows_with_more_items():
    few, many = (mean_interval([0.0, 0.5, 1.0, 1.0] * n) for n in (5, 50))
    assert few.low < many.low < many.high < few.high


# Over random scores


def assert_sound(found, low=0.0, high=1.0):
    assert not any(map(math.isnan, found))
    assert low <= found.low < found.high <= high
    assert found.high - found.low > 1e-9
    assert found.low - 1e-12 <= found.value <= found.high + 1e-12


@given(GRADED | BINARY | STEPS)
def test_no_interval_is_empty_nan_or_out_of_range(values):
    assert_sound(mean_interval(values))


@given(GRADED | BINARY | STEPS, st.integers(1, 8))
def test_no_clustered_interval_is_empty_nan_or_out_of_range(values, articles):
    assert_sound(mean_interval(values, [place % articles for place in range(len(values))]))


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40), st.integers(1, 4))
def test_no_interval_of_a_difference_is_empty_nan_or_out_of_range(values, articles):
    assert_sound(mean_interval(values, [place % articles for place in range(len(values))], (-1.0, 1.0)), -1.0, 1.0)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_an_unbounded_interval_has_width_or_no_ends(values):
    value, low, high = mean_interval(values, bounds=None)
    assert (low is None and high is None) or low < value < high


@given(st.lists(st.tuples(SHARE, st.integers(0, 3)), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_items_never_shows(placed, random):
    shuffled = random.sample(placed, len(placed))
    assert mean_interval(*zip(*placed, strict=True)) == mean_interval(*zip(*shuffled, strict=True))


@given(STEPS)
def test_turning_every_score_round_turns_the_interval_round(values):
    found, turned = mean_interval(values), mean_interval([1 - value for value in values])
    assert turned == pytest.approx((1 - found.value, 1 - found.high, 1 - found.low), abs=1e-9)


# Coverage, by simulation; the long form is studies/validity/simulations.py, its figures are in docs/statistics.md.

SIZES = (20, 30, 50, 100)
MEANS = (0.5, 0.7, 0.9, 0.98)
REPEATS = 1_000


@pytest.fixture(scope="module")
def graded():
    """Return the study's graded scores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(Path(__file__).resolve().parents[2] / "studies" / "validity"), *sys.path])
        import made_up
    return made_up.graded


def _covers(found, mean):
    return found.low <= mean <= found.high


def test_right_or_wrong_scores_are_covered():
    """Exactly, by the binomial: .952 on average, .925 at least (n = 20, p = .95)."""
    coverage = []
    for n in SIZES:
        found = [mean_interval([1.0] * right + [0.0] * (n - right)) for right in range(n + 1)]
        for p in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
            weights = stats.binom.pmf(range(n + 1), n, p)
            coverage.append(sum(w for w, one in zip(weights, found, strict=True) if _covers(one, p)))
    assert np.mean(coverage) >= 0.94
    assert min(coverage) >= 0.92


@pytest.mark.parametrize("shape", ["wide", "narrow", "quarters", "like token_f1", "like ROUGE"])
def test_graded_scores_are_covered(graded, shape):
    """Also where a small sample near the top may hold no low score ("like token_f1", n = 20, mean .98)."""
    rng = np.random.default_rng(20_210_810)
    coverage = [
        np.mean([_covers(mean_interval(row), mean) for row in graded(rng, shape, mean, (REPEATS, n)).tolist()])
        for n, mean in product(SIZES, MEANS)
    ]
    assert np.mean(coverage) >= 0.94
    assert min(coverage) >= 0.90


@pytest.mark.parametrize("shape", ["right or wrong", "like token_f1"])
@pytest.mark.parametrize("alike", [0.05, 0.3])
def test_scores_of_3_to_20_articles_are_covered(graded, shape, alike):
    """20 questions each, correlated within an article, up to 98 % right; docs/statistics.md has more cases."""
    rng = np.random.default_rng(20_210_811)
    weight = 1 / alike - 1
    coverage = []
    for articles, mean in product((3, 5, 10, 20), (0.5, 0.8, 0.95, 0.98)):
        clusters = np.repeat(np.arange(articles), 20).tolist()
        shares = rng.beta(weight * mean, weight * (1 - mean), (250, articles, 1)).clip(1e-9, 1 - 1e-9)
        size = (250, articles, 20)
        rows = rng.random(size) < shares if shape == "right or wrong" else graded(rng, shape, shares, size)
        coverage.append(
            np.mean([_covers(mean_interval(row, clusters), mean) for row in (rows * 1.0).reshape(250, -1).tolist()])
        )
    assert np.mean(coverage) >= 0.94
    assert min(coverage) >= 0.90  # .92 in the long form, less a deviation and a half of 250


def test_articles_of_unequal_length_are_covered():
    """From 4 to 100 questions; the larger half weighs ten times the smaller."""
    rng = np.random.default_rng(20_210_812)
    sizes = np.geomspace(4, 100, 10).round().astype(int)
    clusters = np.repeat(np.arange(10), sizes).tolist()
    shares = np.repeat(rng.beta(4.5, 4.5, (500, 10)), sizes, axis=1)
    rows = (rng.random(shares.shape) < shares).astype(float).tolist()
    assert np.mean([_covers(mean_interval(row, clusters), 0.5) for row in rows]) >= 0.90
