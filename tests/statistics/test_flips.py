"""Sign flips: equal to counting every way by hand, whatever the order, the sign, the scale and the company."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from readmark.statistics.flips import DRAWN, EXACT, flip_p, flip_p_values, smallest_p

STEPS = st.sampled_from([-1.0, -0.75, -1 / 3, 0.0, 0.0, 0.2, 1 / 3, 0.5, 1.0])
SHORT = st.lists(STEPS | st.floats(-1, 1), min_size=1, max_size=9)


def by_hand(differences):
    """Set the signs in every way and count; sums that differ by rounding alone are ties."""
    seen = abs(math.fsum(differences)) - 1e-9
    ways = [
        abs(math.fsum(map(float.__mul__, signs, differences)))
        for signs in product((1.0, -1.0), repeat=len(differences))
    ]
    return sum(way >= seen for way in ways) / len(ways)


@given(SHORT)
def test_few_units_are_counted_out(differences):
    largest = max(map(abs, differences))
    rounded = [value if abs(value) > 1e-6 * largest else 0.0 for value in differences]  # else the grid decides ties
    assert flip_p(rounded) == pytest.approx(by_hand(rounded), abs=1e-12)


def test_scipy_counts_the_same():
    """Witness: scipy.stats.permutation_test of paired samples, all 2^10 ways."""
    values = np.array([0.31, -0.12, 0.5, 0.05, 0.44, -0.2, 0.17, 0.9, -0.33, 0.61])
    found = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert flip_p(values.tolist()) == pytest.approx(found.pvalue, abs=1e-12)


def test_equal_units_are_mcnemars_exact_test():
    """Witness: scipy.stats.binomtest(4, 20), two-sided."""
    assert flip_p([1.0] * 16 + [-1.0] * 4) == pytest.approx(stats.binomtest(4, 20).pvalue, abs=1e-12)


def test_drawn_ways_come_near_the_exact_value():
    """36 equal units are drawn; binomtest knows the value. Four deviations of 99,999 draws."""
    exact = stats.binomtest(11, 36).pvalue
    assert flip_p([1.0] * 25 + [-1.0] * 11) == pytest.approx(exact, abs=4 * math.sqrt(exact / DRAWN))


def test_drawn_and_counted_values_meet_at_the_border():
    values = np.random.default_rng(3).normal(0.12, 0.5, EXACT).tolist()
    counted = flip_p(values)
    drawn = flip_p([*values, 1e-7])  # one unit more, too small to matter
    assert drawn == pytest.approx(counted, abs=4 * math.sqrt(counted / DRAWN))
    assert drawn != counted


def test_no_difference_is_no_evidence():
    assert flip_p([0.0, 0.0]) == flip_p([0.5, -0.5]) == flip_p([]) == 1.0


def test_the_smallest_value_is_that_of_units_all_of_one_sign():
    assert flip_p([0.25] * 12) == smallest_p(12) == 2 / 2**12
    assert flip_p([0.25] * 60) == smallest_p(60) == 1 / (DRAWN + 1)


@pytest.mark.parametrize("length", [8, 40])
def test_neither_order_sign_nor_scale_shows(length):
    rng = np.random.default_rng(length)
    values = rng.normal(0.1, 0.5, length)
    expected = flip_p(values.tolist())
    assert flip_p(rng.permutation(values).tolist()) == expected
    assert flip_p((-values).tolist()) == expected
    assert flip_p((values * 4).tolist()) == expected


def test_a_value_does_not_depend_on_what_is_tested_beside_it():
    rng = np.random.default_rng(9)
    columns = [rng.normal(0.1, 0.5, length).tolist() for length in (12, 31, 45, 80)]
    assert flip_p_values(columns) == [flip_p(column) for column in columns]


def test_units_that_do_not_differ_do_not_count():
    values = np.random.default_rng(1).normal(0.1, 0.5, 50).tolist()
    assert flip_p(values + [0.0] * 30) == flip_p(values)
