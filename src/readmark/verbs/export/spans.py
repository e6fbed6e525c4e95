"""Where a reference stands in an article, character for character: what makes it an answer in SQuAD's sense.

Conventions: offsets are half-open and count the article's characters (Unicode code points), as SQuAD's `answer_start`
does. A place inside a longer word or number is none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Spans = Sequence[tuple[int, int]]


class Places(NamedTuple):
    """Where a text stands.

    Attributes:
        starts: In characters; empty where it stands nowhere.
        is_first_of_several: Whether it is the first of several places, and no evidence says which one is meant.
    """

    starts: tuple[int, ...] = ()
    is_first_of_several: bool = False


def places(text: str, reference: str, evidence: Spans = (), *, has_spaces: bool = True) -> Places:
    """Return where a reference stands in an article.

    Every passage of the evidence that is the reference itself counts, wherever it begins or ends. Else it is the first
    place within a passage; without evidence, the first place of all.

    Args:
        text: The article.
        reference: What is looked for, verbatim.
        evidence: The passages that it must stand in; none allows all of the article.
        has_spaces: Whether the language parts its words by spaces; without, only numbers must be whole.

    Example:
        >>> places("eight of the eighth", "eight")
        Places(starts=(0,), is_first_of_several=False)
    """
    exact = tuple(start for start, end in evidence if text[start:end] == reference)
    if exact or not reference.strip():
        return Places(exact)
    if evidence:
        return Places(tuple(start for span in evidence for start in _found(text, reference, span, has_spaces))[:1])
    found = _found(text, reference, (0, len(text)), has_spaces)
    first, second = next(found, None), next(found, None)
    return Places(() if first is None else (first,), second is not None)


def _found(text: str, reference: str, span: tuple[int, int], has_spaces: bool) -> Iterator[int]:
    start = text.find(reference, *span)
    while start >= 0:
        if not any(_is_cut(text, at, has_spaces) for at in (start, start + len(reference))):
            yield start
        start = text.find(reference, start + 1, span[1])


def _is_cut(text: str, at: int, has_spaces: bool) -> bool:
    """Return whether a word or number goes on over this place."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if unicodedata.category(after).startswith("M"):  # an accent or vowel sign belongs to what stands before it
        return True
    return (before.isdigit() and after.isdigit()) or (has_spaces and _is_letter(before) and _is_letter(after))


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
