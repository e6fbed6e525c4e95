"""Sign flips: how often chance alone would make a sum of differences this large.

Were two models equal, each difference could as well have had the other sign. The p-value is the share of all ways to
set the signs whose sum is at least as far from 0 as the one seen. A unit is what flips as one: an item, or the sum
over an article. Source: Fisher 1935, The Design of Experiments; for language models Dror et al. 2018,
doi 10.18653/v1/P18-1128.

Conventions: up to `EXACT` units all ways are counted, so the value is exact; beyond, `DRAWN` ways are drawn and the
one seen counts as one more (Phipson and Smyth 2010, doi 10.2202/1544-6115.1585). Units are rounded to 2^-30 of the
largest and sorted by size, so that neither their order, nor the sign of all, nor the machine shows in the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

EXACT = 30  # units; all 2^30 ways by two halves of 2^15
DRAWN = 99_999
_GRID = 2**30  # sums of 2^23 units stay whole numbers in a float, so that none is rounded
_SEED = 1935
_BLOCK = 1024  # ways drawn at a time; a multiple of 64


def smallest_p(units: int) -> float:
    """Return the smallest p-value that so many units can give."""
    return 2.0 ** (1 - units) if units <= EXACT else 1 / (DRAWN + 1)


def flip_p(differences: Sequence[float]) -> float:
    """Return the two-sided p-value of one sum of differences; 1 where none differs from 0.

    Example:
        >>> flip_p([0.5, 0.25, 1.0])  # all of one sign: 2 of 8 ways
        0.25
    """
    return flip_p_values([differences])[0]


def flip_p_values(columns: Sequence[Sequence[float]]) -> list[float]:
    """Return `flip_p` of each column. The drawn signs are the same for all, so a column's value is its own alone."""
    import numpy as np  # noqa: PLC0415

    found = [1.0] * len(columns)
    drawn: dict[int, tuple[NDArray[np.int64], int]] = {}
    for place, column in enumerate(columns):
        values = np.asarray(column, dtype=np.float64)
        largest = np.abs(values).max(initial=0.0)
        if largest == 0:
            continue
        whole = np.rint(values / largest * _GRID).astype(np.int64)
        sizes = np.sort(np.abs(whole[whole != 0]))[::-1]
        seen = abs(int(whole.sum())) - len(sizes)  # less than is lost by rounding, so that ties count as ties
        if seen <= 0:
            continue
        if len(sizes) <= EXACT:
            found[place] = _exact(sizes, seen)
        else:
            drawn[place] = sizes, seen
    if drawn:
        for place, p in zip(drawn, _monte_carlo(list(drawn.values())), strict=True):
            found[place] = p
    return found


def _exact(sizes: NDArray[np.int64], seen: int) -> float:
    """Count the ways whose sum is at least `seen`, by the sums of two halves; as many are at most -seen."""
    import numpy as np  # noqa: PLC0415

    middle = len(sizes) // 2
    first, second = _all_sums(sizes[:middle]), np.sort(_all_sums(sizes[middle:]))
    short = int(np.searchsorted(second, seen - np.sort(first)).sum())
    at_least: int = first.size * second.size - short
    return min(1.0, at_least / float(2 ** (len(sizes) - 1)))


def _all_sums(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np  # noqa: PLC0415

    sums = np.zeros(1, dtype=np.int64)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums


def _monte_carlo(columns: list[tuple[NDArray[np.int64], int]]) -> list[float]:
    import numpy as np  # noqa: PLC0415

    longest = max(len(sizes) for sizes, _ in columns)
    matrix = np.zeros((len(columns), longest))
    for row, (sizes, _) in zip(matrix, columns, strict=True):
        row[: len(sizes)] = sizes
    total = matrix.sum(axis=1, keepdims=True)
    seen = np.array([[least] for _, least in columns], dtype=np.float64)
    hits = np.zeros(len(columns), dtype=np.int64)
    for start in range(0, DRAWN, _BLOCK):
        signs = _signs(start // _BLOCK, longest)[:, : DRAWN - start]
        sums = 2 * (matrix @ signs) - total
        hits += np.count_nonzero(np.abs(sums) >= seen, axis=1)
    return [(int(count) + 1) / (DRAWN + 1) for count in hits]


def _signs(block: int, units: int) -> NDArray[np.float64]:
    """Return 0 or 1 for each unit in each way of a block; a unit's do not depend on how many follow it."""
    import numpy as np  # noqa: PLC0415

    raw = np.random.PCG64([_SEED, block]).random_raw(units * _BLOCK // 64)  # numpy promises this stream for good
    bits = np.unpackbits(raw.astype("<u8").view(np.uint8).reshape(units, -1), axis=1)
    return bits.astype(np.float64)
