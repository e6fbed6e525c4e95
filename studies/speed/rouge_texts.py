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
SENTENCE = 20  # words a line


def make_pairs(count: int, words: int, seed: int) -> list[tuple[str, str]]:
    """Return predictions with their references, of so many words each."""
    draw = random.Random(seed)  # noqa: S311 - a study's data
    used: set[str] = set()
    pairs = []
    for _ in range(count):
        reference = [_word(draw, used) for _ in range(words)]
        said = [word if draw.random() < SHARED else _word(draw, used) for word in reference]
        pairs.append((_lines(said), _lines(reference)))
    return pairs


def _word(draw: random.Random, used: set[str]) -> str:
    """Return a word that was not used before."""
    while True:
        syllables = (draw.choice(ONSETS) + draw.choice(VOWELS) + draw.choice(CODAS) for _ in range(draw.randint(1, 2)))
        word = "".join(syllables) + draw.choice(ENDINGS)
        if word not in used:
            used.add(word)
            return word


def _lines(words: list[str]) -> str:
    sentences = (words[start : start + SENTENCE] for start in range(0, len(words), SENTENCE))
    return "\n".join(" ".join(sentence).capitalize() + "." for sentence in sentences)
