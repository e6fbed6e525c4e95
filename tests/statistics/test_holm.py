"""Holm's correction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readmark.statistics.holm import holm

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def step_down(p_values, level):
    """Return Holm's findings in his own words: go up from the smallest until one is too large."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    found = set()
    for rank, place in enumerate(order):
        if p_values[place] * (len(order) - rank) > level:
            break
        found.add(place)
    return found


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
def test_adjusted_values_find_what_the_steps_find(p_values, level):
    assert {place for place, p in enumerate(holm(p_values)) if p <= level} == step_down(p_values, level)


@given(P_VALUES)
def test_an_adjusted_value_is_between_the_plain_one_and_bonferronis(p_values):
    for plain, adjusted in zip(p_values, holm(p_values), strict=True):
        assert plain <= adjusted <= min(1.0, max(plain, plain * len(p_values)))


def test_a_case_by_hand():
    """.01 x 4 = .04; .02 x 3 = .06; .03 x 2 = .06; .04 x 1 = .04, which may not fall below .06."""
    assert holm([0.02, 0.01, 0.04, 0.03]) == [0.06, 0.04, 0.06, 0.06]
