"""Show by simulation what the statistics of Readmark do, and print the tables of docs/statistics.md.

Usage: simulations.py [--share S] [SECTION...]. Sections: intervals, clustered, differences, tests, boards, ranks, gaps.
`--share 0.1` repeats everything a tenth as often. Exits 1 where a promise of docs/statistics.md is not kept.

The test sets are made up, so that the truth is known: right-or-wrong and graded scores of several shapes, articles
whose questions are alike, models that differ by a known amount or not at all. Seeds are fixed. Every figure comes from
the functions that `compare` and `board` call.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import platform
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import scipy
from made_up import Rows, graded
from scipy import stats

from readmark.statistics.boards import compare_all, rank_sets
from readmark.statistics.differences import compare_pair
from readmark.statistics.gaps import pairs_of, share_power, smallest_gap, smallest_mean_gap
from readmark.statistics.holm import ALPHA, holm
from readmark.statistics.intervals import mean_interval
from readmark.statistics.paired import mcnemar, newcombe

SIZES = (20, 30, 50, 100, 400)
MEANS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
SHAPES = ("wide", "narrow", "quarters", "like token_f1", "like ROUGE")
MODELS = 10


class Promise(NamedTuple):
    """A row of a table: what was measured, and the bound that docs/statistics.md promises."""

    what: str
    figures: str
    kept: bool


class Draw:
    """Seeded made-up scores; one generator a name, so that sections can run alone."""

    def __init__(self, name: str) -> None:
        self.rng = np.random.default_rng([20_210_810, *name.encode()])

    def clustered(self, sizes: list[int], alike: float, mean: float, repeats: int, shape: str) -> Rows:
        """Return scores of articles whose shares are beta, so that two items of one correlate by `alike`."""
        weight = 1 / alike - 1
        shares = self.rng.beta(weight * mean, weight * (1 - mean), (repeats, len(sizes)))
        shares = np.repeat(shares, sizes, axis=1).clip(1e-9, 1 - 1e-9)
        if shape != "right or wrong":
            return graded(self.rng, shape, shares, shares.shape)
        return (self.rng.random(shares.shape) < shares).astype(float)

    def board(self, abilities: Rows, articles: int, questions: int, effect: float) -> Rows:
        """Return right-or-wrong scores, model by item: items of unequal difficulty, models with favourite articles.

        `effect` is the standard deviation of a model's luck with an article, on the scale of log odds.
        """
        rng, models = self.rng, len(abilities)
        difficulty = rng.normal(0, 1.2, (articles, questions)) + rng.normal(0, 0.6, (articles, 1))
        luck = rng.normal(0, effect, (models, articles, 1))
        odds = 1.0 + abilities[:, None, None] + difficulty[None] + luck
        right = rng.random(odds.shape) < 1 / (1 + np.exp(-odds))
        return right.astype(float).reshape(models, -1)


def coverage(rows: Rows, mean: float, clusters: list[int] | None = None) -> tuple[float, float]:
    """Return how often the interval holds the mean, and its mean width; fail on an unsound interval."""
    held = width = 0.0
    for row in rows.tolist():
        found = mean_interval(row, clusters)
        assert found.low is not None  # noqa: S101
        assert found.high is not None  # noqa: S101
        assert 0 <= found.low < found.high <= 1  # noqa: S101
        held += found.low <= mean <= found.high
        width += found.high - found.low
    return held / len(rows), width / len(rows)


def summary(found: list[float], mean: float, least: float) -> tuple[str, bool]:
    """Return the figures of many coverages, and whether they reach both bounds."""
    text = f"mean {np.mean(found):.3f}, least {min(found):.3f} of {len(found)}"
    return text, bool(np.mean(found) >= mean and min(found) >= least)


def intervals(share: float) -> Iterator[Promise]:
    """Cover a mean over one article: right or wrong exactly, by the binomial; graded by drawing."""
    exact = []
    for n, p in product(SIZES, MEANS):
        ends = [mean_interval([1.0] * right + [0.0] * (n - right)) for right in range(n + 1)]
        held = [one.low is not None and one.high is not None and one.low <= p <= one.high for one in ends]
        exact.append(float(stats.binom.pmf(range(n + 1), n, p) @ held))
    yield Promise("right or wrong", *summary(exact, 0.94, 0.90))
    everything = [*exact]
    for shape in SHAPES:
        draw = Draw(shape)
        found = [coverage(graded(draw.rng, shape, p, (int(4_000 * share), n)), p)[0] for n, p in product(SIZES, MEANS)]
        everything += found
        yield Promise(shape, *summary(found, 0.94, 0.90))
    yield Promise("all", *summary(everything, 0.94, 0.90))


def clustered(share: float) -> Iterator[Promise]:
    """Cover a mean over 3 to 20 articles of equal or unequal length, whose questions are alike."""
    lengths: dict[str, Callable[[int], list[int]]] = {
        "5 each": lambda articles: [5] * articles,
        "20 each": lambda articles: [20] * articles,
        "60 each": lambda articles: [60] * articles,
        "10 to 30": lambda articles: np.geomspace(10, 30, articles).round().astype(int).tolist(),
        "4 to 100": lambda articles: np.geomspace(4, 100, articles).round().astype(int).tolist(),
    }
    for (name, make), shape in product(lengths.items(), ("right or wrong", "like token_f1", "like ROUGE")):
        draw = Draw(name)
        found = []
        for articles, alike, p in product((3, 5, 10, 20), (0.05, 0.1, 0.3), (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)):
            sizes = make(articles)
            rows = draw.clustered(sizes, alike, p, int(2_000 * share), shape)
            found.append(coverage(rows, p, np.repeat(np.arange(articles), sizes).tolist())[0])
        # With lengths of 4 to 100 one article may hold half of all items; no promise is made for less than .90 there.
        least = 0.90 if name == "4 to 100" else 0.92
        yield Promise(f"{name}, {shape}", *summary(found, 0.94, least))


def differences(share: float) -> Iterator[Promise]:
    """Cover the difference of two models on the same items."""
    draw = Draw("differences")
    found = []
    for n, discordance, p in product(SIZES, (0.05, 0.1, 0.25, 0.5), (0.5, 0.8)):
        for gap in (0.0, discordance / 2):
            first, second = (discordance + gap) / 2, (discordance - gap) / 2
            cells = [p - first, first, second, 1 - p - second]
            if min(cells) < 0:
                continue
            counts = draw.rng.multinomial(n, cells, int(4_000 * share))
            ends = [newcombe(both, one, other, n) for both, one, other, _ in counts.tolist()]
            found.append(float(np.mean([low <= gap <= high for low, high in ends])))
    yield Promise("right or wrong, one article", *summary(found, 0.94, 0.90))
    for shape in ("wide", "quarters", "like token_f1", "like ROUGE"):
        found = [_graded_difference(draw, shape, n, gap, share) for n, gap in product(SIZES, (0.0, 0.05, 0.1))]
        yield Promise(f"{shape}, one article", *summary(found, 0.94, 0.90))
    found = []
    for articles, questions, effect in product((3, 5, 8, 12, 20), (5, 20, 42), (0.0, 0.5, 1.0)):
        clusters = np.repeat(np.arange(articles), questions).tolist()
        boards = (draw.board(np.zeros(2), articles, questions, effect) for _ in range(int(1_000 * share)))
        ends = [_ends(compare_pair(*board.tolist(), clusters)) for board in boards]
        found.append(float(np.mean([low <= 0 <= high for low, high in ends])))
    yield Promise("right or wrong, 3 to 20 articles", *summary(found, 0.94, 0.92))


def _ends(found: object) -> tuple[float, float]:
    low, high = found.low, found.high  # type: ignore[attr-defined]
    assert -1 <= low < high <= 1  # noqa: S101
    return low, high


def _graded_difference(draw: Draw, shape: str, n: int, gap: float, share: float) -> float:
    """Return the coverage where half of the items score the same under both models."""
    held = 0
    repeats = int(1_500 * share)
    for _ in range(repeats):
        first, second = graded(draw.rng, shape, 0.7 + gap, (n,)), graded(draw.rng, shape, 0.7, (n,))
        same = draw.rng.random(n) < 0.5
        common = graded(draw.rng, shape, 0.7, (n,))
        found = mean_interval((np.where(same, common, first) - np.where(same, common, second)).tolist(), None, (-1, 1))
        low, high = _ends(found)
        held += low <= gap / 2 <= high
    return held / repeats


def tests(share: float) -> Iterator[Promise]:
    """Call equal models different no more often than the level says: McNemar's test exactly, the others by drawing."""
    levels = (ALPHA, ALPHA / 45, ALPHA / 91, ALPHA / 435)
    sizes = {"mid-p": [], "exact": []}  # type: dict[str, list[float]]
    for n, discordance in product((20, 50, 96, 200, 400, 1000), (0.02, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5)):
        total = np.arange(n + 1)
        weight = stats.binom.pmf(total, n, discordance)
        mid = [
            np.array([mcnemar(k, d - k) for k in range(d + 1)]) if w > 1e-9 else None
            for d, w in zip(total, weight, strict=True)
        ]
        for level in levels:
            size = {"mid-p": 0.0, "exact": 0.0}
            for d, w, p in zip(total, weight, mid, strict=True):
                if p is None:
                    continue
                chance = stats.binom.pmf(np.arange(d + 1), d, 0.5)
                size["mid-p"] += w * chance[p <= level].sum()
                whole = np.minimum(1, p + chance)  # the exact test's p: all of the probability of what was seen
                size["exact"] += w * chance[whole <= level].sum()
            for kind, value in size.items():
                sizes[kind].append(value / level)
    for kind, found in sizes.items():
        text = f"rejects {np.mean(found):.2f} of nominal on average, {max(found):.2f} at most, of {len(found)}"
        yield Promise(f"McNemar, {kind}", text, max(found) <= 1.1)
    draw = Draw("tests")
    for articles, questions, effect in ((6, 42, 0.5), (8, 42, 1.0), (12, 42, 0.5), (24, 42, 0.35), (24, 42, 1.0)):
        clusters = np.repeat(np.arange(articles), questions).tolist()
        pairs = [draw.board(np.zeros(2), articles, questions, effect) for _ in range(int(4_000 * share))]
        ours = [compare_pair(*pair.tolist(), clusters) for pair in pairs]
        plain = [compare_pair(*pair.tolist()) for pair in pairs]
        rate = float(np.mean([one.p <= ALPHA for one in ours]))
        text = f"{rate:.3f}; McNemar's test item by item {np.mean([one.p <= ALPHA for one in plain]):.3f}"
        yield Promise(f"{ours[0].test}: {articles} articles of {questions}, luck {effect}", text, rate <= 0.06)


def boards(share: float) -> Iterator[Promise]:
    """Name a false winner among ten equal models on at most one board in twenty."""
    repeats = int(2_000 * share)
    draw = Draw("boards")
    named = {(1, 100, 0.0), (24, 42, 0.35)}  # the others are repeated a quarter as often
    cases = [(1, n, 0.0) for n in (50, 100, 400)]
    cases += [(8, 42, 0.5), (14, 20, 0.5), (24, 42, 0.0), (24, 42, 0.35), (24, 42, 1.0), (48, 20, 0.5)]
    for articles, questions, effect in cases:
        count = repeats if (articles, questions, effect) in named else repeats // 4
        clusters = np.repeat(np.arange(articles), questions).tolist()
        corrected = single = by_item = 0
        for _ in range(count):
            scores = draw.board(np.zeros(MODELS), articles, questions, effect)
            pairwise = compare_all({str(place): row for place, row in enumerate(scores.tolist())}, clusters)
            corrected += any(pairwise.surely(*pair) for pair in pairwise.differences)
            single += any(one.surely() for one in pairwise.differences.values())
            by_item += min(_item_by_item(scores)) <= ALPHA
        tests_used = next(iter(pairwise.differences.values())).test
        text = (
            f"{corrected / count:.3f}; uncorrected {single / count:.3f}; item by item with Holm {by_item / count:.3f}"
        )
        yield Promise(
            f"{count} boards, {articles} x {questions}, luck {effect} ({tests_used})", text, corrected / count <= 0.05
        )
    wrong = 0
    for _ in range(repeats // 4):
        common = graded(draw.rng, "like token_f1", 0.7, (100,))
        own = graded(draw.rng, "like token_f1", 0.7, (MODELS, 100))
        scores = np.where(draw.rng.random((MODELS, 100)) < 0.5, common, own)
        pairwise = compare_all({str(place): row for place, row in enumerate(scores.tolist())})
        wrong += any(pairwise.surely(*pair) for pair in pairwise.differences)
    rate = wrong / (repeats // 4)
    yield Promise(f"100 graded items ({next(iter(pairwise.differences.values())).test})", f"{rate:.3f}", rate <= 0.05)


def _item_by_item(scores: Rows) -> list[float]:
    """Return Holm's p-values of McNemar's tests that take items for independent."""
    first, second = np.triu_indices(len(scores), 1)
    wins = scores @ (1 - scores).T
    return holm([mcnemar(int(wins[a, b]), int(wins[b, a])) for a, b in zip(first, second, strict=True)])


def ranks(share: float) -> Iterator[Promise]:
    """Hold all true ranks of a board at once, on 95 % of boards; models that are equal share ranks."""
    draw = Draw("ranks")
    cases = [("equal", np.zeros(MODELS)), ("two groups", np.repeat([0.0, 0.8], MODELS // 2))]
    cases += [("steps", np.linspace(0, 2, MODELS)), ("pairs", np.repeat(np.linspace(0, 1.5, MODELS // 2), 2))]
    for (name, abilities), (articles, questions) in product(cases, ((1, 100), (24, 42))):
        true = {
            str(k): (1 + int((abilities > a).sum()), MODELS - int((abilities < a).sum()))
            for k, a in enumerate(abilities)
        }
        clusters = np.repeat(np.arange(articles), questions).tolist()
        held = width = 0.0
        repeats = int(1_000 * share)
        for _ in range(repeats):
            scores = draw.board(abilities, articles, questions, 0.5 if articles > 1 else 0.0)
            sets = rank_sets(compare_all({str(k): row for k, row in enumerate(scores.tolist())}, clusters))
            held += all(best <= true[k][0] and worst >= true[k][1] for k, (best, worst) in sets.items())
            width += float(np.mean([worst - best + 1 for best, worst in sets.values()]))
        text = f"all held on {held / repeats:.3f} of boards; {width / repeats:.1f} ranks a set"
        yield Promise(f"{name}, {articles} x {questions}", text, held / repeats >= 0.95)


def gaps(share: float) -> Iterator[Promise]:
    """Find a gap of the size that is called visible on 80 % of test sets."""
    draw = Draw("gaps")
    repeats = int(10_000 * share)
    for n, models in product((50, 96, 100, 400, 1000), (2, 14)):
        gap = smallest_gap(n, pairs=pairs_of(models))
        if gap is None:
            continue
        discordance = max(0.25, gap)
        cells = [(discordance + gap) / 2, (discordance - gap) / 2, 1 - discordance]
        level = ALPHA / pairs_of(models)
        counts = draw.rng.multinomial(n, cells, repeats).tolist()
        power = float(np.mean([one > other and mcnemar(one, other) <= level for one, other, _ in counts]))
        kept = abs(power - 0.8) < 0.03
        text = (
            f"gap {100 * gap:.1f} points, found {power:.3f}, computed {share_power(gap, n, pairs=pairs_of(models)):.3f}"
        )
        yield Promise(f"{n} items, {models} models", text, kept)
    for articles, models in ((8, 2), (12, 2), (24, 2), (24, 10)):
        yield _clustered_power(draw, articles, models, int(3_000 * share))


def _clustered_power(draw: Draw, articles: int, models: int, repeats: int) -> Promise:
    """Shift one of two equal models by the visible gap, as flat chance to turn wrong answers right."""
    questions, pairs = 42, pairs_of(models)
    clusters = np.repeat(np.arange(articles), questions).tolist()
    boards = [draw.board(np.zeros(2), articles, questions, 0.5) for _ in range(repeats)]
    wrong = 1 - float(np.mean([board[0].mean() for board in boards]))
    gap = 0.1
    for _ in range(4):  # the shift changes the error a little, so the gap is found in turns
        moved = [_better(draw, board, gap / wrong) for board in boards]
        error = float(np.std([board[0].mean() - board[1].mean() for board in moved], ddof=1))
        gap = smallest_mean_gap(error, articles - 1, pairs) or math.nan
    moved = [_better(draw, board, gap / wrong) for board in boards]
    found = [compare_pair(*board.tolist(), clusters, pairs=pairs) for board in moved]
    power = float(np.mean([one.surely(one.p * pairs) == 1 for one in found]))
    text = f"gap {100 * gap:.1f} points, found {power:.3f}"
    return Promise(f"{articles} x {questions}, {models} models ({found[0].test})", text, abs(power - 0.8) < 0.08)


def _better(draw: Draw, board: Rows, chance: float) -> Rows:
    first = np.maximum(board[0], draw.rng.random(board.shape[1]) < chance)
    return np.stack([first, board[1]])


SECTIONS = {
    "intervals": intervals,
    "clustered": clustered,
    "differences": differences,
    "tests": tests,
    "boards": boards,
    "ranks": ranks,
    "gaps": gaps,
}


def main() -> int:
    """Run the sections asked for and print a table each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="default: all")
    parser.add_argument("--share", type=float, default=1.0, help="repeat so much as often (default 1)")
    given = parser.parse_args()
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}"
    print(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {versions}, {given.share:g} of the repetitions")
    broken = 0
    for name in given.sections or SECTIONS:
        start = time.monotonic()
        print(f"\n## {name}: {str(SECTIONS[name].__doc__).splitlines()[0]}\n\n| | | |\n| --- | --- | --- |")
        for row in SECTIONS[name](given.share):
            print(f"| {row.what} | {row.figures} | {'yes' if row.kept else 'NO'} |", flush=True)
            broken += not row.kept
        print(f"\n{time.monotonic() - start:.0f} s")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main())
