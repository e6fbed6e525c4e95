"""Pairs of made-up summaries: every pair has words of its own, so that no cache can help from one to the next."""

from __future__ import annotations

import random

ONSETS = ("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r",
          "s", "sh", "st", "t", "tr", "v", "w", "z")  # fmt: skip
VOWELS = ("a", "e", "i", "o", "u", "y", "ai", "ea", "ou")
CODAS = ("", "", "", "b", "ct", "d", "g", "l", "ll", "m", "n", "nd", "p", "r", "st", "t", "v")
# The endings that stemming has rules for, and none.
ENDINGS = ("", "", "", "s", "ed", "ing", "ly", "ation", "ness", "ies", "er", "ement", "al", "ity", "ive", "ous", "y")
SHARED = 0.4  # of the reference's words stand in the prediction, in order


def make_pairs(count: int, words: int, line: int, seed: int) -> list[tuple[str, str]]:
    """Return predictions with their references.

    Args:
        count: Of pairs.
        words: Of each text.
        line: Words of each line.
        seed: Of the random numbers.
    """
    draw = random.Random(seed)  # noqa: S311 - a study's data
    used: set[str] = set()
    pairs = []
    for _ in range(count):
        reference = [_word(draw, used) for _ in range(words)]
        said = [word if draw.random() < SHARED else _word(draw, used) for word in reference]
        pairs.append((_lines(said, line), _lines(reference, line)))
    return pairs


def _word(draw: random.Random, used: set[str]) -> str:
    """Return a word that was not used before."""
    while True:
        syllables = (draw.choice(ONSETS) + draw.choice(VOWELS) + draw.choice(CODAS) for _ in range(draw.randint(1, 2)))
        word = "".join(syllables) + draw.choice(ENDINGS)
        if word not in used:
            used.add(word)
            return word


def _lines(words: list[str], size: int) -> str:
    lines = (words[start : start + size] for start in range(0, len(words), size))
    return "\n".join(" ".join(line).capitalize() + "." for line in lines)
