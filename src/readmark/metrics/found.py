"""A reference's place in an answer.

Conventions: an answer, a reference and a question are canonical tokens; a place is half-open, in the answer's tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from readmark.metrics.words import Words


class Found(NamedTuple):
    """A reference in an answer: the answer, the reference's place in its tokens, the question."""

    answer: Words
    start: int
    end: int
    question: Words
    accepted: frozenset[str] = frozenset()  # the tokens of all references

    @property
    def said(self) -> tuple[str, ...]:
        """The answer's tokens."""
        return self.answer.tokens

    @property
    def asked(self) -> tuple[str, ...]:
        """The question's tokens."""
        return self.question.tokens

    @property
    def wanted(self) -> tuple[str, ...]:
        """The reference's tokens."""
        return self.said[self.start : self.end]

    @property
    def before(self) -> str:
        """The token before the reference, or ""."""
        return self.said[self.start - 1] if self.start else ""

    @property
    def after(self) -> str:
        """The token behind the reference, or ""."""
        return self.said[self.end] if self.end < len(self.said) else ""

    @property
    def is_name(self) -> bool:
        """Whether the reference may be a name where it stands."""
        return self.answer.is_name(self.start)


def find_tokens(said: Sequence[str], wanted: Sequence[str], start: int = 0) -> int | None:
    """Return where `wanted` stands in `said` as neighbouring tokens, or None."""
    if not wanted:
        return None
    wanted, size = tuple(wanted), len(wanted)
    for at in range(start, len(said) - size + 1):
        if said[at] == wanted[0] and tuple(said[at : at + size]) == wanted:
            return at
    return None


def places(said: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    """Yield every place at which `wanted` begins in `said`."""
    at = find_tokens(said, wanted)
    while at is not None:
        yield at
        at = find_tokens(said, wanted, at + 1)
