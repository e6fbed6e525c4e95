"""Facts found and contradictions stated: what a summary says, read without a model."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from readmark.text import first_words, sentence_spans, sentences, token_spans, tokenizer_for, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readmark.records import Contradiction, Fact

WINDOW = 30  # words


@lru_cache(maxsize=4096)
def windows(text: str, language: str = "en") -> tuple[str, ...]:
    """Return the windows in which a fact must stand: each sentence, cut at 30 words, as spaced tokens."""
    found = []
    for sentence in sentences(text):
        pieces = words(sentence)
        found += [_spaced(" ".join(pieces[i : i + WINDOW]), language) for i in range(0, len(pieces), WINDOW)]
    return tuple(found)


def states(text: str, facets: Sequence[Sequence[str]], language: str = "en") -> bool:
    """Return whether one window of a text holds an alternative of every facet, as whole neighbouring tokens."""
    wanted = [[_spaced(alternative, language) for alternative in facet] for facet in facets]
    return any(all(any(one in window for one in facet) for facet in wanted) for window in windows(text, language))


def stated_at(text: str, facets: Sequence[Sequence[str]], language: str = "en") -> tuple[tuple[int, int], ...]:
    """Return where a text states something: the span of each facet in the first window that holds them all.

    Spans are half-open, in characters, in the facets' order; none where `states` is False. Where a script's
    case-folding moves tokens, the whole window stands for its facets.
    """
    for start, end in _window_spans(text):
        window = text[start:end]
        spans = token_spans(window)
        said = [tokenizer_for(language)(window[slice(*span)]) for span in spans]
        held = _spaced(window, language)
        wanted = [[_spaced(one, language) for one in facet if _spaced(one, language) in held] for facet in facets]
        if all(wanted):
            if [*map(len, said)] != [1] * len(said):
                return ((start, end),)
            tokens = [token for (token,) in said]
            found = (_first(tokens, [one.split() for one in facet]) for facet in wanted)
            return tuple((start + spans[first][0], start + spans[last - 1][1]) for first, last in found)
    return ()


def _window_spans(text: str) -> list[tuple[int, int]]:
    """Return the windows' half-open spans in characters."""
    spans = []
    for first, last in sentence_spans(text):
        ends = []
        cursor = first
        for piece in words(text[first:last]):
            begin = text.index(piece, cursor)
            cursor = begin + len(piece)
            ends.append((begin, cursor))
        spans += [(ends[i][0], ends[i : i + WINDOW][-1][1]) for i in range(0, len(ends), WINDOW)]
    return spans


def _first(tokens: Sequence[str], alternatives: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return where the first alternative stands among tokens, as a half-open span; all where none can be told."""
    places = [
        (at, at + len(one))
        for one in alternatives
        for at in range(len(tokens) - len(one) + 1)
        if list(tokens[at : at + len(one)]) == list(one)
    ]
    return min(places, default=(0, len(tokens)))


@lru_cache(maxsize=16384)
def _spaced(text: str, language: str) -> str:
    return f" {' '.join(tokenizer_for(language)(text))} "


def fact_recall(summary: str, facts: Sequence[Fact], *, max_words: int | None = None, language: str = "en") -> float:
    """Return the weighted share of facts that a summary states.

    A fact is stated when one window (a sentence, cut at 30 words) holds an alternative of every facet. With
    weights w, recall = sum of w over stated facts / sum of w.

    Args:
        summary: The model's summary.
        facts: At least one.
        max_words: Only the first so many words are read; None reads all.
        language: The texts' language as a BCP 47 tag; it chooses the tokens.

    Returns:
        Fraction in [0, 1], unrounded; higher is better.

    Edge cases:
        An empty summary states nothing: 0.0.

    Source:
        Readmark's own, after content units (Nenkova and Passonneau 2004, the Pyramid method).
    """
    read = summary if max_words is None else first_words(summary, max_words)
    stated = sum(fact.weight for fact in facts if states(read, fact.facets, language))
    return stated / sum(fact.weight for fact in facts)


def contradictions(summary: str, points: Sequence[Contradiction], *, language: str = "en") -> float:
    """Return the share of listed contradictions that a summary states, all of its words read.

    Args:
        summary: The model's summary.
        points: What must not be said, at least one.
        language: As for `fact_recall`.

    Returns:
        Fraction in [0, 1]; lower is better.

    Source:
        Readmark's own.
    """
    return sum(states(summary, point.facets, language) for point in points) / len(points)
