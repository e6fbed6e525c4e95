"""How far a summary copies: the measures of Newsroom, and novelty.

Conventions: tokens are those of the texts' language (`text.tokenizer_for`); a fragment is a run of the summary's tokens
that also stands in the article, found greedily from the left, the longest at each place. As in the paper, the search
goes on in the article behind each run that it has found, so that a longer run which begins inside a shorter one is not
seen.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import pairwise

from readmark.text import tokenizer_for


def fragments(summary: str, article: str, language: str = "en") -> list[int]:
    """Return the lengths in tokens of the extractive fragments F(A, S), left to right.

    Source:
        Grusky et al. 2018, N18-1065, figure 3.
    """
    said, text = map(tokenizer_for(language), (summary, article))
    places = _places(article, language)
    found = []
    i = 0
    while i < len(said):
        longest = after = 0
        for j in places.get(said[i], ()):
            if j >= after:
                run = _run(said, text, i, j)
                longest, after = max(longest, run), j + run
        found += [longest] if longest else []
        i += max(longest, 1)
    return found


def _run(said: tuple[str, ...], text: tuple[str, ...], i: int, j: int) -> int:
    start = i
    while i < len(said) and j < len(text) and said[i] == text[j]:
        i += 1
        j += 1
    return i - start


@lru_cache(maxsize=64)
def _places(article: str, language: str) -> dict[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, token in enumerate(tokenizer_for(language)(article)):
        places[token].append(place)
    return dict(places)


def extractive_coverage(summary: str, article: str, language: str = "en") -> float | None:
    """Return the share of the summary's tokens that stand in fragments; None for an empty summary.

    Returns:
        Fraction in [0, 1]; neither end is better.

    Source:
        Grusky et al. 2018, N18-1065, equation 1.
    """
    size = len(tokenizer_for(language)(summary))
    return sum(fragments(summary, article, language)) / size if size else None


def density(summary: str, article: str, language: str = "en") -> float | None:
    """Return the mean length of the fragment a summary's token stands in: sum of squares / tokens; None if empty.

    Returns:
        Tokens, 0 up to the summary's length; neither end is better.

    Source:
        Grusky et al. 2018, N18-1065, equation 2.
    """
    size = len(tokenizer_for(language)(summary))
    return sum(length**2 for length in fragments(summary, article, language)) / size if size else None


def compression(summary: str, article: str, language: str = "en") -> float | None:
    """Return how many of the article's tokens come on one of the summary; None for an empty summary.

    Returns:
        A ratio of at least 0; neither end is better.

    Source:
        Grusky et al. 2018, N18-1065, equation 3.
    """
    size = len(tokenizer_for(language)(summary))
    return len(tokenizer_for(language)(article)) / size if size else None


def novelty(summary: str, article: str, language: str = "en") -> float | None:
    """Return the share of the summary's bigrams that do not stand in the article; None with fewer than two tokens.

    Returns:
        Fraction in [0, 1]; neither end is better.

    Source:
        Novel n-grams, See et al. 2017, P17-1099; n = 2, repeats counted.
    """
    said = tokenizer_for(language)(summary)
    pairs = list(pairwise(said))
    return sum(pair not in _bigrams(article, language) for pair in pairs) / len(pairs) if pairs else None


@lru_cache(maxsize=64)
def _bigrams(article: str, language: str) -> frozenset[tuple[str, str]]:
    text = tokenizer_for(language)(article)
    return frozenset(pairwise(text))
