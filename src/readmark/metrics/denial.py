"""What an answer denies: "not Kabul", "rather than Kabul", "Kabul is wrong", but not "no one except Kabul"."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from readmark.metrics.found import Found, find_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

_DENIALS = {"not", "no", "never", "neither", "nor", "without", "except"}
_DENYING_PAIRS = {("rather", "than"), ("instead", "of"), ("other", "than"), ("far", "from"), ("false", "that"),
                  ("untrue", "that"), ("wrong", "that")}  # fmt: skip
_DISBELIEF = {("not", "think"), ("not", "believe"), ("denied", "that"), ("unlikely", "that"), ("doubt", "that")}
_DISCOURSE = {("no", "doubt"), ("not", "only"), ("not", "just"), ("no", "less"), ("no", "fewer"), ("not", "until")}
_NOBODY = {"nobody", "none", "nothing", "nowhere", "one", "no", "only", "place"}
_EXCEPTING = {"except", "but", "besides"}
AUXILIARIES = {"is", "was", "are", "were", "do", "does", "did", "has", "have", "had", "would", "could", "will", "can"}
_FALSE = {"wrong", "false", "incorrect", "untrue", "mistaken"}


def is_denied(found: Found) -> bool:
    """Return whether a denial stands up to three words before, after any "but", or "is not" or "is wrong" right behind.

    A denial that the question or the reference itself holds in the same words is none: "not yet captured" answers
    what is not yet captured. "No one except X" names X.
    """
    said, start, end, asked = found.said, found.start, found.end, found.asked
    denials = _DENIALS - {one for one, after in pairwise(asked) if find_tokens(said, (one, after)) is not None}
    before = said[max(0, start - 3) : start]
    if _EXCEPTING & set(before):
        at = max(i for i, token in enumerate(before) if token in _EXCEPTING)
        if _NOBODY & set(said[max(0, start - 6) : start - len(before) + at]):
            return False
    while "but" in before:
        if {"anything", "anyone", "anywhere", "everything", "everyone", "all"} & set(before[: before.index("but")]):
            return True
        before = before[before.index("but") + 1 :]
    if any(pair in _DISBELIEF for pair in pairwise(said[max(0, start - 6) : start])):
        return True
    behind = said[end : end + 3]
    return (
        any(token in denials and not _is_discourse(said, start - len(before) + i) for i, token in enumerate(before))
        or before[-2:] in _DENYING_PAIRS
        or (len(behind) >= 2 and behind[0] in AUXILIARIES and (behind[1] in denials | _FALSE | {"nothing"}))
    )


def _is_discourse(said: Sequence[str], at: int) -> bool:
    """Return whether the "no" at a place belongs to "no doubt", "not only" or "not until"."""
    return said[at : at + 2] in _DISCOURSE
