"""F1 over the parts of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from readmark.metrics.equivalence import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+", re.MULTILINE)
_STRONG = re.compile(r"\s*[;\n|]\s*(?:and\s+)?", re.IGNORECASE)
_WEAK = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", re.IGNORECASE)


def list_f1(prediction: str, parts: Sequence[Sequence[str]]) -> float:
    """Return the F1 of the parts an answer names; the order does not count.

    The answer is cut at semicolons and line breaks or, where there are none, at commas and "and"; pieces are
    paired one to one with parts whose alternatives they equal in canonical tokens. With m pairs,
    F1 = 2m / (|pieces| + |parts|).

    Args:
        prediction: The model's answer; "" abstains.
        parts: One list of alternatives a part, at least one part.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        A part named twice is one pair and one piece too many.

    Example:
        >>> list_f1("Farah, Kunduz and Kabul", [["Kunduz", "Kondoz"], ["Farah"]])
        0.8

    Source:
        Readmark's own; the usual set F1.
    """
    pieces = split_list(prediction)
    pairs = pair_parts(pieces, parts, _equal)
    return 2 * len(pairs) / (len(pieces) + len(parts))


def split_list(text: str) -> list[str]:
    """Return the pieces of an answer that lists; bullets and numbers before them are dropped."""
    text = _BULLET.sub("", text).strip()
    pieces = _STRONG.split(text)
    if len([piece for piece in pieces if piece.strip()]) < 2:
        pieces = _WEAK.split(text)
    return [piece.strip() for piece in pieces if canonical(piece)]


def pair_parts(
    pieces: Sequence[str], parts: Sequence[Sequence[str]], fits: Callable[[str, Sequence[str]], bool]
) -> dict[int, int]:
    """Return the largest one-to-one pairing of parts with pieces, part number → piece number (Kuhn's algorithm)."""
    edges = [[number for number, piece in enumerate(pieces) if fits(piece, part)] for part in parts]
    owner: dict[int, int] = {}

    def place(part: int, tried: set[int]) -> bool:
        for piece in edges[part]:
            if piece not in tried:
                tried.add(piece)
                if piece not in owner or place(owner[piece], tried):
                    owner[piece] = part
                    return True
        return False

    for part in range(len(parts)):
        place(part, set())
    return {part: piece for piece, part in owner.items()}


def _equal(piece: str, part: Sequence[str]) -> bool:
    said = canonical(piece)
    return any(said == canonical(alternative) for alternative in part)
