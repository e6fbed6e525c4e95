"""Boards: all pairs with Holm's correction, and rank sets that hold the truth."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readmark.statistics.boards import compare_all, rank_sets
from readmark.statistics.differences import compare_pair
from readmark.statistics.holm import holm

STEPS = st.none() | st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
BOARD = st.integers(1, 15).flatmap(
    lambda items: st.dictionaries(
        st.sampled_from("abcdef"), st.lists(STEPS, min_size=items, max_size=items), min_size=1
    )
)


def random_board(abilities, articles, questions, rng, luck=0.0):
    """Return right-or-wrong scores by model; `luck` is how much an article suits one model."""
    difficulty = rng.normal(0, 1.2, (1, articles, questions))
    odds = 1 + np.asarray(abilities)[:, None, None] + difficulty + rng.normal(0, luck, (len(abilities), articles, 1))
    right = (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(float).reshape(len(abilities), -1)
    return {f"model {place}": row for place, row in enumerate(right.tolist())}


@given(BOARD, st.booleans())
@settings(max_examples=40)
def test_a_board_is_its_pairs_one_by_one(scores, clustered):
    """The slow plain form: each pair alone, then Holm over all."""
    items = len(next(iter(scores.values())))
    clusters = [place % 9 for place in range(items)] if clustered else None
    found = compare_all(scores, clusters)
    models = sorted(name for name, row in scores.items() if any(score is not None for score in row))
    names = [(one, other) for place, one in enumerate(models) for other in models[place + 1 :]]
    alone = [compare_pair(scores[one], scores[other], clusters, pairs=len(names)) for one, other in names]
    assert found.models == tuple(models)
    assert found.differences == dict(zip(names, alone, strict=True))
    assert found.adjusted == dict(zip(names, holm([one.p for one in alone]), strict=True))


@given(BOARD, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_neither_the_order_of_models_nor_of_items_shows(scores, random):
    items = len(next(iter(scores.values())))
    order = random.sample(range(items), items)
    clusters = [place % 9 for place in range(items)]
    mixed = {name: [scores[name][place] for place in order] for name in random.sample(list(scores), len(scores))}
    assert compare_all(mixed, [clusters[place] for place in order]) == compare_all(scores, clusters)


def test_drawn_signs_do_not_depend_on_the_board():
    rng = np.random.default_rng(5)
    scores = {name: rng.random(60).tolist() for name in "abcd"}
    board = compare_all(scores)
    few = compare_all({name: scores[name] for name in "da"})
    assert board.differences["a", "d"] == few.differences["a", "d"]
    assert board.differences["a", "d"].test == "sign flips of items, 99999 drawn"


def test_a_clear_board_is_ranked_and_its_ties_are_shared():
    right = {"good": 90, "same": 89, "poor": 40, "poorest": 5}
    scores = {name: [1.0] * count + [0.0] * (100 - count) for name, count in right.items()}
    pairwise = compare_all(scores)
    assert rank_sets(pairwise) == {"good": (1, 2), "same": (1, 2), "poor": (3, 3), "poorest": (4, 4)}
    assert rank_sets(pairwise, higher_is_better=False) == {
        "good": (3, 4),
        "same": (3, 4),
        "poor": (2, 2),
        "poorest": (1, 1),
    }
    assert pairwise.surely("good", "poor") == 1
    assert pairwise.surely("poor", "good") == -1
    assert pairwise.difference("poor", "good").value == pytest.approx(-0.5)
    assert pairwise.difference("good", "poor").value == pytest.approx(0.5)


def test_a_model_without_scores_has_no_rank():
    pairwise = compare_all({"one": [1.0, 0.0], "none": [None, None]})
    assert pairwise.models == ("one",)
    assert rank_sets(pairwise) == {"one": (1, 1)}


def test_models_without_a_common_item_are_not_told_apart():
    pairwise = compare_all({"one": [1.0] * 9 + [None] * 9, "other": [None] * 9 + [0.0] * 9})
    assert rank_sets(pairwise) == {"one": (1, 2), "other": (1, 2)}


@given(BOARD)
@settings(max_examples=40)
def test_rank_sets_are_ranks(scores):
    sets = rank_sets(compare_all(scores))
    assert all(1 <= best <= worst <= len(sets) for best, worst in sets.values())


def test_under_six_articles_all_ranks_are_open():
    rng = np.random.default_rng(6)
    scores = random_board([0.0, 3.0, -3.0], 5, 40, rng)
    sets = rank_sets(compare_all(scores, np.repeat(np.arange(5), 40).tolist()))
    assert set(sets.values()) == {(1, 3)}


# By simulation; the long form is studies/validity/simulations.py, its figures are in docs/statistics.md. Seeds are
# fixed, so that the figures here never change.


@pytest.mark.parametrize(("articles", "questions", "luck"), [(1, 100, 0.0), (12, 10, 0.7)])
def test_ten_equal_models_have_no_winner(articles, questions, luck):
    """On 50 boards; 5 % and two deviations are 5. Uncorrected, at least every third board has one."""
    rng = np.random.default_rng([10, articles])
    clusters = np.repeat(np.arange(articles), questions).tolist()
    boards = [compare_all(random_board([0.0] * 10, articles, questions, rng, luck), clusters) for _ in range(50)]
    assert sum(any(board.surely(*pair) for pair in board.differences) for board in boards) <= 5
    assert sum(any(one.surely() for one in board.differences.values()) for board in boards) > 16


def test_rank_sets_hold_all_true_ranks():
    """Five models, two of them equal, on 24 articles; 95 % less two deviations of 80 boards is 90 %."""
    abilities = np.array([0.0, 0.4, 0.4, 1.0, 1.6])
    true = {
        f"model {place}": (1 + int((abilities > one).sum()), 5 - int((abilities < one).sum()))
        for place, one in enumerate(abilities)
    }
    rng = np.random.default_rng(11)
    clusters = np.repeat(np.arange(24), 20).tolist()
    held, told = 0, 0
    for _ in range(80):
        sets = rank_sets(compare_all(random_board(abilities, 24, 20, rng, 0.5), clusters))
        held += all(best <= true[name][0] and worst >= true[name][1] for name, (best, worst) in sets.items())
        told += sum(worst - best < 4 for best, worst in sets.values())
    assert held >= 0.90 * 80
    assert told > 160  # two of five models a board at least are told from some other


def test_thirty_models_on_a_thousand_items_take_seconds():
    rng = np.random.default_rng(30)
    rows = rng.random((30, 1_000)).tolist()
    start = time.process_time()
    board = compare_all(
        {f"model {place}": row for place, row in enumerate(rows)}, np.repeat(np.arange(25), 40).tolist()
    )
    assert len(board.differences) == 435
    assert time.process_time() - start < 8
