"""Made-up scores whose true mean is known: for `simulations.py` and for the tests, which are its short form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


def graded(rng: np.random.Generator, shape: str, mean: float | Rows, size: tuple[int, ...]) -> Rows:
    """Return scores with that mean: over the range, around one place, in quarters, like token_f1, like ROUGE."""
    if shape == "quarters":
        return rng.binomial(4, mean, size) / 4
    if shape in {"wide", "narrow", "like ROUGE"}:
        weight = {"wide": 2, "narrow": 20, "like ROUGE": 8}[shape]
        return rng.beta(weight * mean, weight * (1 - mean), size)
    ends = (rng.random(size) < mean).astype(float)
    return np.where(rng.random(size) < 0.3, rng.beta(3 * mean, 3 * (1 - mean), size), ends)
