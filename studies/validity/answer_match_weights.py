"""Fit the weights of answer_match's evidence (`readmark.metrics.evidence.WEIGHTS`) to people's verdicts.

Usage: answer_match_weights.py [NQ.json]. `evouna.py` says what the file holds.

Only cases that no rule decides are fitted: logistic regression over `evidence_features`, with a ridge of 0.1 against
separation. The constant is then moved so that the rule calls as many answers right as people do. Agreement is told by
folds over questions too: weights are made without the questions that they judge.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from evouna import DEFAULT, SYSTEMS, Judged, read_judged
from numpy.typing import NDArray
from scipy.optimize import minimize

from readmark.extraction import extract
from readmark.metrics.answer_match import candidates, rule_verdict
from readmark.metrics.evidence import WEIGHTS, evidence_features

FOLDS = 5
RIDGE = 0.1


class Case:
    """An answer: what the rules say of it, or the features of each reference that it may hold in part."""

    def __init__(self, judged: Judged) -> None:
        self.number, self.system, self.is_right = judged.number, judged.system, judged.is_right
        question, references = judged.question, judged.references
        answer = extract(judged.text, "answer")
        decided = rule_verdict(answer.text, references, (), question)
        self.is_fixed = answer.abstains or decided is not None
        self.fixed = not answer.abstains and decided is not None and decided.score > 0
        found = [] if self.is_fixed else candidates(answer.text, references, (), question)
        features = [evidence_features(*one[1:]) for one in found if not isinstance(one, str)]
        self.rows = np.array([list(one.values()) for one in features if one is not None])
        self.is_fixed = self.is_fixed or not len(self.rows)


def fit(cases: Sequence[Case]) -> NDArray[np.float64]:
    """Return the constant and the weights."""
    open_cases = [case for case in cases if not case.is_fixed]
    rows = np.array([case.rows[np.argmax(case.rows[:, :2].sum(axis=1))] for case in open_cases])
    design = np.column_stack([np.ones(len(rows)), rows])
    right = np.array([case.is_right for case in open_cases], float)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = design @ weights
        slope = design.T @ (1 / (1 + np.exp(-odds)) - right) + RIDGE * weights
        return float(np.logaddexp(0, odds).sum() - right @ odds + RIDGE / 2 * weights @ weights), slope

    weights: NDArray[np.float64] = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x
    wanted = sum(case.is_right for case in cases) - sum(case.fixed for case in cases if case.is_fixed)
    best = np.sort([(case.rows @ weights[1:]).max() for case in open_cases])[::-1]
    weights[0] = -float(best[min(max(wanted, 0), len(best) - 1)])  # as many of the undecided as people call right
    return weights


def verdicts(cases: Sequence[Case], weights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each answer is called right."""
    return np.array(
        [case.fixed if case.is_fixed else bool((case.rows @ weights[1:]).max() + weights[0] > 0) for case in cases]
    )


def verdicts_by_folds(cases: Sequence[Case]) -> NDArray[np.bool_]:
    """Return whether each answer is called right, by weights made without the fifth of the questions it is in."""
    fold = np.array([case.number % FOLDS for case in cases])
    called = np.zeros(len(cases), bool)
    for one in range(FOLDS):
        weights = fit([case for case, of in zip(cases, fold, strict=True) if of != one])
        called[fold == one] = verdicts([case for case, of in zip(cases, fold, strict=True) if of == one], weights)
    return called


def main() -> None:
    """Fit, print the weights and the agreement by folds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=DEFAULT)
    cases = [Case(judged) for judged in read_judged(parser.parse_args().file)]
    right = np.array([case.is_right for case in cases])
    called = verdicts_by_folds(cases)
    weights = fit(cases)
    print("weights:", {name: round(float(value), 2) for name, value in zip(WEIGHTS, weights, strict=True)})
    shares = []
    for system, name in SYSTEMS.items():
        mine = np.array([case.system == system for case in cases])
        shares.append(float((called == right)[mine].mean()))
        bias = 100 * (called[mine].mean() - right[mine].mean())
        print(f"{name:<8} agreement {100 * shares[-1]:.1f}  mean score {100 * called[mine].mean():.1f} "
              f"people {100 * right[mine].mean():.1f}  difference {bias:+.1f}")  # fmt: skip
    print(f"mean agreement {100 * np.mean(shares):.2f}, by {FOLDS} folds over questions")


if __name__ == "__main__":
    main()
