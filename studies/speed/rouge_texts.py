"""Pairs of summaries to compare: made-up ones, whose words no other pair has, and real ones."""

from __future__ import annotations

import json
import random
from pathlib import Path

ONSETS = ("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r",
          "s", "sh", "st", "t", "tr", "v", "w", "z")  # fmt: skip
VOWELS = ("a", "e", "i", "o", "u", "y", "ai", "ea", "ou")
CODAS = ("", "", "", "b", "ct", "d", "g", "l", "ll", "m", "n", "nd", "p", "r", "st", "t", "v")
# The endings that stemming has rules for, and none.
ENDINGS = ("", "", "", "s", "ed", "ing", "ly", "ation", "ness", "ies", "er", "ement", "al", "ity", "ive", "ous", "y")
SHARED = 0.4  # of the reference's words stand in the prediction, in order
SUMMEVAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "summeval" / "summeval.jsonl"

Pairs = list[tuple[str, str]]


def make_pairs(count: int, seed: int, *, words: int, line: int, is_shuffled: bool = False) -> Pairs:
    """Return made-up predictions with their references.

    Args:
        count: Of pairs.
        seed: Of the random numbers.
        words: Of each text.
        line: Words of each line.
        is_shuffled: Whether the prediction's words stand in another order than the reference's.
    """
    draw = random.Random(seed)  # noqa: S311 - a study's data
    used: set[str] = set()
    pairs = []
    for _ in range(count):
        reference = [_word(draw, used) for _ in range(words)]
        said = [word if draw.random() < SHARED else _word(draw, used) for word in reference]
        if is_shuffled:
            draw.shuffle(said)
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


def draw_pairs(count: int, seed: int, *, joined: int) -> Pairs:
    """Return systems' summaries of news articles with people's, one sentence a line, from SummEval.

    Args:
        count: Of pairs.
        seed: Of the random choice.
        joined: How many summaries of one article make up each text.
    """
    draw = random.Random(seed)  # noqa: S311 - a study's data
    articles = [json.loads(line) for line in SUMMEVAL.read_text("utf-8").splitlines()]
    pairs: Pairs = []
    while len(pairs) < count:
        article = draw.choice(articles)
        said = [system["summary"] for system in draw.sample(list(article["systems"].values()), joined)]
        pair = _sentences(said), _sentences(draw.sample(article["references"], joined))
        if all(map(str.isascii, pair)):  # rouge-score cuts words at every other letter
            pairs.append(pair)
    return pairs


def _sentences(summaries: list[str]) -> str:
    return "\n".join(summaries).replace(" . ", " .\n")
