"""Positions of common subsequences: equal to the plain table and its walk back, in bounded memory."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readmark.metrics import lcs
from readmark.metrics.lcs import union_positions as unsorted_positions

# Few words, so that equally long subsequences abound.
LINES = st.integers(1, 6).flatmap(
    lambda size: st.lists(st.lists(st.sampled_from("abcdef"[:size]), max_size=12), max_size=5)
)


def plain_positions(wanted, said):
    """Return the same for one pair of lines from the whole table; a match first, then up unless left is longer."""
    table = [[0] * (len(said) + 1) for _ in range(len(wanted) + 1)]
    for i, token in enumerate(wanted, start=1):
        for j, other in enumerate(said, start=1):
            table[i][j] = table[i - 1][j - 1] + 1 if token == other else max(table[i - 1][j], table[i][j - 1])
    i, j, found = len(wanted), len(said), []
    while i and j:
        if wanted[i - 1] == said[j - 1]:
            i, j = i - 1, j - 1
            found.append(i)
        elif table[i][j - 1] > table[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return found


def union_positions(wanted, said):
    return [sorted(found) for found in unsorted_positions(wanted, said)]


def plain_union(wanted, said):
    return [sorted({at for other in said for at in plain_positions(line, other)}) for line in wanted]


@settings(max_examples=1000)
@given(wanted=LINES, said=LINES)
def test_positions_equal_the_plain_table(wanted, said):
    assert union_positions(wanted, said) == plain_union(wanted, said)


@pytest.mark.parametrize(("group", "block"), [(1, 1), (10, 3), (5, 1000), (1000, 2)])
@given(wanted=LINES, said=LINES)
def test_neither_groups_nor_blocks_change_them(wanted, said, group, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lcs, "GROUP", group)
        patch.setattr(lcs, "BLOCK", block)
        assert union_positions(wanted, said) == plain_union(wanted, said)


def test_lines_longer_than_a_group_equal_the_plain_table():
    """600 rows are three blocks; 5,000 columns are more than two groups."""
    draw = random.Random(0).choices
    wanted, said = [draw("abcdefgh", k=600)], [draw("abcdefghij", k=5000), draw("abc", k=20)]
    assert union_positions(wanted, said) == plain_union(wanted, said)


def test_two_long_lines_need_no_table():
    """A table of 20,000 × 20,000 tokens would take 1.6 GB at four bytes a cell."""
    draw = random.Random(0).choices
    words = [f"w{number}" for number in range(5000)]
    wanted, said = ([draw(words, k=20_000)] for _ in range(2))
    tracemalloc.start()
    assert union_positions(wanted, said)[0]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 2**20
