"""Newcombe's interval and McNemar's test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from readmark.statistics.holm import ALPHA
from readmark.statistics.paired import mcnemar, newcombe

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "newcombe.json").read_text(encoding="utf-8"))
COUNT = st.integers(0, 40)
COUNTS = st.tuples(COUNT, COUNT, COUNT, COUNT).filter(any)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: "-".join(str(n) for n in list(case.values())[:4]))
def test_newcombes_interval_is_the_published_one(case):
    """Witness: the golden file's."""
    n = case["both"] + case["first"] + case["second"] + case["neither"]
    found = newcombe(case["both"], case["first"], case["second"], n)
    assert found == pytest.approx((case["low"], case["high"]), abs=0.00006)


@given(COUNTS)
def test_the_interval_is_sound(counts):
    both, first, second, _neither = counts
    n = sum(counts)
    low, high = newcombe(both, first, second, n)
    assert -1 <= low < high <= 1
    assert high - low > 1e-3
    assert low - 1e-12 <= (first - second) / n <= high + 1e-12


@given(COUNTS)
def test_models_change_places(counts):
    both, first, second, _ = counts
    low, high = newcombe(both, first, second, sum(counts))
    assert newcombe(both, second, first, sum(counts)) == pytest.approx((-high, -low), abs=1e-12)


@given(COUNT, COUNT)
def test_mid_p_is_the_exact_value_less_half_of_what_was_seen_at_each_end(first, second):
    """Witness: scipy.stats.binomtest and binom.pmf."""
    total = first + second
    if first == second:
        assert mcnemar(first, second) == 1.0
        return
    expected = stats.binomtest(first, total).pvalue - stats.binom.pmf(first, total, 0.5)
    assert mcnemar(first, second) == mcnemar(second, first) == pytest.approx(expected, abs=1e-12)


def size(n, discordance, level):
    """Return the probability that n items of equal models are called different, exactly."""
    total = 0.0
    for discordant in range(1, n + 1):
        weight = stats.binom.pmf(discordant, n, discordance)
        if weight > 1e-6:
            against = 0
            while mcnemar(against, discordant - against) <= level:
                against += 1
            total += weight * 2 * stats.binom.cdf(against - 1, discordant, 0.5)
    return total


@pytest.mark.parametrize("level", [ALPHA, ALPHA / 45, ALPHA / 435])
def test_the_test_keeps_its_level(level):
    """At most a tenth over nominal, also at the levels of a board's pairs; docs/statistics.md has more cases."""
    assert max(size(n, discordance, level) for n in (50, 96) for discordance in (0.1, 0.25)) <= 1.1 * level


def test_the_test_does_not_waste_its_level():
    assert size(400, 0.25, ALPHA) > 0.9 * ALPHA
