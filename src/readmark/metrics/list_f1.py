"""F1 over the parts of a list, and how an answer is read as one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from readmark.metrics.equivalence import canonical
from readmark.text import late

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COMMA = r"(?<!\d),|,(?!\d{3}\b)"  # not that of 400,000
_CUTS = tuple(late(marks, re.IGNORECASE) for marks in (
    r"[;\n|]",
    rf"[;\n|]|{_COMMA}",
    rf"[;\n|]|{_COMMA}|\s(?:and|&)\s",
))  # fmt: skip
_OPENING = late(r"^\s*(?:(?:[-*•–]|\(?\d{1,2}[.)])\s+)?(?:(?:and|&)\s+)?", re.IGNORECASE)
# Words around a part that name nothing: "The cities are A", "Both A", "B are the cities", "According to the article".
_LEAD = late(r"^.*(?::|\b(?:are|were|is|was|includes?|included|including|namely|both))\s+", re.IGNORECASE)
_TAIL = late(r"\s(?:are|were|is|was)\s(?!.*\b(?:not|never|no|wrong|false)\b).*$", re.IGNORECASE)
_EMPTY = {
    "according", "all", "and", "answer", "answers", "are", "article", "as", "both", "by", "following", "given", "here",
    "in", "is", "it", "list", "listed", "mentioned", "named", "of", "passage", "respectively", "text", "that", "these",
    "they", "this", "to", "were",
}  # fmt: skip


class ListReading(NamedTuple):
    """An answer's pieces, and which of them is which part: part number → piece number."""

    pieces: list[str]
    pairs: dict[int, int]

    @property
    def extras(self) -> list[str]:
        """The pieces that are no part and not mere words around the list."""
        paired = set(self.pairs.values())
        return [
            piece
            for number, piece in enumerate(self.pieces)
            if number not in paired and not _EMPTY.issuperset(canonical(piece))
        ]


def list_f1(prediction: str, parts: Sequence[Sequence[str]]) -> float:
    """Return the F1 of the parts an answer names; the order does not count.

    The answer is cut at semicolons and line breaks, at commas too, or at "and" too, whichever scores best (`cuts`);
    pieces are paired one to one with parts whose alternatives they equal in canonical tokens. With m pairs,
    F1 = 2m / (|pieces| + |parts|).

    Args:
        prediction: The model's answer; "" abstains.
        parts: One list of alternatives a part, at least one part.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        A part named twice is one pair and one piece too many. Words around the list ("The cities are A and B",
        "According to the article, …") are no pieces.

    Example:
        >>> list_f1("Farah, Kunduz and Kabul", [["Kunduz", "Kondoz"], ["Farah"]])
        0.8

    Source:
        Readmark's own; the usual set F1.
    """
    readings = [read_list(pieces, parts, equals_part) for pieces in cuts(prediction)]
    return max(2 * len(one.pairs) / (len(one.pairs) + len(one.extras) + len(parts)) for one in readings)


def cuts(text: str) -> list[list[str]]:
    """Return an answer's pieces three times, cut ever finer; bullets, numbers and "and" before them are dropped.

    Example:
        >>> cuts("Trinidad and Tobago, Cuba")[1:]
        [['Trinidad and Tobago', 'Cuba'], ['Trinidad', 'Tobago', 'Cuba']]
    """
    return [[piece for raw in cut.split(text) if _is_piece(piece := _OPENING.sub("", raw).strip())] for cut in _CUTS]


def _is_piece(text: str) -> bool:
    """Return whether a piece names something: not empty, and no heading such as "The towns are:"."""
    return bool(canonical(text)) and not text.endswith(":")


def read_list(
    pieces: list[str], parts: Sequence[Sequence[str]], fits: Callable[[str, Sequence[str]], bool]
) -> ListReading:
    """Return the largest one-to-one pairing of parts with pieces (Kuhn's algorithm)."""
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
    return ListReading(pieces, {part: piece for piece, part in owner.items()})


def equals_part(piece: str, part: Sequence[str]) -> bool:
    """Return whether a piece, with or without the words around a list, equals an alternative of a part."""
    said = {canonical(one) for one in (piece, _LEAD.sub("", piece), _TAIL.sub("", piece))}
    return any(canonical(alternative) in said for alternative in part)
